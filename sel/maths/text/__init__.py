"""What texts are made of: n-grams, shingles, signatures, models of bytes."""
