"""The command line, built from the catalog."""
