"""The values of a command line that a user can edit: where they stand, what fits, filling them in.

`places` finds them, `placeholders` tells which stand for something else, `description` makes what
the page shows of them, `filling` puts values in.
"""

from __future__ import annotations

from kb.commands.slots.description import find_slots
from kb.commands.slots.filling import fill, require_values, with_samples

__all__ = ["fill", "find_slots", "require_values", "with_samples"]
