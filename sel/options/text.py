"""Where texts stand in records, and in what they are counted."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required


@group
class Text:
    """Text."""

    text: str | None = option(
        "field (text, meta.body, messages.0.content) or template ('{a} {b}')",
        metavar="FIELD",
    )


@group
class Queries:
    """Queries."""

    query_records: str = required("records of the queries", metavar="FILE")
    query_text: str | None = option(
        "field or template of the texts of the queries [--text]", metavar="FIELD"
    )


@group
class Pairs:
    """Texts: what is asked and what is answered; by default the usual fields."""

    prompt: str | None = option(
        "field or template of the instruction; needs --response", metavar="FIELD"
    )
    response: str | None = option("field or template of the answer", metavar="FIELD")

    def __post_init__(self) -> None:
        """Check what goes together."""
        if (self.prompt is None) != (self.response is None):
            msg = "--prompt and --response go together"
            raise UsageError(msg)


@group
class Asked(Text):
    """Text: what stands in a question for {text}, {prompt}, {response}, {a} and {b}."""

    prompt: str | None = option(
        "field or template of the instruction [of the usual fields]", metavar="FIELD"
    )
    response: str | None = option(
        "field or template of the answer [of the usual fields]", metavar="FIELD"
    )
    pair: str = option(
        "two fields that are compared, as a,b", "chosen,rejected", metavar="FIELDS"
    )

    def __post_init__(self) -> None:
        """Check the pair."""
        if len(self.compared) != 2 or not all(self.compared):
            raise OptionError("pair", "two fields, as chosen,rejected", self.pair)

    @property
    def compared(self) -> list[str]:
        """The two fields."""
        return [name.strip() for name in self.pair.split(",")]


@group
class Contexts(Pairs):
    """Texts: a long one, what is asked of it, and the answer; by default the usual."""

    context: str | None = option(
        "field or template of the long text; needs --prompt and --response",
        metavar="FIELD",
    )

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if (self.context is None) != (self.prompt is None):
            msg = "--context, --prompt and --response go together"
            raise UsageError(msg)


@group
class Tokens:
    """Tokens."""

    tokenizer: str | None = option(
        "tokenizer.json to count tokens with, a folder that has one, or the name of a "
        "model whose own was fetched from the hub before (extra tokens)",
        metavar="FILE",
    )


@group
class Listed:
    """List."""

    list_: str = required("words and phrases to look for, one a line", metavar="FILE")


@group
class Address:
    """Addresses."""

    url: str = option("field that holds the URL", "url", metavar="FIELD")


@group
class Blocklists:
    """Lists, an entry a line; a line that begins with # is none."""

    domains: str | None = option(
        "hosts; what is below them is listed too", metavar="FILE"
    )
    urls: str | None = option("whole URLs", metavar="FILE")
    words: str | None = option("words of which one is enough", metavar="FILE")
    soft_words: str | None = option("words of which --soft are enough", metavar="FILE")
    subwords: str | None = option("what may stand in no word", metavar="FILE")


@group
class Level:
    """What is compared."""

    level: Literal["document", "line"] = option(
        "compare whole texts, or the lines in them: repeated lines are then removed",
        "document",
    )


@group
class Cutting:
    """Repeated spans."""

    cut: bool = option("remove repeated spans from the text", False)
    as_: str = option(
        "name of the new field, where nothing is cut", "repeats", metavar="NAME"
    )


@group
class Older:
    """Older records."""

    old: list[str] | None = option(
        "older records: what is near to them is dropped, and they are not written;"
        " may be given several times",
        metavar="FILE",
    )


@group
class Naming:
    """Names."""

    on: str = option(
        "field that identifies records in the report; the row where it is missing",
        "id",
        metavar="FIELD",
    )
