"""Processes that have imported everything, and fork for each run of `sel` or a script.

A run in a child of such a process is one from `python -m sel` on, without the imports:
it has its own streams, folder and environment. There are two processes, in which sets
have different orders, so that two runs do not agree by chance; those with models are
forked from these when they are first needed.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from shutil import rmtree

from tests.harness import PATIENCE
from tests.harness.ask import asked

ROOT = Path(__file__).parents[2]
KINDS = {
    "light": ["typer._click.exceptions", "zstandard", "pyarrow", "faiss"],
    "heavy": [
        *("torch", "transformers", "sentence_transformers.models", "sklearn"),
        *(f"transformers.models.{one}.modeling_{one}" for one in ("llama", "bert")),
    ],
}


class Warm:
    """The processes, for as long as the tests run."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.processes = []
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        for number in range(2):
            doors = [socket.socket(socket.AF_UNIX) for _ in KINDS]
            for kind, door in zip(KINDS, doors, strict=True):
                door.bind(f"{self.folder}/{number}.{kind}")
                door.listen(64)
            numbers = [door.fileno() for door in doors]
            call = [sys.executable, "-m", __name__, *map(str, numbers)]
            self.processes.append(
                subprocess.Popen(
                    call, cwd=ROOT, env=env, stdin=subprocess.PIPE, pass_fds=numbers
                )
            )
            for door in doors:
                door.close()

    def end(self):
        for process in self.processes:
            process.communicate()
        rmtree(self.folder)


TURNS = count()


def ran(words, stdin, cwd, env):
    """What `sel WORDS` leaves, as subprocess.run says it."""
    (read, into), (out, write), (err, said) = (os.pipe() for _ in range(3))
    theirs = read, write, said
    line = asked(words, str(cwd), env, theirs, next(TURNS))
    for end in theirs:
        os.close(end)
    with ThreadPoolExecutor(3) as threads, line:
        threads.submit(_written, into, stdin)
        found = [threads.submit(_read, end) for end in (out, err)]
        line.settimeout(PATIENCE)
        code = int(line.recv(9))
    return subprocess.CompletedProcess(words, code, *(one.result() for one in found))


def _written(end, data):
    with suppress(BrokenPipeError), open(end, "wb") as file:
        file.write(data)


def _read(end):
    with open(end, "rb") as file:
        return file.read()


def modules():
    """Those of sel, by name."""
    for path in sorted((ROOT / "sel").rglob("*.py")):
        names = path.relative_to(ROOT).with_suffix("").parts
        if names[-1] not in ("__main__", "__init__", "generate"):
            yield ".".join(names)


def serve(doors):
    """Fork for whoever asks at a door, by kind, until standard input ends."""
    poll, runs = select.poll(), {}
    for fd in (0, *doors):
        poll.register(fd, select.POLLIN)
    while True:
        fd = poll.poll()[0][0]  # one at a time: a number may come again
        if fd == 0:
            os._exit(0)
        elif fd in runs:
            _end(poll, runs, fd)
        elif doors.get(fd) == "heavy" and len(doors) > 1:
            poll.unregister(fd)
            if os.fork() == 0:
                load("heavy")
                serve({fd: "heavy"})
            del doors[fd]
        elif fd in doors:
            with socket.socket(fileno=os.dup(fd)) as door:
                line = door.accept()[0]
            if (pid := os.fork()) == 0:
                run(line)
            ended = os.pidfd_open(pid)
            poll.register(ended, select.POLLIN)
            poll.register(line, 0)  # tells when nobody waits any more
            runs[ended] = runs[line.fileno()] = pid, ended, line


def _end(poll, runs, fd):
    """Say how a run ended; or end it, if who asked has gone."""
    pid, ended, line = runs[fd]
    if fd != ended:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    for one in (ended, line.fileno()):
        poll.unregister(one)
        del runs[one]
    os.close(ended)
    with line, suppress(BrokenPipeError):
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def load(kind):
    """Import what costs time."""
    for name in KINDS[kind]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def run(line):
    """Be `python -m sel`, or a script, from its beginning on."""
    try:
        size, streams, _, _ = socket.recv_fds(line, 8, 3)
        with line.makefile("rb") as file:
            words, cwd, env = json.loads(file.read(int.from_bytes(size, "little")))
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 1024)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.path[0], sys.argv = cwd, ["sel", *words]
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        err = {"errors": "backslashreplace", "closefd": False}
        sys.stderr = open(2, "w", 1, **err)  # noqa: SIM115
        if "".join(words[:1]).endswith(".py"):
            sys.path[0], sys.argv = os.path.dirname(words[0]), words
            runpy.run_path(words[0], run_name="__main__")
            sys.stdout.flush()
            os._exit(0)
        runpy.run_module("sel", run_name="__main__", alter_sys=True)
    except BaseException:  # noqa: BLE001 (a process ends here)
        traceback.print_exc()
    finally:
        os._exit(1)


def main():
    """Import everything when first somebody asks, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    doors = dict(zip(map(int, sys.argv[1:]), KINDS, strict=True))
    if 0 not in select.select([0, *doors], [], [])[0]:
        for name in modules():
            importlib.import_module(name)
        load("light")
        from tests.harness import programs

        programs.remember(all_=True)
        serve(doors)


if __name__ == "__main__":
    main()
