"""Options that methods share: each is declared once, in a dataclass of its group."""
