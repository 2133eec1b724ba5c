"""Losses of each record at checkpoints of a small model's training: S2L.

A small model is trained on the records, or on their answers where they are chats or
instructions, and a row holds a record's mean loss at each checkpoint, in nats. `sel
diversify clusters --trajectories` chooses by them. All records are held in memory;
training takes about three passes over them an epoch, and each checkpoint one. A record
without a token that counts, such as one with an empty answer, gets a row of NaN. With
--models DIR nothing is trained: the checkpoints that a trainer left are read.

Source: Yang et al. 2024, SmallToLarge (S2L): Scalable Data Selection for Fine-tuning
Large Language Models by Summarizing Training Trajectories of Small Models,
arXiv:2403.07384.

Differs: the authors put records into Alpaca's template, count the token that ends an
answer, fill steps with 32 records whatever their lengths, train in bfloat16, and keep
the last 12 checkpoints of one every 500 steps.
"""

from collections.abc import Sequence
from typing import Literal

from sel import check
from sel.maths.text import chat
from sel.types import Chat, Proxy, Vectors


def embed(
    chats: Sequence[Chat],
    proxy: Proxy,
    *,
    of: Literal["answer", "all"] = "answer",
    template: Literal["tulu", "model", "none"] = "tulu",
    max_length: int = 512,
) -> Vectors:
    """The mean loss of each record at each checkpoint, shape (n, checkpoints).

    Args:
        chats: n lists of turns, each a role and what is said.
        proxy: the small model.
        of: the tokens that are learnt and whose losses are given: those of answers, and
            of a plain text all after the first; or all of every record.
        template: tulu is that of RDS+; model is the tokenizer's own; none joins the
            turns by line ends.
        max_length: longest record in tokens, at most the positions of the model; the
            rest is cut off.
    """
    check.at_least("--max-length", max_length, 2)
    texts = chat.rendered(chats, template, proxy)
    special = template != "model"  # such a template writes its own
    spans = [_counted(*each) for each in zip(texts, chats, strict=True)]
    given = spans if of == "answer" else None
    return proxy.trajectories(texts, max_length, special=special, spans=given)


def _counted(text: str, turns: Chat) -> list[tuple[int, int]]:
    """Where the answers of a chat stand; a plain text is all of it."""
    if not any(role for role, _ in turns):
        return [(0, len(text))]
    return [*chat.answers(text, turns)]
