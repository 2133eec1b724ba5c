"""Intervals, agreement, balance and distances."""
