"""`python -m tests.corpus.call ARGV`: runs `sel ARGV` and writes down what it gave.

Stands in for `python -m sel` in tests where SEL_CORPUS names a folder; see record.py.
Standard input is read to its end before the process starts, and what it wrote is passed
on after it has ended: the members of a pipeline run one after another, so that what each
wrote is known, and their order too. A file on standard input is passed on as it is, and
so is all where ARGV names an input: `while read` may go on with it.
"""

import gzip
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

import zstandard

ROOT = str(Path(__file__).parents[2])
PATHS = {"HERE": os.getcwd(), "ROOT": ROOT, "PYTHON": sys.prefix}
PATHS["TMP"] = os.environ.get("SEL_CORPUS", "/tmp")
VARYING = [
    (rb"popen-gw\d+/", b""),
    (rb'("seconds": ?)[\d.e-]+', rb"\1T"),
    (rb"\b[\d,]{1,9}\.\d\d s\b", b"T s"),
    (rb'("sel": ?)"[\w.]+"', rb'\1"V"'),
    (rb"\A[0-9a-f]{32}\Z", b"KEY"),  # of --resume: it knows the time of the inputs
]


def normal(data):
    """Bytes without the names of folders, seconds, versions and keys."""
    for name, path in sorted(PATHS.items(), key=lambda known: -len(known[1])):
        data = data.replace(os.fsencode(path), b"{%b}" % name.encode())
    for pattern, instead in VARYING:
        data = re.sub(pattern, instead, data)
    return data


def unpacked(data):
    """What is in a file, whatever packed it."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        with zstandard.ZstdDecompressor().stream_reader(data, True) as whole:
            return whole.read()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            names = whole.namelist()
            return b"".join(n.encode() + normal(whole.read(n)) for n in names)
    return data


def digest(data):
    try:
        data = unpacked(data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, zstandard.ZstdError):
        pass  # it was cut short, and is compared as it is
    return hashlib.sha256(normal(data)).hexdigest()[:20] if data else ""


def files(folder):
    """The state of each file below a folder; nothing is read."""
    found = {}
    for at, _, names in os.walk(folder):
        for path in (Path(at, name) for name in names):
            known = path.lstat()
            if stat.S_ISREG(known.st_mode):
                state = (known.st_ino, known.st_size, known.st_mtime_ns)
                found[str(path.relative_to(folder))] = state
    return found


def changes(before, after):
    """The hash of each file that was written; None where it was removed."""
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    return {n: digest(Path(n).read_bytes()) if n in after else None for n in names}


def given(argv):
    """What to give the process as standard input, and what is in it.

    Where ARGV names an input, a file after a word that is no option, all is left.
    """
    pairs = pairwise(argv[2:])
    named = any(word[:1] != "-" and os.path.exists(file) for word, file in pairs)
    if named and "-" not in argv:
        return {}, b""
    if stat.S_ISREG(os.fstat(0).st_mode):
        size = os.fstat(0).st_size
        return {}, os.pread(0, size, os.lseek(0, 0, os.SEEK_CUR))
    read = sys.stdin.buffer.read()
    return {"input": read}, read


def main(argv):
    more, read = given(argv)
    before = files(".")
    command = [sys.executable, "-m", "sel", *argv]
    done = subprocess.run(command, capture_output=True, close_fds=False, **more)
    source, *words = (
        normal(os.fsencode(word)).decode(errors="replace")
        for word in (os.environ["PYTEST_CURRENT_TEST"], *argv)
    )
    known = {
        "source": source.rpartition(" ")[0],
        "argv": words,
        "stdin": digest(read),
        "exit": done.returncode,
        "stdout": digest(done.stdout),
        "stderr": normal(done.stderr).decode(errors="replace"),
        "files": changes(before, files(".")),
    }
    name = hashlib.sha256(known["source"].encode()).hexdigest()
    with open(f"{os.environ['SEL_CORPUS']}/{name}.jsonl", "ab", 0) as out:
        out.write(json.dumps(known).encode() + b"\n")
    sys.stderr.buffer.write(done.stderr)
    try:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(141)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
