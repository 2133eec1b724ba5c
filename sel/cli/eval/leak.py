"""Evaluation sets looked for in training records."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from sel.cli import options
from sel.cli.common import blocks, matrices, results
from sel.cli.eval.profile import total
from sel.engine import local
from sel.errors import DataError
from sel.streams import fields
from sel.streams.lines import name
from sel.streams.output import finished, open_output
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.output import Output
    from sel.streams.records import Finder


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.leak", "against"),
        *options.TEXTS,
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "[FILE]...", "training records, JSONL; standard input if there is none"


def against(
    *, against: list[str], against_text: str | None = None, hits: str | None = None
) -> Against:
    """Evaluation sets.

    Args:
        against: evaluation set, JSONL; may be given several times.
        against_text: its field or template, if it is not that of the records.
        hits: write a line for each record and item to FILE, with the spans.
    """
    finder = fields.chosen_text(against_text) if against_text else None
    return Against(list(against), finder, hits)


@dataclass(frozen=True)
class Against:
    """What is looked for, and where the places go."""

    files: list[str]
    text: Finder | None
    hits: str | None


def run(call: Call) -> int:
    """Look for the items of each set in the records."""
    module = call.method.load()
    asked: Against = call.groups["against"]
    matrices.check_standard_input(asked.files, call.files)
    sets = {name(path): _texts(call, path) for path in dict.fromkeys(asked.files)}
    items = module.prepare(sets, **call.own["prepare"])
    places = [(label, i) for label, texts in sets.items() for i in range(len(texts))]
    law = {"read": 0, "kept": 0, "dropped": 0, "rejected": 0, "blank": 0}
    with ExitStack() as stack:
        hits = (
            stack.enter_context(finished(open_output(asked.hits)))
            if asked.hits
            else None
        )
        found = total(_looked(call, items, law, hits, places))
    if found is None:
        msg = f"{', '.join(map(name, call.files or ['-']))}: there are no records"
        raise DataError(msg)
    results.write(call, module.measure(found, items))
    call.close(law)
    return 0


def _looked(
    call: Call,
    items: Any,
    law: dict[str, int],
    hits: Output | None,
    places: list[tuple[str, int]],
) -> Iterator[Any]:
    """What each block has; its hits are written."""
    module = call.method.load()
    chosen, max_line = call.groups["text"], call.reading.max_line

    def work(block: Any) -> blocks.Done:
        parsed = parse(block, max_line)
        texts, shape = blocks.texts(parsed, chosen)
        found = module.collect(texts, items)
        lines = [
            {"file": block.file, "line": parsed.numbers[hit.pop("record")], **hit}
            for hit in found.hits
        ]
        found.hits[:] = lines if hits else []
        return blocks.Done(found, len(texts), parsed.blank, parsed.rejects, shape)

    rejects, shape = call.reading.rejects(), blocks.Shape()
    source = call.blocks(call.reading.stream(call.files), "looking")
    for done in local.mapped(work, source, call.groups["jobs"]):
        rejects.take(done.rejects)
        shape.check(done)
        law["kept"] += done.records
        law["blank"] += done.blank
        for hit in done.result.hits if hits else []:
            label, place = places[hit.pop("item")]
            assert hits is not None
            more = {"set": label, "item": place + 1, **hit}
            hits.write(orjson.dumps(more) + b"\n")
        yield done.result
    law["rejected"] = rejects.count
    law["read"] = law["kept"] + law["blank"] + rejects.count
    rejects.close(law["read"])


def _texts(call: Call, path: str) -> list[str]:
    """The items of an evaluation set.

    Raises:
        DataError: a line is bad, or there are none.
    """
    asked: Against = call.groups["against"]
    chosen = asked.text or call.groups["text"]
    rejects, shape = call.reading.rejects(), blocks.Shape()
    found: list[str] = []
    for block in call.reading.stream([path]).blocks():
        parsed = parse(block, call.reading.max_line)
        texts, taken = blocks.texts(parsed, chosen)
        rejects.take(parsed.rejects)
        shape.check(blocks.Done(None, 0, 0, [], taken))
        found += texts
    if not found:
        msg = f"{name(path)}: there are no records"
        raise DataError(msg)
    return found
