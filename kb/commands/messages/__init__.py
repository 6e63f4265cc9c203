"""What a user is told of a command: its words, its help, what it would remove, what is taken."""
