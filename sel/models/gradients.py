"""Gradients of the adapters for each record, many records in one pass.

One backward pass gives the gradient G of what each adapted layer puts out, token by
token. From it and from what the layer read follow those of A and B for each sequence:
with y = s B A x, that of B is s G' (A x), and that of A is s (G B)' x, over its tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import batches, loading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.models.adapters import Adapter, Added
    from sel.models.checkpoints import Adam
    from sel.models.machine import Machine
    from sel.types import Indices

    Tokens = Sequence[int]

HELD = 1 << 27
"""Bytes of gradients that are held at once, of one record at least."""


class Slopes:
    """The gradients of the mean loss of each sequence by all adapters of a model.

    Args:
        reader: has the model.
        added: its adapters.
    """

    def __init__(self, reader: Machine, added: Added) -> None:
        self.machine, self.added = reader, added
        for _, p in added.parameters:
            p.requires_grad_(requires_grad=False)
        self._starts: dict[str, int] = {}
        at = 0
        for one in added.adapters:
            self._starts[one.name] = at
            at += one.a.numel() + one.b.numel()
        self.size = at
        """Numbers of a gradient."""
        self.most = max(HELD // (4 * at), 1)
        """Records whose gradients are held at once."""
        self._rows: Any = None

    def of(self, sequences: Sequence[Tokens], wanted: Sequence[Indices]) -> Any:
        """A tensor (n, p), float32; see sel.models.training.Example.

        Raises:
            MachineError: there is no memory for one sequence.
        """
        torch = loading.import_torch()
        lengths = [int(places[-1]) for places in wanted]
        reader, order, start = self.machine, batches.order(lengths), 0
        found = torch.zeros(len(order), self.size, device=reader.model.device)
        while start < len(order):
            places = order[start : reader.end(order, start, lengths)]
            try:
                part = self._pass(
                    [sequences[i] for i in places], [wanted[i] for i in places]
                )
            except (RuntimeError, MemoryError) as error:
                if not loading.no_memory(error):
                    raise
                reader.halve([lengths[i] for i in places])
                continue
            found[places] = part
            if reader.heard:
                reader.heard(sum(lengths[i] for i in places))
            start += len(places)
        return found

    def _pass(self, some: Sequence[Tokens], wanted: Sequence[Indices]) -> Any:
        """The gradients of sequences that are read in one pass."""
        torch = loading.import_torch()
        place = self.machine.model.device
        lengths = [int(places[-1]) for places in wanted]
        self._rows = torch.zeros(len(some), self.size, device=place)
        self._beside = _Beside(lengths, place) if self.machine.packed else None
        shares = np.concatenate([np.full(len(w), 1 / len(w)) for w in wanted])
        try:
            for one in self.added.adapters:
                one.watch = self._watch
            with torch.enable_grad():
                losses = self.machine.with_gradient(some, wanted)
                weights = torch.from_numpy(shares).to(losses)
                (losses * weights).sum().backward()
            return self._rows
        finally:
            for one in self.added.adapters:
                one.watch = None
            self._rows = self._beside = None

    def _watch(self, adapter: Adapter, read: Any, low: Any, out: Any) -> None:
        """Follow what a layer puts out until its gradient is known."""
        if not out.requires_grad:
            out.requires_grad_()
        rows, beside = self._rows, self._beside
        read, low = read.detach(), low.detach()

        def know(slope: Any) -> None:
            x, h, g = read, low, slope
            if beside:
                x, h, g = beside.apart(x), beside.apart(h), beside.apart(g)
                g = g * beside.there
            g = g.float() * adapter.scale
            start = self._starts[adapter.name]
            middle = start + adapter.a.numel()
            end = middle + adapter.b.numel()
            down = (g @ adapter.b).transpose(1, 2) @ x.float()
            rows[:, start:middle] += down.flatten(1)
            rows[:, middle:end] += (g.transpose(1, 2) @ h.float()).flatten(1)

        out.register_hook(know)


class _Beside:
    """Sequences of one packed row laid beside one another."""

    def __init__(self, lengths: list[int], place: Any) -> None:
        torch = loading.import_torch()
        sizes = torch.tensor(lengths)[:, None]
        columns = torch.arange(int(sizes.max()))[None]
        first = sizes.cumsum(0) - sizes
        self._place = (first + torch.minimum(columns, sizes - 1)).ravel().to(place)
        self._shape = (len(lengths), columns.shape[1], -1)
        self.there = (columns < sizes)[:, :, None].to(place)

    def apart(self, states: Any) -> Any:
        """From (1, tokens, d) to (n, longest, d)."""
        return states[0][self._place].view(self._shape)


def step(slopes: Any, adam: Adam, formula: str) -> tuple[Any, float]:
    """What Adam would do with each gradient, and how often epsilon decides.

    Args:
        slopes: a tensor (n, p); it is overwritten.
        adam: what it knew before.
        formula: with m' and v' the moments after the gradient, and ^ where they are
            corrected for their bias: paper is m^ / sqrt(v^ + e); torch is what an
            optimizer does, m^ / (sqrt(v^) + e); authors is m' / sqrt(v' + e).
    """
    torch = loading.import_torch()
    one, two = adam.betas
    first, second = (
        torch.from_numpy(moment).to(slopes) for moment in (adam.first, adam.second)
    )
    squares = slopes.square().mul_(1 - two).add_(second * two)
    means = slopes.mul_(1 - one).add_(first * one)
    if formula != "authors":
        means /= 1 - one ** (adam.steps + 1)
        squares /= 1 - two ** (adam.steps + 1)
    floor = adam.epsilon**2 if formula == "torch" else adam.epsilon
    share = float((squares < floor).float().mean())
    if formula == "torch":
        return means.div_(squares.sqrt_().add_(adam.epsilon)), share
    return means.div_(squares.add_(adam.epsilon).sqrt_()), share
