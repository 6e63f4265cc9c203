"""The models that ship with the project: loading them, and what they make of texts."""
