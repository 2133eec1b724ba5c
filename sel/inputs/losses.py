"""Losses of domains at the steps of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Input, Wants
from sel.options.mixtures import Losses

if TYPE_CHECKING:
    from sel.eval.doremi import Losses as Rows


class Kind(Input):
    """Step, domain and excess loss of each record."""

    options = (Losses,)

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        asked = self.request[Losses]
        pair = {"loss": asked.loss, "reference": asked.reference}
        named = pair if asked.loss else {"excess": asked.excess}
        named |= {"step": asked.step, "tokens": asked.tokens}
        numbers = {k: fields.moderate(v) for k, v in named.items() if v}
        return {"domain": fields.name(asked.per), **numbers}

    def give(self, part: Any) -> Rows:
        """Those of n records.

        Raises:
            DataError: a number is null.
        """
        import numpy as np

        from sel.eval.doremi import Losses as Rows

        known = {k: np.array(part[k], np.float64) for k in self.wanted if k != "domain"}
        for name, column in known.items():
            if np.isnan(column).any():
                msg = f"a record has null for its {name}"
                raise DataError(msg)
        tokens = known.get("tokens", np.ones(len(part)))
        if (tokens < 0).any():
            msg = "a record has fewer than 0 tokens"
            raise DataError(msg)
        excess = known.get("excess")
        if excess is None:
            excess = known["loss"] - known["reference"]
        return Rows(known["step"], part["domain"], excess, tokens)

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input."""
        from math import exp, log

        weights = [row["weight"] for row in rows if row["weight"] > 0]
        entropy = -sum(weight * log(weight) for weight in weights)
        return {"domains": len(rows), "effective_domains": exp(entropy)}
