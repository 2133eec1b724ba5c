"""Runs that are killed, or meet one fault, and what must be true of them afterwards."""
