"""Ranks, the best of a stream, and how many each group gets."""
