"""Whether data and results keep the rules of a file, for CI and cron.

The first operand is a file of rules (TOML), the others are records, of which `eval
profile` is taken; --results adds the lines of any other `sel eval`. A rule names a
measure by its path, in which * stands for any name, and limits it: min, max, above,
below, equals; beside a --baseline, which is the --save of an earlier run, min_ratio and
max_ratio (shares of the last value), drift (relative change) and change (absolute). A
rule in one line may also be over fields that `sel score` wrote, "language.de >= 0.9" or
"pii.email_rate < 0.001", or over a preset, "preset fineweb keeps >= 0.6": the grammar
is in docs/eval/check.md. Exit status: 0 all rules hold; 1 one does not; 2 the rules are
wrong; 3 the data cannot be read. A measure that is not there does not hold. Cost: that
of `eval profile`.

Source: none; JUnit XML as Jenkins reads it, and GitHub's workflow commands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sel.eval._rules import Outcome, Rule, judge


def measure(
    measures: Mapping[str, Any],
    baseline: Mapping[str, Any] | None,
    rules: Sequence[Rule],
) -> list[Outcome]:
    """Hold all rules against the numbers, in the order of the rules.

    Args:
        measures: a tree of numbers by name.
        baseline: the same of an earlier run.
        rules: what is asked.
    """
    return [outcome for rule in rules for outcome in judge(rule, measures, baseline)]
