"""Run a method over blocks of records, in order, on all cores."""
