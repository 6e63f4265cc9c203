"""From a folder of Markdown files to an index that can be searched."""
