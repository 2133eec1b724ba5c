"""Encoders and language models behind the protocols of sel.types."""
