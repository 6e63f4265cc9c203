"""Composing an answer of verbatim quotes, or saying that the notes have none."""
