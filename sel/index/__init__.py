"""Build and search an index of vectors."""
