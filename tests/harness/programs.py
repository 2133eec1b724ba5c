"""The command line of a method is built once, where many runs share a process."""

from sel import catalog
from sel.cli import app

KNOWN = {}


def remember(*, all_=False):
    """Build none again, and all of them now if that is asked for."""
    if app.build is not _remembered:
        KNOWN[None], app.build = app.build, _remembered
    for command in catalog.COMMANDS if all_ else ():
        for name in catalog.names(command):
            app.build(catalog.describe(command, name))


def _remembered(method):
    key = id(method)  # the same as long as the method's file is
    if key not in KNOWN:
        KNOWN[key] = KNOWN[None](method)
    return KNOWN[key]
