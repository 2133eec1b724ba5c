"""What the authors of quality filters measure: a file for each family of signals."""
