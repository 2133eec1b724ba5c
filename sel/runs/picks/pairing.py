"""`sel pick pairs`: records of two answers to one prompt."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.errors import DataError
from sel.inputs import shared
from sel.maths.random import noise
from sel.options.scores import Preference
from sel.options.text import Pairs
from sel.options.writing import Ending
from sel.records import computed, fields
from sel.records.faults import BadRecord
from sel.records.forms import formed
from sel.records.projection import Projection
from sel.records.store import Held, Store
from sel.records.turns import as_json
from sel.streams.json import SORTED, read, written
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.records.faults import Record
    from sel.records.projection import Part
    from sel.request import Request

SPEAKERS = {"prompt": "user", "completion": "assistant"}
NAMES = (*SPEAKERS, "tools")

Answer = tuple[float, float, int, Held]
"""Its score, another one, what chance knows it by, and where its texts are."""


def run(request: Request) -> int:
    """Pair the answers of the inputs."""
    memory.hold()
    ledger, ending = request.started_ledger(), request[Ending]
    answers, used, made = _Answers(request), 0, 0
    answers.pairs([])  # a wrong option is told before a record is read
    with finished(request.output()) as output:
        want = Projection(answers.wanted, row=True)
        stream = request.stream()
        for part in request.reader.parts(stream, want, ledger, "reading"):
            answers.take(part)
        for group in answers.groups.values():
            pairs = answers.pairs(group)
            if ending.limit is not None:
                pairs = pairs[: ending.limit - made]
            for one in pairs:
                output.write(answers.line(*(group[i] for i in one)))
            made += len(pairs)
            used += len({i for pair in pairs for i in pair})
        ledger.close()
    facts: dict[str, Any] = {"pairs": made, "prompts": len(answers.groups)}
    request.close(
        ledger.law(used), without=answers.without, text=ledger.shape or None, **facts
    )
    return int(ending.fail_if_empty and not made)


class _Answers:
    """The answers that are read, by their prompts; their texts may be on disk."""

    def __init__(self, request: Request) -> None:
        self._asked, self._own = request[Preference], request.own["pick"]
        self._pick, texts = request.method.load().pick, request[Pairs]
        self._keys, self._rng = shared(request, "keys"), shared(request, "rng").whole()
        asked = self._asked
        self.wanted: dict[str, Any] = {
            "score": computed.number(asked.by),
            "pairs": _answered(texts.prompt, texts.response, turns=asked.turns),
            **self._keys.wanted,
        }
        if asked.agree:
            self.wanted["agree"] = computed.number(asked.agree)
        if asked.per:
            self.wanted["per"] = fields.key(asked.per)
        self.without: Counter[str] = Counter()
        self.groups: dict[Any, list[Answer]] = defaultdict(list)
        self._prompts: dict[Any, int] = {}
        self._store = Store()

    def take(self, part: Part) -> None:
        """Hold the answers of a block that have a score, and are of a group."""
        groups = part["per"] if self._asked.per else [None] * len(part)
        others = part["agree"] if self._asked.agree else [0.0] * len(part)
        keys = self._keys.give(part).tolist()
        columns = groups, part["pairs"], part["score"], others, keys
        for i, (group, pair, score, other, key) in enumerate(
            zip(*columns, strict=True)
        ):
            grouped = group is not None or not self._asked.per
            if score is None or other is None or not grouped:
                self.without["score" if grouped else "group"] += 1
                continue
            said = {k: v for k, v in pair.items() if k != "completion"}
            prompt = noise.key(written(said, SORTED))
            name = group if self._asked.per else prompt
            if self._prompts.setdefault(name, prompt) != prompt:
                where = f"{part.block.file}:{part.line_number(i)}"
                msg = f"{where}: the answers of {self._asked.per} {group} have unlike"
                raise DataError(f"{msg} prompts. Try: --per without it")
            held = self._store.put(written(pair))
            signed = self._asked.sign * score
            self.groups[name].append((signed, other, key, held))

    def pairs(self, group: Sequence[Answer]) -> list[tuple[int, int]]:
        """The pairs of a group."""
        agreeing = [one[1] for one in group] if self._asked.agree else None
        return self._pick(  # type: ignore[no-any-return]
            [one[0] for one in group],
            [self._text(one) for one in group],
            agreeing,
            np.array([one[2] for one in group], np.uint64),
            self._rng,
            **self._own,
        )

    def line(self, better: Answer, worse: Answer) -> bytes:
        """The record of a pair, as trainers read it."""
        said, other = self._said(better), self._said(worse)
        said["chosen"], said["rejected"] = said.pop("completion"), other["completion"]
        sign = self._asked.sign
        said |= {"score_chosen": sign * better[0], "score_rejected": sign * worse[0]}
        return written(said) + b"\n"

    def _text(self, one: Answer) -> str:
        said = self._said(one)["completion"]
        if type(said) is str:
            return said
        plain = [turn.get("content") for turn in said]
        return "\n".join([t if type(t) is str else as_json(t) for t in plain])

    def _said(self, one: Answer) -> Record:
        return read(self._store.get(one[3]))  # type: ignore[no-any-return]


def _answered(
    prompt: str | None, response: str | None, *, turns: bool
) -> fields.Wanted:
    """The prompt and the answer of a record, as strings or as lists of turns.

    Args:
        prompt: the field or template of the prompt; None for a trainer's form.
        response: that of the answer.
        turns: whether they are lists of turns.
    """
    if prompt and response:
        asked, answer = fields.chosen_text(prompt), fields.chosen_text(response)

    def find(record: Record) -> Record:
        if prompt and response:
            found = {"prompt": asked.find(record), "completion": answer.find(record)}
        else:
            made = formed(record, "prompt-completion")
            found = {name: made[name] for name in NAMES if name in made}
        as_ = _turns if turns else _string
        for name, role in SPEAKERS.items():
            found[name] = as_(found[name], role)
        if not turns and "tools" in found:
            raise _refused("tools")
        return found

    return fields.Wanted(find)


def _turns(said: Any, role: str) -> Any:
    return [{"role": role, "content": said}] if type(said) is str else said


def _string(said: Any, role: str) -> str:
    """The text of one turn that is nothing but a text.

    Raises:
        BadRecord: it is more.
    """
    if type(said) is str:
        return said
    if len(said) == 1 and said[0].keys() == {"role", "content"}:
        content = said[0]["content"]
        if said[0]["role"] == role and type(content) is str:
            return content
    raise _refused("several turns, or more than a text in one")


def _refused(what: str) -> BadRecord:
    return BadRecord("form", f"has {what}, which a string cannot hold. Try: --turns")
