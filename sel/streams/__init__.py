"""Records and vectors in and out: files, compression, splicing, atomic output."""
