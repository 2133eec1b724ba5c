"""What the commands share: blocks of lines, matrices beside them, results, resuming."""
