"""Sequences one after another in one row of tokens, each blind to the others.

Instead of a mask over all pairs of tokens, attention is taken within each sequence:
sequences of about one length are laid beside one another for that step alone. All else
that a layer does is done to tokens that are there, and to no padding.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NAME = "sel_packed"
"""What transformers calls this attention."""
WIDER = 1.25
"""How much longer than its shortest the longest sequence of a group may be."""
UNKNOWN = ("softcap", "s_aux", "position_bias", "cache", "head_mask", "block_mask")
"""What an architecture may ask of its attention that is not done here."""


class Unfit(Exception):
    """The architecture wants something else of its attention."""


class Pack:
    """Where sequences stand in a row of tokens.

    Args:
        lengths: tokens of each, none of them 0.
        place: a device of torch.
        watch: is shown the queries and keys of each layer, (1, heads, t, d), and what
            their products are multiplied with.
    """

    def __init__(
        self, lengths: Sequence[int], place: Any, watch: Callable[..., None] | None
    ) -> None:
        torch = loading.import_torch()
        self.watch = watch
        ranges = [torch.arange(length) for length in lengths]
        self.positions = torch.cat(ranges)[None].to(place)
        self.groups = [_Group(*one, place) for one in _groups(lengths)]


def _groups(lengths: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Where each group of neighbours of about one length begins, and their lengths."""
    start = begin = 0
    for i in range(1, len(lengths) + 1):
        some = lengths[begin : i + 1]
        if i == len(lengths) or max(some) > WIDER * min(some) + 8:
            yield start, lengths[begin:i]
            start += sum(lengths[begin:i])
            begin = i


class _Group:
    """Sequences beside one another: rows of one width."""

    def __init__(self, start: int, lengths: Sequence[int], place: Any) -> None:
        torch = loading.import_torch()
        self.rows, self.width = len(lengths), max(lengths)
        self.start, self.end = start, start + sum(lengths)
        self._place = self._kept = None
        if len(set(lengths)) > 1:
            sizes = torch.tensor(lengths)[:, None]
            columns = torch.arange(self.width)[None]
            first = start + sizes.cumsum(0) - sizes
            # what stands after the end of a sequence is seen by none of its tokens
            self._place = (first + torch.minimum(columns, sizes - 1)).ravel().to(place)
            self._kept = (columns < sizes).ravel().nonzero()[:, 0].to(place)

    def apart(self, states: Any) -> Any:
        """From (1, heads, tokens, d) to (rows, heads, width, d)."""
        states = states[0]
        if self._place is None:
            some = states[:, self.start : self.end]
        else:
            some = states[:, self._place]
        shape = (len(states), self.rows, self.width, states.shape[-1])
        return some.reshape(shape).transpose(0, 1)

    def joined(self, states: Any) -> Any:
        """From (rows, heads, width, d) to (tokens, heads, d)."""
        heads, _, d = states.shape[1:]
        flat = states.transpose(1, 2).reshape(-1, heads, d)
        return flat if self._kept is None else flat[self._kept]


_now: list[Pack] = []


@contextmanager
def packed(
    lengths: Sequence[int], place: Any, watch: Callable[..., None] | None = None
) -> Iterator[Any]:
    """While a model reads a row of sequences; gives their positions, (1, tokens)."""
    _now.append(Pack(lengths, place, watch))
    try:
        yield _now[-1].positions
    finally:
        _now.pop()


def attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    is_causal: bool | None = None,
    **more: Any,
) -> tuple[Any, None]:
    """Attention within each sequence, as transformers calls it.

    Raises:
        Unfit: it is asked for something else.
    """
    torch = loading.import_torch()
    asked = [name for name in UNKNOWN if more.get(name) is not None]
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    if asked or mask is not None or not causal or not _now or len(query) > 1:
        raise Unfit(", ".join(asked))
    pack = _now[-1]
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    if pack.watch:
        pack.watch(query, key, scale)
    parts = []
    for group in pack.groups:
        q, k, v = map(group.apart, (query, key, value))
        near = _near(group.width, sliding_window, q.device)
        found = torch.nn.functional.scaled_dot_product_attention(
            q,
            _repeated(k, q),
            _repeated(v, q),
            attn_mask=near,
            is_causal=near is None,
            scale=scale,
        )
        parts.append(group.joined(found))
    return torch.cat(parts)[None], None


def _repeated(states: Any, query: Any) -> Any:
    """Keys or values for each head of the queries, where several share them."""
    times = query.shape[1] // states.shape[1]
    return states.repeat_interleave(times, dim=1) if times > 1 else states


def _near(width: int, window: int | None, place: Any) -> Any:
    """Which tokens see which in a window; None where they see all before them."""
    torch = loading.import_torch()
    if not window or width <= window:
        return None
    at = torch.arange(width, device=place)
    back = at[:, None] - at
    return (back >= 0) & (back < window)


def register() -> None:
    """Make the attention known to transformers."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, attend)


def bounds(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each sequence begins and ends."""
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    return pairwise(ends)
