"""Chats as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sel.types import Chat


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
        f"<|{role}|>\n{text.strip()}{end if role == 'assistant' else ''}\n"
        for role, text in turns
    )
    return "".join(said).strip()
