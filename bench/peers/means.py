"""Means of the tokens' vectors that ship with sel, by other packages.

tokenizers only cuts the texts, and writes how many tokens there are; model2vec writes
the matrix. Neither cuts a long text short, both work in one thread.

usage: means.py tokenizers|model2vec FILE
"""

import io
import os
import sys
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import orjson
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

DATA = Path(__file__).resolve().parents[2] / "sel" / "models" / "static.npz"
UNKNOWN = "[UNK]"
AT_ONCE = 1024  # texts, as in model2vec


def tokenizer_of(tokens: list[str]) -> Tokenizer:
    """What cuts texts as the model does."""
    numbers = {token: i for i, token in enumerate(tokens)}
    cut = Tokenizer(models.WordPiece(numbers, unk_token=UNKNOWN))
    cut.normalizer = normalizers.BertNormalizer(lowercase=True)
    cut.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return cut


def main() -> None:
    """Write the matrix, or how many tokens there are."""
    who, path = sys.argv[1:]
    with np.load(DATA) as stored:
        tokens = stored["tokens"].tobytes().decode().split("\n")
        rows = stored["rows"] * stored["scales"][:, None]
    cut = tokenizer_of([*tokens, UNKNOWN])
    with open(path, "rb") as file:
        texts = [orjson.loads(line)["text"] for line in file]
    if who == "tokenizers":
        count = 0
        for at in range(0, len(texts), AT_ONCE):
            part = texts[at : at + AT_ONCE]
            found = cut.encode_batch_fast(part, add_special_tokens=False)
            count += sum(len(one.ids) for one in found)
        print(count)
        return
    from model2vec import StaticModel

    rows = np.concatenate((rows, np.zeros_like(rows[:1])))
    model = StaticModel(rows, cut, normalize=True, max_length=None)
    out = io.BytesIO()  # np.save asks where it stands, which a pipe does not know
    np.save(out, model.encode(texts, batch_size=AT_ONCE, use_multiprocessing=False))
    sys.stdout.buffer.write(out.getbuffer())


if __name__ == "__main__":
    main()
