"""A container as a command or a Compose file describes it, and how its options are read."""
