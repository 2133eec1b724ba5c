"""Add a number to every record."""
