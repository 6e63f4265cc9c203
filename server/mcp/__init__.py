"""The Model Context Protocol: the notes as tools of other programs."""
