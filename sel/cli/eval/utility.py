"""Selections by what small models learn from their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sel.cli.common import blocks, results
from sel.cli.eval import match
from sel.errors import DataError, OptionError
from sel.maths.random.noise import SeededNoise
from sel.maths.random.sampler import draw
from sel.maths.text.kneser_ney import Documents
from sel.streams.lines import name
from sel.streams.records import parse

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.cli.eval.chosen import Luck


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.match", "against"),
        ("eval.utility", "learning"),
        ("eval.chosen", "luck"),
        ("options", "text"),
        ("options", "reading"),
        ("options", "writing"),
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "SELECTION...", "selections, JSONL; standard input if there is none"


def learning(
    *,
    learner: Literal["ngram", "transformer"] = "ngram",
    steps: int = 300,
    device: str = "auto",
) -> Learning:
    """Learner.

    Args:
        learner: what is trained: ngram, or transformer (extra models).
        steps: of the transformer, each on 32 pieces of 128 bytes.
        device: auto (a GPU where there is one), cpu, cuda, cuda:1, mps.
    """
    if steps < 1:
        raise OptionError("--steps", "at least 1", steps)
    return Learning(learner, steps, device)


@dataclass(frozen=True)
class Learning:
    """What is trained, and how."""

    learner: str
    steps: int
    device: str


def run(call: Call) -> int:
    """Train on each selection, and try the model on the target."""
    asked: match.Against = call.groups["against"]
    asked.check(target=True)
    luck: Luck = call.groups["luck"]
    law = dict.fromkeys(("read", "kept", "dropped", "rejected", "blank"), 0)
    paths = call.files or ["-"]
    chosen = [Documents.of(_texts(call, [path], law)) for path in paths]
    randoms: list[list[Documents]] = [[] for _ in chosen]
    if asked.pool:
        pool = _texts(call, [asked.pool], law)
        for one, others in zip(chosen, randoms, strict=True):
            match.check_size(len(one), len(pool))
            for seed in luck.each:
                rows = draw(len(pool), len(one), seed).tolist()
                others.append(Documents.of(pool[i] for i in rows))
    found = call.method.load().measure(
        chosen,
        randoms,
        Documents.of(_texts(call, asked.target, law)),
        _learner(call.groups["learning"], luck.seed),
        SeededNoise(luck.seed),
        **call.own["measure"],
    )
    rows = [
        {"selection": name(path), **one} for path, one in zip(paths, found, strict=True)
    ]
    results.write(call, rows)
    call.close(law)
    return 0


def _learner(asked: Learning, seed: int) -> Any:
    if asked.learner == "ngram":
        return None
    from sel.models import bytewise

    return bytewise.learner(asked.steps, asked.device, seed)


def _texts(call: Call, paths: list[str], law: dict[str, int]) -> list[str]:
    """The texts of some files."""
    stream, rejects = call.reading.stream(paths), call.reading.rejects()
    shape, found = blocks.Shape(), []
    before = dict(law)
    for block in call.blocks(stream, "reading"):
        parsed = parse(block, stream.max_line)
        texts, kind = blocks.texts(parsed, call.groups["text"])
        shape.check(blocks.Done(None, len(texts), 0, [], kind))
        rejects.take(parsed.rejects)
        found += texts
        law["read"] += len(block.lines)
        law["blank"] += parsed.blank
        law["rejected"] += len(parsed.rejects)
    law["kept"] += len(found)
    rejects.close(law["read"] - before["read"])
    if not found:
        msg = f"{', '.join(map(name, paths))}: there are no records"
        raise DataError(msg)
    return found
