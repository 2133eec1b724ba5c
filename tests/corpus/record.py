"""The corpus: what every `sel` command of pages, recipes and tests gives, to compare by.

A refactoring that changes nothing gives the same corpus before and after it:

    python -m tests.corpus.record --out FILE       # FILE.jsonl or FILE.jsonl.zst
    python -m tests.corpus.record --compare OLD    # records, and compares with OLD
    python -m tests.corpus.record --compare OLD --with NEW    # recorded already

The tests that run `sel` by the fixture `sel`, and the examples of README, docs, recipes
and examples as tests/test_docs.py runs them, are run with SEL_CORPUS set: then
tests/corpus/call.py stands in for `python -m sel`. The help of every page of docs is
asked for besides. A line of FILE is a process: `source` (a test, or help), `argv`,
`exit`, `stderr`, and hashes (of SHA-256, 20 digits) of `stdin`, of `stdout` and of each
of the `files` below its folder that it wrote; null is a file that it removed. Names of
folders, seconds, versions and keys of --resume are normalised before; .gz, .zst and .npz
are hashed unpacked. Not there are the tests of endings, faults and terminals that start
processes in ways of their own.

Numbers of models and matrices depend on the processor and the libraries: the first line
says where FILE was recorded, and only files of one place are to be compared.

The calls of a test are aligned by their argv; a test may move to a file of the same name
in another folder, where that is clear. A difference is one of `exit`, `stdout`,
`stderr`, `stdin`, `argv`, `file NAME`, `gone` (a command that is run no longer). It counts
unless accepted.json names it: {"source", "argv", "what": regular expressions, each found
anywhere, where absent all are meant, "why"}; what differs from run to run is in
varies.json, of the same form. New commands are counted, and are no difference.
"""

import argparse
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from difflib import SequenceMatcher
from importlib import metadata
from itertools import zip_longest
from pathlib import Path

import zstandard

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PARTS = ("exit", "stdin", "stdout", "stderr")


def pytest_collection_modifyitems(config, items):
    """This module is a plugin too: only what runs `sel` is left."""
    page = [i for i in items if i.path.name == "test_docs.py"]
    kept = [i for i in items if "sel" in i.fixturenames or i in page]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept


def recorded(jobs, tests):
    """Runs everything; gives the lines of the corpus."""
    with tempfile.TemporaryDirectory(prefix="sel-corpus-") as folder:
        env = {**os.environ, "SEL_CORPUS": folder, "PYTHONPATH": str(ROOT)}
        command = f"{shlex.quote(sys.executable)} -m pytest -p tests.corpus.record"
        command += f" --basetemp {folder}/tmp -n {jobs} --dist loadfile --tb line"
        env.pop("COLUMNS", None)
        tested = [*shlex.split(command), *tests]
        if subprocess.run(tested, cwd=ROOT, env=env, check=False).returncode:
            print("A test failed: what it would have run after that is not recorded.")
        for words in [] if tests else helps():
            env["PYTEST_CURRENT_TEST"] = f"help {shlex.join(words)} (call)"
            call = [sys.executable, "-m", "tests.corpus.call", *words, "--help"]
            quiet = {"stdin": subprocess.DEVNULL, "capture_output": True}
            subprocess.run(call, cwd=f"{folder}/tmp", env=env, check=False, **quiet)
        files = [path.read_text().splitlines() for path in Path(folder).glob("*.jsonl")]
    lines = [list(map(json.loads, file)) for file in files]
    return [place(), *(call for file in sorted(lines, key=source) for call in file)]


def helps():
    pages = sorted(path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/*/*.md"))
    return [[], *([c] for c in sorted({p.parts[0] for p in pages}))] + [
        [page.parts[0], page.stem] for page in pages
    ]


def source(calls):
    return calls[0]["source"]


def place():
    names = ("numpy", "torch", "scipy", "faiss-cpu", "numba", "orjson", "typer", "rich")
    known = {name: metadata.version(name) for name in names}
    python = platform.python_version()
    return {"python": python, "cores": len(os.sched_getaffinity(0)), **known}


def read(path):
    data = Path(path).read_bytes()
    if path.endswith(".zst"):
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    first, *calls = map(json.loads, data.splitlines())
    found = {}
    for call in calls:
        known = found.setdefault(call["source"], [])
        known.append({**call, "number": len(known) + 1})
    return first, found


def moved(before, after):
    """For each test that is not there any longer, the one that stands in another folder."""
    lost, made = before.keys() - after.keys(), after.keys() - before.keys()
    count = Counter(map(tail, [*lost, *made]))
    found = {tail(name): name for name in made if count[tail(name)] == 2}
    return {name: found[tail(name)] for name in lost if tail(name) in found}


def tail(name):
    file, *test = name.split("::")
    return file.rpartition("/")[2], *test


def write(path, lines):
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    if path.endswith(".zst"):
        data = zstandard.ZstdCompressor(19).compress(data)
    Path(path).write_bytes(data)


def aligned(old, new):
    """Pairs of calls; None where the other has none."""
    words = [[tuple(call["argv"]) for call in calls] for calls in (old, new)]
    for kind, a, b, c, d in SequenceMatcher(None, *words, False).get_opcodes():
        if kind == "replace" and b - a != d - c:
            yield from ((call, None) for call in old[a:b])
            yield from ((None, call) for call in new[c:d])
        else:
            yield from zip_longest(old[a:b], new[c:d])


def differences(old, new):
    """What differs between two calls, with both values."""
    if new is None:
        yield "gone", "run", "not run"
        return
    if old["argv"] != new["argv"]:
        yield "argv", shlex.join(old["argv"]), shlex.join(new["argv"])
    for part in PARTS:
        if old[part] != new[part]:
            yield part, old[part], new[part]
    for name in sorted({*old["files"], *new["files"]}):
        pair = [call["files"].get(name, "not written") for call in (old, new)]
        if pair[0] != pair[1]:
            yield f"file {name}", *pair


def rules(file):
    found = enumerate(json.loads((HERE / file).read_text()), 1)
    return [(f"{file}, {number}", rule) for number, rule in found]


def meant(rule, call, what):
    found = {"source": call["source"], "argv": shlex.join(call["argv"]), "what": what}
    return all(re.search(rule.get(key, ""), text) for key, text in found.items())


def beside(old, new, width=78):
    """Two texts side by side, a line each; lines that are equal are shown once."""
    for a, b in zip_longest(str(old).splitlines(), str(new).splitlines(), fillvalue=""):
        yield f"      {a}" if a == b else f"    - {a:{width}} | + {b}"


def compare(old, new, tests):
    """Prints what differs; true if anything does that no rule names."""
    (there, before), (here, after) = read(old), read(new)
    if there != here:
        print(f"recorded elsewhere: {there}\nand now: {here}")
    if tests:
        before = {n: calls for n, calls in before.items() if n.startswith(tuple(tests))}
    names = {name: name for name in before} | moved(before, after)
    pairs = [p for n in before for p in aligned(before[n], after.get(names[n], []))]
    known, met = [*rules("varies.json"), *rules("accepted.json")], Counter()
    for was, what, *values in (
        (old, *found) for old, new in pairs if old for found in differences(old, new)
    ):
        kind = next((name for name, rule in known if meant(rule, was, what)), None)
        met[kind] += 1
        if kind is None:
            print(f"{was['source']}, {was['number']}\n  sel {shlex.join(was['argv'])}")
            print(f"  {what} differs", *beside(*values), sep="\n")
    for name, rule in known:
        if name not in met:
            print(f"{name} is not met: {rule['why']}")
    counts = {"compared": sum(1 for was, _ in pairs if was)}
    added = (calls for name, calls in after.items() if name not in names.values())
    counts["new"] = sum(1 for was, _ in pairs if not was) + sum(map(len, added))
    for kind in ("varies", "accepted"):
        counts[kind] = sum(n for k, n in met.items() if k and k.startswith(kind))
    counts["different"] = met[None]
    print(", ".join(f"{number:,} {name}" for name, number in counts.items()))
    return met[None] > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", metavar="FILE", help="write what is recorded")
    parser.add_argument("--compare", metavar="FILE", help="print what differs from it")
    parser.add_argument("--with", metavar="FILE", dest="new", help="of these, not anew")
    parser.add_argument("-n", "--jobs", default="2", help="tests at a time")
    parser.add_argument("tests", nargs="*", help="record these tests alone")
    asked = parser.parse_args()
    if not asked.out and not asked.compare:
        parser.error("give --out, --compare or both")
    new = asked.new or asked.out or tempfile.mkstemp(suffix=".jsonl")[1]
    if not asked.new:
        lines = recorded(asked.jobs, asked.tests)
        write(new, lines)
        print(f"{new}: {len(lines) - 1:,} commands")
    return compare(asked.compare, new, asked.tests) if asked.compare else 0


if __name__ == "__main__":
    sys.exit(main())
