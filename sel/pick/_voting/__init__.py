"""Multiwinner rules, and seats under bounds."""
