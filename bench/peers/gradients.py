"""Gradients of LoRA adapters for each record, projected to 8,192 columns by signs.

`one` takes one backward pass for each record, and projects 16 of them at a time as the
authors of LESS do without a GPU: signs are drawn by the block of 128 columns, anew for
each 16. `sel` reads many records in a pass, and makes signs once for all of them. Both
take the model of losses.py, and adapters of rank 8 with numbers drawn at random. Each
writes the mean norm of the gradients, before they are projected: signs differ.

usage: gradients.py one|sel
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

MODEL, TEXTS = "losses_model", "losses.jsonl"
COLUMNS, RANK, BLOCK, SOME = 8192, 8, 128, 16


def main() -> None:
    """Write the mean norm of the gradients."""
    import torch

    from sel.models import adapters, gradients, likelihood
    from sel.models.projection import Projection

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    lines = Path(TEXTS).read_bytes().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    reader = likelihood.load(MODEL, "cpu", 32)
    tokens = [ids for ids in reader.tokens(texts, 512, special=True) if len(ids) > 1]
    added = adapters.add(reader.machine.model, RANK, 4 * RANK)
    rng = np.random.default_rng(0)
    added.fill(rng.normal(0, 0.05, added.size).astype(np.float32))
    if sys.argv[1] == "sel":
        slopes = gradients.Slopes(reader.machine, added)
        found = slopes.of(tokens, [np.arange(1, len(ids)) for ids in tokens])
        rows = Projection(COLUMNS, 0, sketch=False).of(found)
        assert rows.shape == (len(tokens), COLUMNS)
    else:
        found = one(reader.machine.model, added, tokens)
    print(json.dumps(float(found.norm(dim=1).mean())))


def one(model, added, tokens):  # type: ignore[no-untyped-def]
    """One record after the other."""
    import torch

    model.set_attn_implementation("sdpa")
    parameters = [p for _, p in added.parameters]
    found, rows = [], []
    for ids in tokens:
        model.zero_grad()
        row = torch.tensor([ids])
        model(input_ids=row, labels=row, use_cache=False).loss.backward()
        found.append(torch.cat([p.grad.ravel() for p in parameters]))
        if len(found) % SOME == 0 or len(found) == len(tokens):
            rows.append(projected(torch.stack(found[len(rows) * SOME :])))
    assert torch.cat(rows).shape == (len(tokens), COLUMNS)
    return torch.stack(found)


def projected(some):  # type: ignore[no-untyped-def]
    """Rows times signs, which are drawn block by block."""
    import torch

    rows = torch.empty(len(some), COLUMNS)
    signs = torch.empty(some.shape[1], BLOCK)
    for at in range(0, COLUMNS, BLOCK):
        drawn = torch.Generator().manual_seed(at)
        signs.bernoulli_(0.5, generator=drawn).mul_(2).sub_(1)
        rows[:, at : at + BLOCK] = some @ signs
    return rows


if __name__ == "__main__":
    main()
