"""Projected gradients of adapters, record by record: the features of LESS.

A row says in which direction a record would move the adapters of a model, at each
checkpoint of a short training. Cosines of rows are influences, which `sel score less`
sums up for each task. Records of the pool get the step that Adam would take, those of a
task (--target-task) their plain gradient. Only the tokens of answers count; a record
without any gets a row of NaN. A forward and a backward pass for each record and
checkpoint, many records in one. It is all done with --adapters DIR: with --warmup these
are trained first, else they are read, a trainer's as well.

Source: Xia et al. 2024, LESS: Selecting Influential Data for Targeted Instruction
Tuning, arXiv:2402.04333.

Differs: signs of the projection come from a hash, and are the same on any machine; no
dropout; float32 where the authors' code takes bfloat16 and float16; moments of Adam are
corrected for their bias, as in the paper (--adam authors: as in the code).
"""

from collections.abc import Sequence
from typing import Literal

from sel import check
from sel.errors import OptionError
from sel.maths.text import chat
from sel.types import Chat, Gradients, Vectors

WORD = 64
"""Signs are made by so many."""


def embed(
    chats: Sequence[Chat],
    gradients: Gradients,
    *,
    project: int = 8192,
    projection: Literal["rademacher", "count-sketch"] = "rademacher",
    template: Literal["tulu", "model", "none"] = "tulu",
    max_length: int = 2048,
) -> Vectors:
    """One row for each chat, shape (n, checkpoints times project).

    Args:
        chats: n lists of turns, each a role and what is said.
        gradients: the model and its adapters.
        project: columns for each checkpoint. A cosine of two rows has an error of about
            1 / sqrt(project), 0.011 for 8192, with either projection.
        projection: rademacher multiplies each number of a gradient with a sign for each
            column, as the authors do; count-sketch adds it to one column, which is
            faster by far.
        template: tulu is the authors'; model is the tokenizer's own; none joins the
            turns by line ends.
        max_length: longest text in tokens, at most the positions of the model; the
            rest is cut off.
    """
    check.at_least("--max-length", max_length, 2)
    check.at_least("--project", project, WORD)
    if project % WORD:
        raise OptionError("project", f"a multiple of {WORD}", project)
    texts, spans = _read(chats, gradients, template)
    return gradients.features(
        texts,
        max_length,
        spans,
        special=template != "model",  # such a template writes its own
        columns=project,
        sketch=projection == "count-sketch",
    )


def _read(
    chats: Sequence[Chat], gradients: Gradients, template: str
) -> tuple[list[str], list[list[tuple[int, int]]]]:
    """Each chat as a text, and where its answers stand, with what ends them."""
    render = {
        "tulu": lambda turns: chat.tulu(turns, gradients.end) + "\n" * _spoken(turns),
        "model": gradients.render,
        "none": chat.plain,
    }[template]
    texts = [render(turns) for turns in chats]
    pairs = zip(texts, chats, strict=True)
    return texts, [_counted(*each, gradients.end) for each in pairs]


def _spoken(turns: Chat) -> bool:
    """Whether it is a chat."""
    return all(role for role, _ in turns)


def _counted(text: str, turns: Chat, end: str) -> list[tuple[int, int]]:
    """Where the answers of a chat stand; a plain text is all of it."""
    if not _spoken(turns):
        return [(0, len(text))]
    spans = []
    for start, stop in chat.answers(text, turns):
        for after in (end, "\n"):
            stop += len(after) if text.startswith(after, stop) else 0
        spans.append((start, stop))
    return spans
