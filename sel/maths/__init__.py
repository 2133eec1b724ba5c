"""Numeric building blocks that methods share."""
