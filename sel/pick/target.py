"""What to train on: the model's own answer if it is right, else gold.

S3FT moves a model as little as possible. For each record the target is the model's own
answer if a judge says that it is right; else its paraphrase of the gold answer, if that
is right; else the gold answer. Records pass with new fields: the target, and
`target_source`, which is own, paraphrase or gold.

--own is a text, or a list of samples: texts, or objects with `text` and perhaps
`logprob`. --rule says which of those that are right is taken. --judge compares an
answer with gold; --judge-cmd runs a program for up to 1,000 answers at a time, gives it
lines of {id, answer, gold, record} and reads {id, ok}; --own-ok and --paraphrase-ok are
verdicts that are in the records already. No answer is run by sel.

--requests writes {id, messages} for each record whose own answers are wrong and which
has no paraphrase; --replies reads {id, text}. sel sends nothing.

Cost: a comparison for each answer; records are read once, in constant memory.

Source: Gupta et al. 2025, Selective Self-to-Supervised Fine-Tuning for Generalization
in Large Language Models, arXiv:2502.08130.

Differs: no code of the authors is known. The paper has one sample of each answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any, Literal

from sel.errors import UsageError
from sel.pick import _judges
from sel.pick._candidates import Candidates, Paraphrases, Referee, Sample

Judged = list[list[bool]]
"""Whether each answer of each record is right."""
Answers = Sequence[Sequence[Sample]]


def pick(
    candidates: Sequence[Candidates],
    paraphrases: Paraphrases,
    referee: Referee,
    *,
    judge: Literal[
        "number", "loose-number", "exact", "contains", "choice", "json", "regex"
    ]
    | None = None,
    pattern: str | None = None,
    rule: Literal["first", "shortest", "likeliest", "nearest"] = "first",
    both: bool = False,
    parts: bool = False,
) -> dict[str, Any]:
    """The target of each record, where it comes from, and what else is asked for.

    Args:
        candidates: what n records offer.
        paraphrases: replies to requests for them.
        referee: another program that judges.
        judge: what makes an answer right: the last number is that of gold, with commas
            at thousands alone or wherever (loose-number); it is the gold text, or has
            it; it chooses gold's letter; it is gold's JSON; or what --pattern captures
            last is the same (regex).
        pattern: regular expression, whose first group counts if there is one.
        rule: of several that are right take the first, the shortest, the likeliest by
            `logprob`, or the one that shares most words with gold.
        both: add the gold answer, as _gold, for a comparison.
        parts: add the verdicts, as _own and _paraphrase, and the share of the own
            answers that are right, as _pass_rate.

    Raises:
        UsageError: --judge regex and --pattern go together.
    """
    if (judge == "regex") != (pattern is not None):
        msg = "--judge regex and --pattern go together"
        raise UsageError(msg)
    by = _judges.judge(judge, pattern) if judge else None
    own = [one.own for one in candidates]
    right = _judged(candidates, own, by, referee)
    again = [
        () if any(verdicts) else _paraphrased(one, paraphrases)
        for one, verdicts in zip(candidates, right, strict=True)
    ]
    right_again = _judged(candidates, again, by, referee)
    taken = [
        (
            _taken(one, own[i], right[i], rule),
            _taken(one, again[i], right_again[i], rule),
        )
        for i, one in enumerate(candidates)
    ]
    found = [
        next((answer for answer in (*two, one.gold) if answer is not None), None)
        for two, one in zip(taken, candidates, strict=True)
    ]
    columns: dict[str, Any] = {"": found, "source": list(map(_source, taken, found))}
    if both:
        columns["gold"] = [one.gold for one in candidates]
    if parts:
        columns["own"] = list(map(_any, right))
        columns["paraphrase"] = list(map(_any, right_again))
        columns["pass_rate"] = [sum(v) / len(v) if v else None for v in right]
    return columns


def _source(taken: Sequence[str | None], target: str | None) -> str | None:
    own, paraphrase = taken
    if own is not None:
        return "own"
    if paraphrase is not None:
        return "paraphrase"
    return None if target is None else "gold"


def _paraphrased(one: Candidates, paraphrases: Paraphrases) -> tuple[Sample, ...]:
    """The paraphrases of gold: in the record, or as somebody replied."""
    if one.gold is None or one.paraphrases:
        return one.paraphrases if one.gold is not None else ()
    reply = paraphrases.of(one)
    return (Sample(reply),) if reply else ()


def _judged(
    candidates: Sequence[Candidates],
    answers: Answers,
    by: Callable[[str, str], bool] | None,
    referee: Referee,
) -> Judged:
    """Whether each answer is right; of what nobody judges it is not known to be."""
    pairs = list(zip(candidates, answers, strict=True))
    asked = [
        (one, sample)
        for one, some in pairs
        for sample in some
        if sample.right is None and sample.text.strip()
    ]
    told = referee.verdicts(asked)
    if told is None:
        told = [
            by(sample.text, one.gold) if by and one.gold is not None else None
            for one, sample in asked
        ]
    rest = iter(told)

    def verdict(sample: Sample) -> bool:
        if not sample.text.strip():
            return False
        return bool(next(rest) if sample.right is None else sample.right)

    return [[verdict(sample) for sample in some] for _, some in pairs]


def _taken(
    one: Candidates, answers: Sequence[Sample], right: Sequence[bool], rule: str
) -> str | None:
    """The answer that is taken of those that are right; None where none is."""
    some = list(compress(answers, right))
    if not some:
        return None
    if rule == "shortest":
        return min(some, key=lambda sample: len(sample.text)).text
    if rule == "likeliest":
        known = [sample for sample in some if sample.logprob is not None]
        return max(known or some, key=lambda sample: sample.logprob or 0.0).text
    if rule == "nearest":
        gold = one.gold or ""
        return max(some, key=lambda s: _judges.nearness(s.text, gold)).text
    return some[0].text


def _any(verdicts: Sequence[bool]) -> bool | None:
    return any(verdicts) if verdicts else None
