"""Makes the vectors of `sel embed static` from a sentence-transformers model.

Each token of the model's WordPiece vocabulary goes through the model alone; its vector
is brought to fewer columns by PCA, weighted by a / (a + p), where p is its share of all
text by Zipf's law (the vocabulary has frequent tokens first), and stored in eight bits.

usage: distill.py MODEL OUTPUT.npz [COLUMNS]

Source: the recipe of Model2Vec (Tulkens and van Dongen 2024); the weights: Arora et al.
2017, A Simple but Tough-to-Beat Baseline for Sentence Embeddings, ICLR.
"""

import sys

import numpy as np
from sentence_transformers import SentenceTransformer

RARE = 1e-4  # the share at which a token counts half


def token_vectors(model: SentenceTransformer, tokens: list[str]) -> np.ndarray:
    """What the model makes of each token alone, shape (n, d)."""
    import torch

    tokenizer = model.tokenizer
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    ids = torch.tensor(
        [[first, i, last] for i in tokenizer.convert_tokens_to_ids(tokens)]
    )
    found = []
    with torch.inference_mode():
        for part in ids.split(512):
            said = {"input_ids": part, "attention_mask": torch.ones_like(part)}
            found.append(model(said)["sentence_embedding"].numpy())
    return np.concatenate(found)


def main() -> None:
    """Distil, and write words, scales and eight-bit rows."""
    name, output, *rest = sys.argv[1:]
    columns = int(rest[0]) if rest else 256
    model = SentenceTransformer(name, device="cpu")
    vocabulary = model.tokenizer.get_vocab()
    tokens = sorted(
        (token for token in vocabulary if not token.startswith("[")), key=vocabulary.get
    )
    rows = token_vectors(model, tokens).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    rows = rows @ axes[:columns].T
    share = 1 / ((np.arange(len(rows)) + 3) * np.log(len(rows)))
    rows *= (RARE / (RARE + share))[:, None]
    scales = np.abs(rows).max(axis=1) / 127
    np.savez(
        output,
        tokens=np.frombuffer("\n".join(tokens).encode(), np.uint8),
        scales=scales.astype(np.float32),
        rows=np.round(rows / scales[:, None]).astype(np.int8),
    )


if __name__ == "__main__":
    main()
