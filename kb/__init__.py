"""The knowledge base: domain types, text analysis, stores, retrieval, commands and answering.

This package knows nothing of the web, of Markdown parsers or of Docker's SDK.
"""
