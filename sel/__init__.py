"""Small Unix-style tools that choose which data a model should learn from."""

__version__ = "0.1.0"
RELEASED = "2026-11-24"
