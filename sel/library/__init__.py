"""The library's door: the six commands as functions of Python."""
