"""Turn every record into a vector, as a row of an .npy matrix."""
