"""Matrices: `sel embed`, `sel index`, and `sel diversify` by vectors."""
