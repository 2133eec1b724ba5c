"""`sel eval`: a module for each measure, named like its method."""
