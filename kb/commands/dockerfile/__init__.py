"""Dockerfiles of notes: read as the builder reads them, and judged."""
