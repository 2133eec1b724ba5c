"""What each record offers to be trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input, Wants
from sel.options.models import Correspondence
from sel.options.targets import Candidates, Referee

if TYPE_CHECKING:
    from sel.pick._candidates import Candidates as Offered
    from sel.pick._candidates import Sample
    from sel.records.faults import Record


class Kind(Input):
    """Own answers, paraphrases and gold, with the verdicts that are known."""

    options = (Candidates,)

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._sources: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """What the closing line calls its counts."""
        return "targets"

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records.fields import Wanted

        return {"candidates": Wanted(self._found)}

    def give(self, part: Any) -> list[Offered]:
        """Shape (n,)."""
        return part["candidates"]  # type: ignore[no-any-return]

    def tell(self, sources: Iterable[str | None]) -> None:
        """Count where targets come from."""
        self._sources.update(source or "none" for source in sources)

    def counted(self) -> Counter[str]:
        """See Input."""
        counts, self._sources = self._sources, Counter()
        return counts

    @cached_property
    def _prompt(self) -> Any:
        """What finds the prompt, where somebody is asked for paraphrases."""
        from sel.records import fields

        asked = self.request[Correspondence]
        wanted = asked.requests or asked.replies
        path = self.request[Candidates].prompt
        return fields.chosen_text(path).find if wanted else lambda _: ""

    def _found(self, record: Record) -> Offered:
        from sel.pick._candidates import Candidates as Offered
        from sel.records import fields

        asked = self.request[Candidates]
        gold = fields.field(asked.gold)(record)
        own = fields.field(asked.own)(record)
        again = fields.field(asked.paraphrase).get(record)
        return Offered(
            self._prompt(record),
            self._samples(record, asked.own, own, asked.own_ok),
            self._samples(record, asked.paraphrase, again, asked.paraphrase_ok),
            None if gold is None else fields.named(gold),
            record if self.request[Referee].judge_cmd else None,
        )

    def _samples(
        self, record: Record, path: str, found: Any, verdicts: str | None
    ) -> tuple[Sample, ...]:
        """Answers in a field, with the verdicts in another."""
        from sel.records import fields
        from sel.records.faults import BadRecord

        several = found if type(found) is list else [] if found is None else [found]
        known: Any = fields.field(verdicts)(record) if verdicts else None
        known = known if type(known) is list else [known] * len(several)
        if len(known) != len(several) or not {bool, type(None)} >= set(
            map(type, known)
        ):
            msg = f"field {verdicts!r} does not say true, false or null of each answer"
            raise BadRecord("field-type", f"{msg} in {path!r}")
        return tuple(
            self._sample(path, one, right, len(several) > 1)
            for one, right in zip(several, known, strict=True)
        )

    def _sample(
        self, path: str, found: Any, right: bool | None, several: bool
    ) -> Sample:
        from sel.pick._candidates import Sample
        from sel.records import fields
        from sel.records.faults import BadRecord

        asked, logprob, what = self.request.values, None, ""
        if type(found) is dict and type(found.get("text")) is str:
            logprob = fields.floated(found.get("logprob"), f"{path}.logprob")
            found = found["text"]
        elif type(found) is dict and asked["judge"] != "json":
            what = "an answer that is an object without a text"
        if found is None:
            what = "null among its answers"
        elif several and logprob is None and asked["rule"] == "likeliest":
            what = what or "an answer without logprob"
        if what:
            raise BadRecord("field-type", f"field {path!r} has {what}")
        return Sample(fields.named(found), logprob, right)
