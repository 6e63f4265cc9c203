"""Where vectors, words and chunks are kept."""
