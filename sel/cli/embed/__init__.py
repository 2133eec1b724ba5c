"""`sel embed`: a row of a matrix for every record."""
