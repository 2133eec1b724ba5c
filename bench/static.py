"""How good and how fast the vectors that ship are, beside the model they come from.

Nearest-neighbour classification (20 neighbours, weighted by cosine) of a test set by
its training set, the share of the ten nearest neighbours that both embeddings have in
common, and documents per second of CPU time.

usage: static.py MODEL DATA, where DATA holds banking77_train.jsonl.zst and the like
"""

import sys
import time
from pathlib import Path

import numpy as np
import orjson
import zstandard

from sel.embed import ngrams, static
from sel.maths.vectors import unit
from sel.models import sentence
from sel.models.static import load

SETS = {
    "banking77": ("banking77_train", "banking77_test"),
    "clinc150": ("clinc150_train", "clinc150_test"),
    "ag_news, split": ("ag_news_test", None),
}


def read(file: Path, most: int | None = None) -> tuple[list[str], np.ndarray]:
    data = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
    records = [orjson.loads(line) for line in data.splitlines()]
    np.random.RandomState(0).shuffle(records)
    records = records[:most]
    return [r["text"] for r in records], np.array([str(r["label"]) for r in records])


def accuracy(
    train: np.ndarray, known: np.ndarray, test: np.ndarray, true: np.ndarray
) -> float:
    names, labels = np.unique(known, return_inverse=True)
    cosines = test @ train.T
    near = np.argpartition(-cosines, 20, axis=1)[:, :20]
    votes = np.zeros((len(test), len(names)))
    np.add.at(
        votes,
        (np.arange(len(test))[:, None], labels[near]),
        np.take_along_axis(cosines, near, 1),
    )
    return float((names[votes.argmax(1)] == true).mean())


def common(a: np.ndarray, b: np.ndarray, k: int = 10) -> float:
    near = []
    for rows in (a, b):
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, -2)
        near.append(np.argpartition(-cosines, k, axis=1)[:, :k])
    return float(
        np.mean([len(np.intersect1d(x, y)) / k for x, y in zip(*near, strict=True)])
    )


def main() -> None:
    model, folder = sys.argv[1], Path(sys.argv[2])
    minilm = sentence.load(model, "cpu", 32)
    ways = {
        "minilm": minilm.encode,
        "static": lambda texts: static.embed(texts, load()),
        "ngrams": ngrams.embed,
    }
    for name, (train, test) in SETS.items():
        known, labels = read(folder / f"{train}.jsonl.zst", 6_000)
        if test:
            asked, true = read(folder / f"{test}.jsonl.zst", 2_000)
        else:
            known, asked = known[:4_000], known[4_000:]
            labels, true = labels[:4_000], labels[4_000:]
        rows, rates = {}, {}
        for way, embed in ways.items():
            started = time.process_time()
            rows[way] = unit(embed(known)), unit(embed(asked))
            rates[way] = (len(known) + len(asked)) / (time.process_time() - started)
        for way, (a, b) in rows.items():
            share = common(rows["minilm"][1], b)
            print(
                f"{name}: {way}: accuracy {accuracy(a, labels, b, true):.3f},"
                f" neighbours of minilm {share:.3f}, {rates[way]:,.0f} documents/s"
            )


if __name__ == "__main__":
    main()
