"""Nearest neighbours: search, graphs, cells of k-means."""
