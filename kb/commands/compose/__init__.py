"""Compose files: read and judged before the real Compose program sees them."""
