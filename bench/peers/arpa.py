"""A model of `sel score ngramlm` in the form that KenLM reads.

usage: arpa.py TARGET.jsonl ORDER MODEL.arpa
"""

import json
import sys

import numpy as np

from sel.maths.text import backoff, ngrams
from sel.score import _units, ngramlm

TO_TENS = np.log10(2)


def main() -> None:
    """Fit the model, and write all its n-grams."""
    path, number, out = sys.argv[1:]
    with open(path, "rb") as file:
        texts = [json.loads(line)["text"] for line in file]
    sample, order = ngramlm.collect(texts, None), int(number)
    state = ngramlm.fit([sample], [], order=order)
    model, names = state.each[0], words(texts, state)
    codes = _units.coded(state.table, *sample.joined())
    with open(out, "w", encoding="utf-8") as file:
        print("\\data\\", file=file)
        for n, level in enumerate(model.levels, 1):
            print(f"ngram {n}={len(level.logs) + 2 * (n == 1)}", file=file)
        grams = backoff._single(codes, len(names))
        for n, level in enumerate(model.levels, 1):
            print(f"\n\\{n}-grams:", file=file)
            if n == 1:
                print(f"{model.unknown * TO_TENS:.7f}\t<unk>\t0", file=file)
                print(f"-99\t<s>\t{level.backs[0] * TO_TENS:.7f}", file=file)
                rows = [(code,) for code in range(len(names))]
            else:
                grams = backoff._counted(codes, grams, grams.after(codes, n))
                at = np.empty(len(level.logs), np.int64)
                at[grams.places[grams.ends]] = grams.ends
                rows = codes[at[:, None] + np.arange(1 - n, 1)].tolist()
            for row, log, back in zip(rows, level.logs, level.backs, strict=True):
                first = "<s>" if n > 1 and row[0] == 0 else names[row[0]]
                said = " ".join([first, *(names[code] for code in row[1:])])
                more = "" if n == order else f"\t{back * TO_TENS:.7f}"
                print(f"{log * TO_TENS:.7f}\t{said}{more}", file=file)
        print("\n\\end\\", file=file)


def words(texts: list[str], state: ngramlm.Models) -> list[str]:
    """The word of each code; 0 is the end."""
    names = ["</s>"] * (len(state.words) + 1)
    for text in texts:
        starts, ends, _ = ngrams.tokens([text])
        said = [text[a:b].lower() for a, b in zip(starts, ends, strict=True)]
        named, sizes = _units.units([text], None, "words")
        for word, code in zip(said, _units.coded(state.table, named, sizes)[1:-1]):
            names[code] = word
    return names


if __name__ == "__main__":
    main()
