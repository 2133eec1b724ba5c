"""Chance that a seed repeats: noise, samples, resamples."""
