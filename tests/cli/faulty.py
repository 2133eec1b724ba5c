"""Runs `sel` with small blocks and one fault: at the n-th call of a function of `os`.

usage: faulty.py FUNCTION N FAULT ARGUMENTS...

The fault is the name of an error, `short` (a write that stops half-way) or `kill`.
Exits with 77 if the call never came.
"""

import errno
import os
import signal
import sys

from sel.cli import app
from sel.runs import resuming
from sel.streams import lines

name, number, fault, *argv = sys.argv[1:]
function = getattr(os, name)
real_exit = os._exit
seen = 0


def faulty(*args, **named):
    global seen
    seen += 1
    if seen != int(number):
        return function(*args, **named)
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "short":
        fd, data = args
        return function(fd, data[: (len(data) + 1) // 2])
    raise OSError(getattr(errno, fault), os.strerror(getattr(errno, fault)), "out")


resuming.EVERY = 2
lines.BLOCK = 2000
setattr(os, name, faulty)
os._exit = lambda code: real_exit(code if seen >= int(number) else 77)
sys.argv = ["sel", *argv]
app.main()
