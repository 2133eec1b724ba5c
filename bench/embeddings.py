"""How good and how fast embeddings are, beside the model they come from.

Nearest-neighbour classification (20 neighbours, weighted by cosine) of a test set by
its training set, the share of the ten nearest neighbours in common with the model's own
`encode`, the least cosine with it, and documents per second of CPU time. model2vec is
given the model's token vectors, 256 columns of them: it is there for its rate.

usage: embeddings.py MODEL DATA [MOST], where DATA holds banking77_train.jsonl.zst ...
"""

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import orjson
import zstandard
from sentence_transformers import SentenceTransformer

from sel.embed import ngrams, static
from sel.maths.matrices.vectors import unit
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


def model2vec(model: str) -> Callable[[list[str]], np.ndarray] | None:
    """The peer of `embed static`, if it is installed."""
    if find_spec("model2vec") is None:
        print("model2vec is not installed")
        return None
    from model2vec import StaticModel
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(Path(model) / "model.safetensors")
    name = next(name for name in weights if name.endswith("word_embeddings.weight"))
    tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
    tokenizer.no_padding()
    static_model = StaticModel(
        np.ascontiguousarray(weights[name][:, :256]), tokenizer, normalize=True
    )
    return lambda texts: static_model.encode(texts, use_multiprocessing=False)


def main() -> None:
    model, folder = sys.argv[1], Path(sys.argv[2])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 6_000
    library = SentenceTransformer(model, device="cpu")
    words = load()
    ways = {
        "encode": lambda texts: library.encode(texts, show_progress_bar=False),
        **{
            f"sentence, {precision}": sentence.load(model, "cpu", 32, precision).encode
            for precision in ("float32", "auto")
        },
        "static": lambda texts: static.embed(texts, words),
        "model2vec": model2vec(model),
        "ngrams": ngrams.embed,
    }
    for name, (train, test) in SETS.items():
        known, labels = read(folder / f"{train}.jsonl.zst", most)
        if test:
            asked, true = read(folder / f"{test}.jsonl.zst", most // 3)
        else:
            half = 2 * len(known) // 3
            known, asked = known[:half], known[half:]
            labels, true = labels[:half], labels[half:]
        rows, rates = {}, {}
        for way, embed in ways.items():
            if embed is None:
                continue
            embed(asked[:50])
            started = time.process_time()
            rows[way] = unit(embed(known)), unit(embed(asked))
            rates[way] = (len(known) + len(asked)) / (time.process_time() - started)
        true_known, true_asked = rows["encode"]
        for way, (a, b) in rows.items():
            share = common(true_asked, b)
            same = a.shape == true_known.shape
            least = f"{(a * true_known).sum(1).min():.5f}" if same else "-"
            print(
                f"{name}: {way}: accuracy {accuracy(a, labels, b, true):.3f},"
                f" neighbours of encode {share:.3f}, least cosine {least},"
                f" {rates[way]:,.0f} documents/s, {rates[way] / rates['encode']:.2f}"
                " times encode",
                flush=True,
            )


if __name__ == "__main__":
    main()
