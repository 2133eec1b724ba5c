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


JOBS: dict[str, Callable[[Plan], Job]] = {"losses": losses}
