"""Rows and columns of a matrix."""
