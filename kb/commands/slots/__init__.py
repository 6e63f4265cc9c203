"""The values of a command line that a user can edit: where they stand, what fits, filling them in.

`places` finds them, `placeholders` tells which stand for something else; `find_slots` describes
them, `fill` puts values in.
"""
