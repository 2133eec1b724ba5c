"""`sel score`: numbers added to every record."""
