"""Language detection, stems and code-aware tokens."""
