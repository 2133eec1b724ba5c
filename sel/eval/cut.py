"""Completeness and purity of a rule or a threshold against a reference.

Purity is the share of what the rule selects that belongs to the reference, completeness
the share of the reference that the rule selects, over all records and by bin, with 95%
intervals after Wilson; lift is purity over the share of the reference among the
records. High numbers are good. Records that the rule cannot judge, as a value is null
or missing, are censored: they are counted apart and are in no share. With --by and
--efficiency the result is the lowest threshold from which up the purity is as wanted,
and how well the field ranks: average precision, and the area under the ROC curve.

    sel eval cut --where 'u_v > 1.3' --reference 'quiescent' --bin field table.jsonl
    sel eval cut --by flux --efficiency 0.5 --reference 'lensed' table.jsonl

The reference is a condition on the records, or with --against a list of its own, joined
by --on KEY or by --near COORDINATES --within TOLERANCE; those of the list without a
record are unmatched, and counted apart.

Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical
Inference, JASA 22, for the intervals; DeLong et al. 1988, Biometrics 44, for that of
the area.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sel.errors import OptionError
from sel.eval import _roc
from sel.maths.statistics import areas
from sel.types import Mask, Scores

ALL = "all"


def measure(
    selected: Scores, truth: Mask, bins: Sequence[str] | None
) -> list[dict[str, Any]]:
    """What the rule comes to: for all records, then for each bin.

    Args:
        selected: (n,), 1 or 0; NaN where the rule cannot judge.
        truth: (n,), which records belong to the reference.
        bins: n names, or None.
    """
    lines = [{"bin": ALL, **_measured(selected, truth)}]
    if bins is None:
        return lines
    names = np.array(bins, object)
    for name in dict.fromkeys(sorted(bins)):
        here = names == name
        lines.append({"bin": name, **_measured(selected[here], truth[here])})
    return lines


def _measured(selected: Scores, reference: Mask) -> dict[str, Any]:
    judged = ~np.isnan(selected)
    chosen, true = selected[judged] == 1, reference[judged]
    size, most, positive = len(chosen), int(chosen.sum()), int(true.sum())
    both = int((chosen & true).sum())
    return {
        "records": size,
        "censored": len(selected) - size,
        "censored_reference": int(reference.sum()) - positive,
        "selected": most,
        "reference": positive,
        "both": both,
        **_roc.share("purity", both, most),
        **_roc.share("completeness", both, positive),
        **_roc.share("rate", most, size),
        "f1": 2 * both / (most + positive) if most + positive else None,
        "lift": both * size / (most * positive) if most * positive else None,
    }


def thresholds(
    grades: Scores,
    truth: Mask,
    *,
    efficiency: str = "0.5",
    lowest: bool = False,
) -> list[dict[str, Any]]:
    """For each wanted purity the lowest threshold that reaches it, and what it keeps.

    Args:
        grades: (n,), NaN where there is none.
        truth: (n,), which records belong to the reference.
        efficiency: fraction of the reference that should be kept, such as 0.3,0.5.
        lowest: select below the threshold: the lowest is the best.
    """
    try:
        goals = [float(part) for part in efficiency.split(",")]
    except ValueError:
        goals = [-1.0]
    if not all(0 < goal <= 1 for goal in goals):
        raise OptionError(
            "--efficiency", "above 0 and at most 1, as 0.3,0.5", efficiency
        )
    sign = -1 if lowest else 1
    there = ~np.isnan(grades)
    values, true = sign * grades[there], truth[there]
    lines = []
    for goal in goals:
        least = _roc.reaching(values, true, goal)
        kept = np.where(there, 0.0, np.nan)
        if least is not None:
            kept[there] = values >= least
        bar = None if least is None else sign * least
        lines.append({"efficiency": goal, "threshold": bar, **_measured(kept, truth)})
    whole = {
        "average_precision": _roc.average_precision(values, true),
        **areas.area(values, true),
    }
    return [{**line, **whole} for line in lines]
