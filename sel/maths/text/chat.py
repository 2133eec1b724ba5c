"""Chats as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Chat, Renders, Spans

ANSWERS = "assistant"
"""Who answers."""


def plain(turns: Chat) -> str:
    """What is said, line by line."""
    return "\n".join(said for _, said in turns)


def tulu(turns: Chat, end: str) -> str:
    """The template of Tulu and of RDS+: a line with the role before each turn.

    Args:
        turns: pairs of role and text; a turn without a role is not a chat, and stays.
        end: what follows each answer, the model's token for the end of a sequence.
    """
    if any(not role for role, _ in turns):
        return plain(turns)
    said = (
        f"<|{role}|>\n{text.strip()}{end if role == ANSWERS else ''}\n"
        for role, text in turns
    )
    return "".join(said).strip()


def rendered(chats: Sequence[Chat], template: str, model: Renders) -> list[str]:
    """Chats as texts.

    Args:
        chats: n lists of turns.
        template: tulu, none for `plain`, or model for the tokenizer's own.
        model: knows its own, and the token that ends a sequence.
    """
    if template == "model":
        return [model.render(turns) for turns in chats]
    if template == "none":
        return [plain(turns) for turns in chats]
    return [tulu(turns, model.end) for turns in chats]


def answers(text: str, turns: Chat) -> Spans:
    """Where the answers stand in a chat that was put into a template.

    Args:
        text: what the template made of it; it may trim what is said, and put anything
            between the turns.
        turns: pairs of role and text.
    """
    spans, at = [], 0
    for role, said in turns:
        bare = said.strip()
        start = text.find(bare, at)
        if start < 0:
            continue
        at = start + len(bare)
        if role == ANSWERS and bare:
            spans.append((start, at))
    return spans
