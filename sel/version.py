"""Which release this is."""

VERSION = "0.1.0"
RELEASED = "2026-11-24"
