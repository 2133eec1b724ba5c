"""A data set looked at once: a profile, as JSON or on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sel.cli import options
from sel.cli.common import blocks, results
from sel.engine import local
from sel.errors import DataError
from sel.streams import fields
from sel.streams.lines import name
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.records import Parsed


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.profile", "looking"),
        *options.TEXTS,
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "[FILE]...", "records, JSONL; standard input if there is none, or for -"


def looking(
    *,
    by: list[str] | None = None,
    languages: bool = False,
    tokenizer: str | None = None,
) -> Looking:
    """What else is counted.

    Args:
        by: field whose values are groups; may be given several times.
        languages: tell the language of each text (extra lang).
        tokenizer: tokenizer.json to count tokens with (extra models).
    """
    return Looking(list(by or []), languages, tokenizer)


class Looking:
    """What is counted beside the text: groups, languages, tokens."""

    def __init__(self, by: list[str], languages: bool, tokenizer: str | None) -> None:
        self.by = {path: fields.field(path) for path in by}
        self.languages: Callable[[list[str]], list[str]] | None = None
        self.tokens: Any = None
        if languages:
            from sel.models.languages import load as language_model

            self.languages = language_model()
        if tokenizer:
            from sel.models.tokens import load as tokenizer_of

            self.tokens = tokenizer_of(tokenizer)

    def extras(self, parsed: Parsed, texts: list[str]) -> dict[str, Any]:
        """The arguments of `collect` after records and texts."""
        found: dict[str, Any] = {
            "groups": {
                path: [blocks.named(get.get(record)) for record in parsed.records]
                for path, get in self.by.items()
            }
        }
        if self.languages:
            found["languages"] = self.languages(texts)
        if self.tokens:
            found["tokens"] = self.tokens.lengths(texts)
        return found


def run(call: Call) -> int:
    """Profile the records."""
    module = call.method.load()
    stream = call.reading.stream(call.files)
    profile, law = counted(call, stream, call.groups["looking"], module.collect)
    found = module.measure(profile, **call.own["measure"])
    if call.writing.output is None and sys.stdout is not None and sys.stdout.isatty():
        from sel.report import profile as page

        page.show(found)
    else:
        results.write(call, [found])
    call.close(law)
    return 0


def counted(
    call: Call, stream: Stream, looking: Looking, collect: Callable[..., Any]
) -> tuple[Any, dict[str, int]]:
    """The profile of a stream, and the law of its records.

    Raises:
        DataError: there are no records.
    """
    chosen, max_line = call.groups["text"], call.reading.max_line

    def work(block: Any) -> blocks.Done:
        parsed = parse(block, max_line)
        found, shape = blocks.texts(parsed, chosen)
        profile = collect(parsed.records, found, **looking.extras(parsed, found))
        return blocks.Done(profile, len(found), parsed.blank, parsed.rejects, shape)

    rejects, shape = call.reading.rejects(), blocks.Shape()
    law = {"kept": 0, "blank": 0}

    def taken() -> Iterable[Any]:
        source = call.blocks(stream, "counting")
        for done in local.mapped(work, source, call.groups["jobs"]):
            rejects.take(done.rejects)
            shape.check(done)
            law["kept"] += done.records
            law["blank"] += done.blank
            yield done.result

    profile = total(taken())
    if profile is None or not profile.records:
        msg = f"{', '.join(map(name, stream.paths))}: there are no records"
        raise DataError(msg)
    read = law["kept"] + law["blank"] + rejects.count
    rejects.close(read)
    return profile, {**law, "read": read, "dropped": 0, "rejected": rejects.count}


def total(parts: Iterable[Any]) -> Any:
    """The sum of summaries, in pairs of like size, so that large ones are added seldom.

    None if there are none.
    """
    waiting: list[tuple[int, Any]] = []
    for part in parts:
        size, whole = 1, part
        while waiting and waiting[-1][0] == size:
            size, whole = 2 * size, waiting.pop()[1] + whole
        waiting.append((size, whole))
    whole = waiting.pop()[1] if waiting else None
    while waiting:
        whole = waiting.pop()[1] + whole
    return whole
