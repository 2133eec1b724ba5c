"""Greedy choices of rows, and what they choose from."""
