"""Small learners on vectors: classifiers, the strength of columns."""
