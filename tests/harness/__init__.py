"""Runs that are killed, or meet one fault, and what must be true of them afterwards."""

PATIENCE = 900
"""Seconds until a run that does not end is given up, on however slow a machine."""
