"""A small transformer over bytes that is trained from nothing, in one fixed way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.maths.text.kneser_ney import Documents
    from sel.types import Scores

WIDTH, LAYERS, HEADS = 64, 2, 4
CONTEXT = 128  # bytes that the model sees
BATCH = 32
RATE, WARM, DECAY = 3e-3, 0.1, 0.1


def learner(
    steps: int, device: str, seed: int
) -> Callable[[Documents, Documents], Scores]:
    """What trains on some documents and says what bits each of the others needs.

    Args:
        steps: of the optimiser, each on 32 pieces of 128 bytes.
        device: auto, cpu, cuda ...
        seed: of the weights and the order of the pieces.
    """
    torch = loading.import_torch()
    place = loading.device(device)

    def tried(train: Documents, target: Documents) -> Scores:
        torch.manual_seed(seed)
        model = _Model(torch).net.to(place)
        _train(model, train.data, steps, seed)
        return target.sums(_bits(model, target.data))

    return tried


class _Model:
    """A decoder of two layers, with learnt positions and tied weights."""

    def __init__(self, torch: Any) -> None:
        nn, functional = torch.nn, torch.nn.functional

        class Block(nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
                self.mixed = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
                self.out = nn.Linear(WIDTH, WIDTH, bias=False)
                self.up = nn.Linear(WIDTH, 4 * WIDTH)
                self.down = nn.Linear(4 * WIDTH, WIDTH)

            def forward(self, x: Any) -> Any:
                n, t, _ = x.shape
                parts = self.mixed(self.before(x)).chunk(3, dim=-1)
                q, k, v = (p.view(n, t, HEADS, -1).transpose(1, 2) for p in parts)
                seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
                x = x + self.out(seen.transpose(1, 2).reshape(n, t, WIDTH))
                return x + self.down(functional.gelu(self.up(self.between(x))))

        class Net(nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.bytes = nn.Embedding(256, WIDTH)
                self.places = nn.Embedding(CONTEXT, WIDTH)
                self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
                self.last = nn.LayerNorm(WIDTH)
                for weights in self.parameters():
                    if weights.ndim > 1:
                        nn.init.normal_(weights, std=0.02)

            def forward(self, x: Any) -> Any:
                places = torch.arange(x.shape[1], device=x.device)
                hidden = self.blocks(self.bytes(x) + self.places(places))
                return self.last(hidden) @ self.bytes.weight.T

        self.net = Net()


def _train(model: Any, data: Any, steps: int, seed: int) -> None:
    """AdamW with a warm start and a cosine, on pieces drawn from all bytes."""
    torch, rng = loading.import_torch(), np.random.default_rng(seed)
    place = next(model.parameters()).device
    stream = torch.from_numpy(np.concatenate([[0], data]).astype(np.int64))
    size = min(CONTEXT, len(stream) - 1)
    chooser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)

    def rate(step: int) -> float:
        warm = max(WARM * steps, 1)
        return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * step / steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(chooser, rate)
    model.train()
    for _ in range(steps):
        at = torch.from_numpy(rng.integers(0, len(stream) - size, BATCH))
        pieces = stream[at[:, None] + torch.arange(size + 1)].to(place)
        said = model(pieces[:, :-1])
        loss = torch.nn.functional.cross_entropy(
            said.flatten(0, 1), pieces[:, 1:].flatten()
        )
        chooser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        chooser.step()
        schedule.step()


def _bits(model: Any, data: Any) -> Scores:
    """The bits of each byte; windows overlap by half, so that each has a context."""
    torch, place = loading.import_torch(), next(model.parameters()).device
    stream = np.concatenate([[0], data]).astype(np.int64)
    found = np.empty(len(data))
    half = CONTEXT // 2
    starts = np.arange(0, max(len(data) - half, 1), half)
    model.eval()
    with torch.inference_mode():
        for i in range(0, len(starts), BATCH):
            part = starts[i : i + BATCH]
            windows = np.zeros((len(part), CONTEXT + 1), np.int64)
            for row, at in zip(windows, part, strict=True):
                piece = stream[at : at + CONTEXT + 1]
                row[: len(piece)] = piece
            given = torch.from_numpy(windows).to(place)
            logs = torch.log_softmax(model(given[:, :-1]).float(), dim=-1)
            needed = -logs.gather(2, given[:, 1:, None])[:, :, 0] / math.log(2)
            for values, at in zip(needed.cpu().numpy(), part.tolist(), strict=True):
                new = half if at else 0
                end = min(at + CONTEXT, len(data))
                found[at + new : end] = values[new : end - at]
    return found
