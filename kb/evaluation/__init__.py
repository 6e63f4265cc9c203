"""Measuring retrieval and answers against gold questions."""
