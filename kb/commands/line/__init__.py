"""A docker command line, read as the client would: cut into words, then understood.

`tokens` cuts it, `grammar` finds command, options and operands (`invocation`). What the client
would not understand is refused with what was meant, where that can be told: `misspelt`.
"""
