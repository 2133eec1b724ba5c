"""Choose records by scores, rules, chance or name."""
