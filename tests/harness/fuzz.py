"""Nasty lines through many commands, in one process.

    python -m tests.harness.fuzz --lines 1000000 --seed 7

Each round makes lines, and gives them to every command of COMMANDS under quarantine.
What is checked:

- nothing but a SelError comes out, and none where all bad lines may be set aside;
- read = kept + dropped + rejected + blank, and as many as there are lines;
- each line of the quarantine is a line of the input, byte for byte, in its order;
- what a pick or a diversify keeps are lines of the input;
- `pick where true` takes a line if a reading by the letter does (nasty.literal);
- without the bad lines nothing is bad, and what comes out is the same, but for sums:
  then blocks are decoded at once, and not line by line;
- in some rounds: two processes give what one gives.

A line-pass is a line that is read by a command. Exits with 1 at the first thing that
does not hold, when it has written the lines to FILE (--keep, fuzz.jsonl).
"""

import argparse
import base64
import io
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import orjson

from sel.library.records import Spool
from sel.library.requests import Prepared
from sel.records.ledger import LAW
from sel.streams import lines as streams
from tests.harness import nasty

BATCH = 4_000
"""Lines of a round."""
BLOCK = 1 << 16
"""Bytes of a block: some for each round."""
PATIENCE = 20
"""Seconds in which fewer lines are looked for that are as wrong."""
EVERY = 8
"""Rounds between two in which two processes work too."""
TEXT = {"text": "text"}
COMMANDS = {
    "pick where": ({"condition": "true"}, "same"),
    "pick where 2": ({"condition": "s > 0.5 and has(meta)"}, "same"),
    "score length": (TEXT, "same jobs"),
    "score length 2": ({"text": "{instruction} {output}"}, "same jobs"),
    "score dsir": ({**TEXT, "target": "good.jsonl"}, "same jobs"),
    "score random": ({"thin": True, "carry": "meta,id"}, "jobs"),
    "score random 2": ({"key": "meta", "as_": "text", "overwrite": True}, "same"),
    "pick top": ({"by": "s", "k": 100}, "same"),
    "pick top 2": ({"by": "s * 2 - 1", "k": 100}, "same"),
    "pick top 3": ({"by": "lang:asc,s:desc", "k": 100}, "same"),
    "pick target": ({"own": "text", "gold": "meta", "judge": "contains"}, "same"),
    "pick sample": ({"by": "s", "k": 100, "key": "id"}, "same"),
    "pick sample 2": (
        {"by": "s", "k": 100, "key": "id", "temperature": "s"},
        "same",
    ),
    "pick random": ({"per": "lang", "k": 100, "key": "text"}, "same"),
    "pick random 2": ({"per": "meta", "k": 100}, ""),
    "pick mix": ({"per": "lang", "alpha": 0.5, "k": 400, "key": "text"}, "same"),
    "pick mix 2": ({"per": "meta", "unimax": 3, "k": 5000}, ""),
    "diversify exact": (TEXT, "same jobs"),
    "diversify rouge": (TEXT, "same"),
    "diversify minhash": ({**TEXT, "permutations": 32}, "same jobs"),
    "eval profile": ({**TEXT, "by": ["lang", "meta"]}, "jobs"),
    "eval leak": ({**TEXT, "against": ["good.jsonl"]}, "same jobs"),
    "embed ngrams": ({**TEXT, "dim": 16}, "jobs"),
}
"""By command and method: options, and what is compared. same: without bad lines the same
comes out; jobs: with two processes."""


class Found(Exception):
    """Something does not hold."""


class Run:
    """What a command made of some lines."""

    def __init__(self, folder, name, lines, jobs=None):
        command, method = name.split()[:2]
        options, compared = COMMANDS[name]
        options = dict(options, on_error=f"quarantine={folder}/bad", max_errors="100%")
        if jobs or "jobs" in compared:
            options["jobs"] = jobs or 1
        if command == "embed":
            options["output"] = f"{folder}/out.npy"
        for beside in ("target", "against"):
            if beside in options:
                options[beside] = [f"{folder}/good.jsonl"]
        first = [options.pop("condition")] if "condition" in options else []
        (folder / "in").write_bytes(b"".join(lines))
        sink = Spool()
        prepared = Prepared(command, method, [*first, f"{folder}/in"], options)
        prepared.run(sink=sink)
        told = prepared.request.summary
        self.law = {word: told[word] for word in LAW}
        self.rows = repr(prepared.request.rows)
        self.out = sink.read_at(0, 1 << 40)
        if command == "embed":
            self.out = (folder / "out.npy").read_bytes()
        bad = (folder / "bad").read_bytes()
        self.bad = [orjson.loads(one) for one in io.BytesIO(bad)]

    def check(self, name, lines):
        """What holds of any run."""
        law = self.law
        if law["read"] != len(lines) or law["read"] != sum(law.values()) - law["read"]:
            raise Found(f"the law: {law} of {len(lines)} lines")
        if law["blank"] != sum(map(bytes.isspace, lines)):
            raise Found(f"{law['blank']} are blank")
        numbers = [entry["line"] for entry in self.bad]
        if len(numbers) != law["rejected"] or numbers != sorted(set(numbers)):
            raise Found(f"{law['rejected']} rejected, and in quarantine {numbers[:9]}")
        for entry in self.bad:
            raw = lines[entry["line"] - 1].removesuffix(b"\n")
            if raw != quarantined(entry):
                raise Found(f"line {entry['line']} in quarantine is another")
        if name.startswith(("pick", "diversify")) and name != "pick target":
            strange = set(io.BytesIO(self.out)) - set(lines)
            if strange:
                raise Found(f"a line that nobody wrote: {min(strange)[:200]}")

    def good(self, lines):
        """The lines that were taken."""
        bad = {entry["line"] for entry in self.bad}
        return [
            line
            for number, line in enumerate(lines, 1)
            if number not in bad and not line.isspace()
        ]


def quarantined(entry):
    if "raw" in entry:
        return entry["raw"].encode()
    return base64.b64decode(entry["raw_base64"])


def check(folder, name, lines, processes):
    """Run a command over some lines in all ways; how many line-passes it took."""
    compared = COMMANDS[name][1]
    run = Run(folder, name, lines)
    run.check(name, lines)
    good = run.good(lines)
    if name == "pick where":
        taken = set(good)
        for line in lines:
            wanted = not line.isspace() and nasty.literal(line)
            if wanted != (line in taken):
                raise Found(f"by the letter {wanted}: {line[:200]}")
    clean = Run(folder, name, good)
    if clean.law["rejected"]:
        raise Found(f"bad only among good ones: {clean.bad[0]}")
    if "same" in compared and (run.out, run.rows) != (clean.out, clean.rows):
        raise Found("the bad lines change what comes out")
    passes = len(lines) + len(good)
    if processes and "jobs" in compared:
        two = Run(folder, name, lines, jobs=2)
        if (two.out, two.rows, two.bad) != (run.out, run.rows, run.bad):
            raise Found("two processes give something else than one")
        passes += len(lines)
    return passes, run.law


def smallest(folder, name, lines, wrong):
    """Fewer lines that are as wrong; all but a half is tried, and all but less."""
    size, end = len(lines) // 2, time.monotonic() + PATIENCE
    while size and time.monotonic() < end:
        for at in range(0, len(lines), size):
            fewer = lines[:at] + lines[at + size :]
            if fewer and wrong(folder, name, fewer):
                lines = fewer
                break
        else:
            size //= 2
    return lines


def is_wrong(folder, name, lines):
    try:
        check(folder, name, lines, False)
    except Exception:  # noqa: BLE001 (whatever it is, it is wrong)
        return True
    return False


def fuzz(count, seed, keep="fuzz.jsonl", say=print):
    """Make and check so many lines; the totals by command. Found if anything is wrong."""
    rng = random.Random(seed)
    streams.BLOCK = BLOCK
    warnings.simplefilter("ignore")
    totals, passes, started = Counter(), 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sel-fuzz-") as place:
        folder = Path(place)
        good = [
            b'{"text":"the data model learns from what is chosen %d"}\n' % i
            for i in range(9)
        ]
        (folder / "good.jsonl").write_bytes(b"".join(good))
        for number in range(-(-count // BATCH)):
            lines = nasty.lines(rng, min(BATCH, count - number * BATCH))
            for name in COMMANDS:
                try:
                    more, law = check(folder, name, lines, number % EVERY == 0)
                except Exception as error:
                    few = smallest(folder, name, lines, is_wrong)
                    Path(keep).write_bytes(b"".join(few))
                    msg = f"{name}, seed {seed}, round {number}: {type(error).__name__}: {error}; see {keep}, {len(few)} lines"
                    raise Found(msg) from error
                passes += more
                totals.update(law)
            seconds = time.monotonic() - started
            if number % 10 == 9:
                say(
                    f"{(number + 1) * BATCH:,} lines, {passes / seconds:,.0f} line-passes/s"
                )
    seconds = time.monotonic() - started
    say(
        f"{count:,} lines, {passes:,} line-passes in {seconds:.0f} s,"
        f" {passes / seconds:,.0f} a second; {dict(totals)}"
    )
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="fuzz.jsonl", help="where wrong lines go")
    asked = parser.parse_args()
    try:
        fuzz(asked.lines, asked.seed, asked.keep)
    except Found as error:
        print(error, file=sys.stderr)
        if error.__cause__:
            raise
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
