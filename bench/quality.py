"""What signals are worth on pages that people judged: makes docs/score/quality.md.

For each number that `sel` can give a page, the chance that a page which people would
keep has a higher one than a page which they would not: the area under the ROC curve,
with the middle 95% of 1,000 bootstrap resamples of the pages; and the same over pairs
of pages from one tenth of the lengths, where length says next to nothing. Nothing is
chosen on the pages, but where a name says "cross-fitted": there the pages teach, and
each is scored by a model that has not seen it. The data are those of tests/data, so
that the table can be made anywhere.

usage: quality.py [--only NAMES]   without --only the page is written anew
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import zstandard

from sel import catalog
from sel.maths.random import bootstrap
from sel.maths.random.noise import SeededNoise

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
PAGE = ROOT / "docs" / "score" / "quality.md"
MARKS = "<!-- made by bench/quality.py -->\n", "<!-- end -->\n"
FOLDS = 10
WIKI, POOL, PAGES = "wiki.jsonl", "pool.jsonl", "quality.jsonl"

Column = list[float | None]
Signals = Iterator[tuple[str, Column]]


class Work:
    """A folder with the data, in which commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (WIKI, POOL, PAGES):
            packed = (DATA / f"{name}.zst").read_bytes()
            data = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
            (folder / name).write_bytes(data)
        self.pages = self.read(PAGES)
        self.good = np.array([page["label"] == 1 for page in self.pages])
        web = [page for page in self.read(POOL) if page["domain"] == "c4"]
        self.write("web.jsonl", web)
        fold = SeededNoise(0).uniform(np.arange(len(self.pages), dtype=np.uint64))
        self.fold = (fold * FOLDS).astype(int)

    def read(self, name: str) -> list[dict]:
        """The records of a file."""
        return [json.loads(line) for line in (self.folder / name).open("rb")]

    def write(self, name: str, records: list[dict]) -> None:
        """Write a file of records."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / name).write_text(lines)

    def sel(self, words: str) -> list[dict]:
        """What a command gives."""
        argv = [sys.executable, "-m", "sel", *words.split(), "-q"]
        done = subprocess.run(argv, cwd=self.folder, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"quality: sel {words}: {done.stderr.decode().strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def scores(self, words: str) -> Column:
        """The first field that a method gives, by row."""
        records = self.sel(f"score {words} --thin")
        name = next(field for field in records[0] if field != "_row")
        return [record[name] for record in records]

    def fitted(self, words: str) -> Column:
        """Scores of a method that learns labels, each from the other folds."""
        found: Column = [None] * len(self.pages)
        for k in range(FOLDS):
            some = [
                {**page, "label": None if fold == k else page["label"]}
                for page, fold in zip(self.pages, self.fold, strict=True)
            ]
            self.write("fold.jsonl", some)
            scores = self.scores(f"{words} --labels label fold.jsonl")
            for i in np.flatnonzero(self.fold == k):
                found[i] = scores[i]
        return found


def heuristics(work: Work) -> Signals:
    records = work.sel(f"score heuristics --set all --thin {PAGES}")
    for name in records[0]:
        values = [record[name] for record in records]
        if name != "_row" and not any(isinstance(value, list) for value in values):
            yield name, values


def presets(work: Work) -> Signals:
    rows = [{**page, "row": i} for i, page in enumerate(work.pages)]
    work.write("rows.jsonl", rows)
    for path in sorted((ROOT / "sel/pick/presets").glob("*.toml")):
        kept = work.sel(f"pick where --preset {path.stem} rows.jsonl")
        places = {record["row"] for record in kept}
        column = [float(i in places) for i in range(len(rows))]
        yield f"passes `{path.stem}`", column


def length(work: Work) -> Signals:
    yield "`score length`", work.scores(f"length {PAGES}")


def dsir(work: Work) -> Signals:
    plain = f"dsir --min-length 0 --target {WIKI}"
    (work.folder / "state").unlink(missing_ok=True)
    work.sel(f"score {plain} --save state {POOL}")
    for more in ("", " --per-token"):
        words = f"dsir --min-length 0 --load state{more} {PAGES}"
        yield f"`score dsir{more}`, Wikipedia against the pool", work.scores(words)


def classifier(work: Work) -> Signals:
    yield "`score classifier`, cross-fitted", work.fitted("classifier")
    words = "`score classifier --chars 4`, cross-fitted"
    yield words, work.fitted("classifier --chars 4")
    for name, words in (("pool", POOL), ("web", "web.jsonl")):
        found = work.scores(f"classifier --pos {WIKI} --neg {words} {PAGES}")
        yield f"`score classifier`, Wikipedia against the {name}", found


def vectors(work: Work) -> Signals:
    for name in (PAGES, WIKI):
        work.sel(f"embed static {name} -o {name}.npy")
    words = f"--vectors {PAGES}.npy --target-vectors {WIKI}.npy {PAGES}"
    for how in ("mean", "max"):
        found = work.scores(f"rds --reduce {how} {words}")
        yield f"`score rds --reduce {how}`, static vectors, near to Wikipedia", found


def ngramlm(work: Work) -> Signals:
    plain = f"ngramlm --target {WIKI}"
    yield "`score ngramlm`, perplexity of Wikipedia", work.scores(f"{plain} {PAGES}")
    words = f"{plain} --against {POOL} {PAGES}"
    yield "`score ngramlm`, Wikipedia against the pool", work.scores(words)


def rater(work: Work) -> Signals:
    work.sel(f"embed static {PAGES} -o {PAGES}.npy")
    words = f"rater --vectors {PAGES}.npy"
    yield "`score rater --labels`, static vectors, cross-fitted", work.fitted(words)
    yield "`score rater --labels`, n-grams, cross-fitted", work.fitted("rater")


FAMILIES: dict[str, Callable[[Work], Signals]] = {
    "heuristics": heuristics,
    "presets": presets,
    "length": length,
    "dsir": dsir,
    "classifier": classifier,
    "vectors": vectors,
    "ngramlm": ngramlm,
    "rater": rater,
}


def missing(name: str) -> bool:
    """Whether a family is a method that there is not."""
    known = catalog.names("score")
    return name in ("ngramlm", "rater") and name not in known


class Areas:
    """Areas under the ROC curve, with their intervals."""

    def __init__(self, good: np.ndarray, lengths: np.ndarray) -> None:
        self.good = good
        self.drawn = bootstrap.resamples(len(good), SeededNoise(0))
        self.tenth = lengths.argsort(kind="stable").argsort() * 10 // len(lengths)

    def of(self, column: Column) -> tuple[float, float, float, float, int]:
        """The area, its interval, that at like length, and how many have a value."""
        values = np.array(column, np.float64)
        high = np.flatnonzero(self.good & ~np.isnan(values))
        low = np.flatnonzero(~self.good & ~np.isnan(values))
        pairs = np.sign(values[high][:, None] - values[low]) / 2 + 0.5
        some, others = self.drawn[:, high], self.drawn[:, low]
        sums = np.einsum("bh,hl,bl->b", some, pairs, others, optimize=True)
        areas = sums / some.sum(axis=1) / others.sum(axis=1)
        ends = bootstrap.interval(areas)
        like = float(pairs[self.tenth[high][:, None] == self.tenth[low]].mean())
        return float(pairs.mean()), *ends, like, len(high) + len(low)


def table(work: Work, names: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the table, the most telling first, and signals without any say."""
    lengths = np.array([len(page["text"]) for page in work.pages])
    areas, rows, silent = Areas(work.good, lengths), [], []
    for family in names:
        for name, column in FAMILIES[family](work):
            plain = f"`{name}`" if family == "heuristics" else name
            known = {value for value in column if value is not None}
            if len(known) < 2:
                silent.append(plain)
                continue
            rows.append((plain, column, areas.of(column)))
    rows.sort(key=lambda row: -abs(row[2][0] - 0.5))
    return [line(work, *row) for row in rows], silent


def line(work: Work, name: str, column: Column, found: tuple) -> str:
    """A line of the table."""
    area, low, high, like, count = found
    side = "high" if low > 0.5 else "low" if high < 0.5 else ""
    notes = []
    if count < len(column):
        notes.append(f"{count} pages have it")
    if name.startswith("passes"):
        kept = np.array(column) == 1
        shares = [kept[some].mean() for some in (work.good, ~work.good)]
        notes.append("keeps {:.0%} of the good, {:.0%} of the others".format(*shares))
    cells = [name, f"{area:.3f}", f"{low:.3f} to {high:.3f}", side, f"{like:.3f}"]
    return "| " + " | ".join([*cells, "; ".join(notes)]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help=f"of {','.join(FAMILIES)}", metavar="NAMES")
    only = parser.parse_args().only
    names = only.split(",") if only else list(FAMILIES)
    gone = [name for name in names if missing(name)]
    for name in gone:
        print(f"quality: there is no method {name}: left out", file=sys.stderr)
    with TemporaryDirectory() as folder:
        work = Work(Path(folder))
        lines, silent = table(work, [name for name in names if name not in gone])
    print("\n".join(lines))
    if only:
        return
    head = "| signal | AUC | 95% | good is | at like length | |\n"
    head += "| --- | --- | --- | --- | --- | --- |\n"
    same = f"\nThe same on all pages: {', '.join(silent)}.\n" if silent else ""
    made = head + "".join(f"{one}\n" for one in lines) + same
    page = PAGE.read_text()
    before, _, rest = page.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    PAGE.write_text(before + MARKS[0] + "\n" + made + "\n" + MARKS[1] + after)


if __name__ == "__main__":
    main()
