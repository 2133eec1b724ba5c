"""`sel`, by one of the processes of tests.harness.warm; as a program, in its place."""

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


def asked(words, cwd, env, streams, number):
    """A line to one of the processes, which has been asked to run `sel WORDS`."""
    kind = "heavy" if MODELS.intersection(words[1:2]) else "light"
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
