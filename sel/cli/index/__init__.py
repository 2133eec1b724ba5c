"""`sel index`: what is near in a matrix."""
