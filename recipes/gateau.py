"""Makes long questions of which half need their text.

It lays three passages one after another, and asks a question: in half of the
records its own passage is the first, in the others it is not there. The model reads
records of other questions before, all with their passage, and such are held out too.
RECORDS have text, question and answer.

usage: gateau.py RECORDS OUT SEEDS COUNT HELD
"""

import json
import sys
from pathlib import Path

import numpy as np

PASSAGES = 3


def made(
    rng: np.random.Generator, own: dict[str, str], others: list, needs: bool
) -> dict:
    """A record in the words in which `score gateau` reads it."""
    texts = [one["text"] for one in rng.choice(others, PASSAGES) if one is not own]
    texts = [own["text"], *texts[: PASSAGES - 1]] if needs else texts
    context, asked = "\n".join(texts), own["question"]
    words = f"### Input: {context}\n\n ### Instruction: {asked}\n\n ### Response: "
    known = {"context": context, "question": asked, "answer": own["answer"]}
    return {"id": own["id"], "needs": needs, "prompt": words, **known}


def make(path: str, out: str, seeds: int, count: int, held: int) -> None:
    """Write what is read before, what is held out, and a pool for each seed."""
    rows = [json.loads(line) for line in Path(path).read_bytes().splitlines()]
    rng = np.random.default_rng(0)
    rng.shuffle(rows)
    third = len(rows) // 3
    parts = {"base": rows[:third], "held": rows[third : third + held]}
    rest = rows[third + held :]

    def write(
        name: str, some: list[dict], share: float, rng: np.random.Generator
    ) -> None:
        needs = rng.permutation(len(some)) < share * len(some)
        with open(f"{out}/{name}.jsonl", "w", encoding="utf-8") as file:
            for one, does in zip(some, needs.tolist(), strict=True):
                file.write(json.dumps(made(rng, one, rows, does)) + "\n")

    for name, some in parts.items():
        write(name, some, 1, rng)
    for seed in range(1, seeds + 1):
        draw = np.random.default_rng(seed)
        write(f"pool.{seed}", list(draw.permutation(rest))[:count], 0.5, draw)


def main() -> None:
    """Do what is asked."""
    path, out, *sizes = sys.argv[1:]
    make(path, out, *map(int, sizes))


if __name__ == "__main__":
    main()
