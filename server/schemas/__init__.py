"""The shapes on the wire. Domain values are turned into them here and nowhere else."""
