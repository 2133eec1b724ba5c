"""`python -m sel`."""

from sel.cli.app import main

main()
