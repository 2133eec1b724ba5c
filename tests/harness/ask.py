"""`sel`, or a script, by one of the processes of tests.harness.warm.

As a program it stands in the place of `sel`, and of `python` where a script is named.
"""

import json
import os
import signal
import socket
import sys

MODELS = {
    *("aflite", "classes", "doremi", "forget", "gateau", "gradient", "hidden", "ifd"),
    *("image", "judge", "less", "perplexity", "probe", "rds", "sentence", "tokens"),
    *("trajectory", "utility"),
}
"""Methods that import what takes seconds."""
SCRIPTS = "/tiny.py", "/tiny_model.py"
"""Scripts that do."""


def asked(words, cwd, env, streams, number):
    """A line to one of the processes, which is to run `sel WORDS`, or a script."""
    slow = MODELS.intersection(words[1:2]) or "".join(words[:1]).endswith(SCRIPTS)
    kind = "heavy" if slow else "light"
    what = json.dumps([words, cwd, env]).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"{os.environ['SEL_WARM']}/{number % 2}.{kind}")
    socket.send_fds(line, [len(what).to_bytes(8, "little")], streams)
    line.sendall(what)
    return line


if __name__ == "__main__":
    ours = sys.argv[1:], os.getcwd(), dict(os.environ), [0, 1, 2], os.getpid()
    ended = int(asked(*ours).recv(9))
    if ended < 0:
        signal.signal(-ended, signal.SIG_DFL)
        os.kill(os.getpid(), -ended)
    sys.exit(ended)
