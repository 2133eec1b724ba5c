"""Measure how good a selection is."""
