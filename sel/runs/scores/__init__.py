"""`sel score`: numbers added to records that pass through, and what is fitted first."""
