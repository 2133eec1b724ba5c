"""`sel diversify`: records that differ, by their texts or by vectors."""
