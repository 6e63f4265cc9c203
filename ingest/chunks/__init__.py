"""From a parsed note to its chunks."""
