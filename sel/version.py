"""Which release this is."""

VERSION = "0.2.0"
RELEASED = "2026-11-29"
