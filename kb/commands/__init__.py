"""The docker command line: understood, explained, filled in and judged. Pure functions."""
