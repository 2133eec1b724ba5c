"""Language models."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from plan import PEERS, Check, Command, Goal, Job, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan


def losses(plan: Plan) -> Job:
    """The loss of each record."""
    missing = "" if find_spec("transformers") else "no transformers beside sel"
    names = {"one": "one at a time", "padded": "batches of 16, padded", "sel": "sel"}
    commands = [
        replace(script(name, f"losses.py {who}", "losses.jsonl"), missing=missing)
        for who, name in names.items()
    ]
    one, padded, ours = (command.name for command in commands)
    words = f"losses.py make pool.jsonl {60 if plan.quick else 600}"
    argv = (sys.executable, str(PEERS / "losses.py"), *words.split()[1:])
    return Job(
        "losses",
        "score perplexity: the loss of each record",
        "A model of 12 million parameters and texts of 8 to 400 tokens, by the same"
        " library in float32, on all cores, so wall time counts. Whole processes: to"
        " import it takes some seconds of each.",
        commands,
        [
            Goal("one at a time / sel", one, ours, "wall", least=2),
            Goal("padded batches / sel", padded, ours, "wall", least=1),
        ],
        [
            Check("the same losses", "close", one, ours),
            Check("the same losses", "close", padded, ours),
        ],
        rounds=plan.rounds(3),
        before=Command("the model", argv, f"python peers/{words}", missing=missing),
    )


def gradients(plan: Plan) -> Job:
    """The gradients of adapters of each record, projected."""
    missing = "" if find_spec("transformers") else "no transformers beside sel"
    names = {"one": "one at a time", "sel": "sel"}
    commands = [
        replace(script(name, f"gradients.py {who}", "losses.jsonl"), missing=missing)
        for who, name in names.items()
    ]
    one, ours = (command.name for command in commands)
    words = f"losses.py make pool.jsonl {32 if plan.quick else 192}"
    argv = (sys.executable, str(PEERS / "losses.py"), *words.split()[1:])
    return Job(
        "gradients",
        "embed gradient: gradients of adapters, projected to 8,192 columns by signs",
        "A model of 12 million parameters with adapters of rank 8, 143,360 numbers, and"
        " texts of 8 to 400 tokens, in float32. One at a time: a backward pass for each"
        " record, and signs drawn in blocks of 128 columns, anew for each 16 records,"
        " as the authors of LESS do. Whole processes, their start included.",
        commands,
        [Goal("one at a time / sel", one, ours, "cpu", least=5)],
        [Check("the same gradients", "close", one, ours)],
        rounds=plan.rounds(1),
        before=Command("the model", argv, f"python peers/{words}", missing=missing),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {"losses": losses, "gradients": gradients}
