"""Hidden states of a causal language model, pooled: the vectors of RDS+.

The states of the last layer, after its final norm, are averaged over all positions,
later ones with more weight: position t of T counts t / (T(T+1)/2). The record is put
into the chat template first, answers included. Texts are batched with a mask, which
changes no vector; one forward pass for each record.

Source: Ivison et al. 2025, Large-Scale Data Selection for Instruction Tuning,
arXiv:2503.01807; the weights: Muennighoff 2022, SGPT, arXiv:2202.08904.

Differs: float32 where the authors take bfloat16; a record that is not a chat is
embedded as its plain text.
"""

from collections.abc import Sequence
from typing import Literal

from sel import check
from sel.maths.text import chat
from sel.types import Chat, LanguageModel, Vectors


def embed(
    chats: Sequence[Chat],
    model: LanguageModel,
    *,
    pooling: Literal["weighted-mean", "mean", "last"] = "weighted-mean",
    template: Literal["tulu", "model", "none"] = "tulu",
    max_length: int = 2048,
) -> Vectors:
    """One row for each chat, shape (n, d).

    Args:
        chats: n lists of turns, each a role and what is said.
        model: what reads them.
        pooling: how the hidden states of a text become one vector.
        template: tulu is the authors'; model is the tokenizer's own; none joins the
            turns by line ends.
        max_length: longest text in tokens, at most the positions of the model; the
            rest is cut off.
    """
    check.at_least("--max-length", max_length, 1)
    texts = chat.rendered(chats, template, model)
    special = template != "model"  # such a template writes its own
    return model.pooled(texts, pooling, max_length, special=special)
