"""What `sel score classifier` learns by, and how known models want their texts."""
