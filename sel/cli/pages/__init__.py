"""What is written from the catalog: help, manual pages, completions."""
