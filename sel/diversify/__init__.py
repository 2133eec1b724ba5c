"""Choose records that differ from one another."""
