"""Answers that a model may be trained on, and who says which are right."""

from __future__ import annotations

from sel.errors import OptionError
from sel.options.declare import group, option


@group
class Candidates:
    """Answers."""

    own: str = option(
        "field that holds the model's own answer, or a list of samples",
        "own",
        metavar="FIELD",
    )
    paraphrase: str = option(
        "field that holds its paraphrase of the gold answer, or several; it may be "
        "missing",
        "paraphrase",
        metavar="FIELD",
    )
    gold: str = option("field that holds the gold answer", "gold", metavar="FIELD")
    own_ok: str | None = option(
        "field that says whether the own answer is right, or each sample: true, false, "
        "or null, for which the judge is asked",
        metavar="FIELD",
    )
    paraphrase_ok: str | None = option(
        "the same of the paraphrase, or of each", metavar="FIELD"
    )
    prompt: str = option(
        "field or template of what was asked, for --requests and --replies",
        "prompt",
        metavar="FIELD",
    )


@group
class Referee:
    """Another judge."""

    judge_cmd: str | None = option(
        "program that judges, with its arguments, run without a shell; see above",
        metavar="COMMAND",
    )
    judge_timeout: float = option(
        "seconds that it may take for up to 1,000 answers", 600.0
    )

    def __post_init__(self) -> None:
        """Check the number, and how the command is written."""
        if not 0 < self.judge_timeout <= 1e7:
            raise OptionError("judge_timeout", "above 0", self.judge_timeout)
        self.words  # noqa: B018 (raises)

    @property
    def words(self) -> list[str]:
        """The program and its arguments; none where there is no program.

        Raises:
            OptionError: a quotation is not closed, or there is no program.
        """
        if self.judge_cmd is None:
            return []
        import shlex

        try:
            words = shlex.split(self.judge_cmd)
        except ValueError:
            words = []
        if not words or not words[0]:
            rule = "a program and its arguments, as 'python judge.py'"
            raise OptionError("judge_cmd", rule, self.judge_cmd)
        return words
