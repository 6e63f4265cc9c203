"""Training of the bilingual embedder."""
