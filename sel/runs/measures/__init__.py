"""`sel eval`: measures of records, matrices and selections."""
