"""`sel pick`: some of the records, unchanged."""
