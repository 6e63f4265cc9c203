"""`python -m server.cli`."""

from server.cli.program import main

main()
