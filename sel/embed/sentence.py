"""The vectors of a sentence-transformers model.

Any model of that library, by name or path: all-MiniLM-L6-v2, bge, e5, gte, with its own
pooling, limit of tokens and prompts. Texts are tokenized once and batched by length, so
many that a budget of tokens is kept. The layers compute in bfloat16 where the machine
has it, with cosines of at least 0.999 to float32; --precision float32 is exact.

Source: Reimers and Gurevych 2019, Sentence-BERT, arXiv:1908.10084.
"""

from sel.types import SentenceModel, Texts, Vectors


def embed(texts: Texts, model: SentenceModel, *, prompt: str = "") -> Vectors:
    """One row for each text, shape (n, d).

    Args:
        texts: n strings.
        model: what embeds them.
        prompt: text put before each text, such as 'query: ' [the model's own].
    """
    return model.encode(texts, prompt)
