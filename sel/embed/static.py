"""Means of word vectors that ship with the package; the default.

Real semantic vectors without torch, without a download, many thousands of documents a
second: each token of a vocabulary has a vector, distilled from all-MiniLM-L6-v2 and
weighted by how rare it is; a text is the mean of its tokens. The order of words plays
no part.

Source: Tulkens and van Dongen 2024, Model2Vec, github.com/MinishLab/model2vec; Reimers
and Gurevych 2020, arXiv:2004.09813, for the model that was distilled.
"""

from sel.types import TextModel, Texts, Vectors


def embed(texts: Texts, words: TextModel) -> Vectors:
    """One row for each text, shape (n, 256); a text without known words gives zeros.

    Args:
        texts: n strings.
        words: the vectors that ship.
    """
    return words.encode(texts)
