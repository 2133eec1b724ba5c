"""Turn records into vectors."""
