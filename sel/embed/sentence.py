"""The vectors of a sentence-transformers model.

Any model of that library, by name or path: all-MiniLM-L6-v2, bge, e5, gte. Texts are
batched by length, and the model's own limit cuts long ones. A prompt that the model
wants before each text is given with --prompt.

Source: Reimers and Gurevych 2019, Sentence-BERT, arXiv:1908.10084.
"""

from sel.types import TextModel, Texts, Vectors


def embed(texts: Texts, model: TextModel, *, prompt: str = "") -> Vectors:
    """One row for each text, shape (n, d).

    Args:
        texts: n strings.
        model: what embeds them.
        prompt: words put before each text, such as 'query: '.
    """
    return model.encode([prompt + text for text in texts] if prompt else texts)
