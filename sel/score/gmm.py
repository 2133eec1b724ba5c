"""Membership in a component of a Gaussian mixture of fields, with errors.

High means that the record's numbers are those of the wanted component: the one that
most of the --target records belong to, or --component; without either, the memberships
of all, the heaviest first. `gmm_density` is the log density of the whole mixture: low
means unlike all. --errors names the standard error of each feature; its square is added
to the variances of the components for that record. Null where a feature is null.

Fields are read in one pass; memory is that of their numbers. Cost: 50 short runs on at
most 5,000 records, and EM from the best five.

Source: Dempster, Laird and Rubin 1977, Maximum Likelihood from Incomplete Data via the
EM Algorithm, JRSS B 39; as a selection in Gould et al. 2023, COSMOS2020: Exploring the
Dawn of Quenching for Massive Galaxies at 3 < z < 5, arXiv:2302.10934.

Differs: errors are used for memberships, not in the fit (no deconvolution).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError, OptionError
from sel.score import _mixtures
from sel.score._mixtures import Sample
from sel.types import Noise, Scores


@dataclass(frozen=True)
class Members:
    """What a fit leaves."""

    weights: npt.NDArray[np.float64]  # (k,)
    means: npt.NDArray[np.float64]  # (k, d)
    covariances: npt.NDArray[np.float64]  # (k, d, d)
    member: int  # the component of the targets; -1 without targets

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        k, d = self.means.shape
        return (
            self.weights.shape == (k,)
            and self.covariances.shape == (k, d, d)
            and -1 <= self.member < k
            and bool((self.weights >= 0).all())
            and bool(np.isfinite(self.means).all())
            and all(map(_positive, self.covariances))
        )


def collect(features: npt.NDArray[np.float64]) -> Sample:
    """The rows that can be learnt from.

    Args:
        features: (n, d), NaN where unknown.
    """
    return Sample.of(features)


def fit(
    pool: Sample,
    targets: Sequence[Sample],
    rng: Noise,
    *,
    components: int = 3,
    starts: int = 50,
) -> Members:
    """The likeliest mixture that EM finds.

    Args:
        pool: what is learnt from.
        targets: known members; perhaps none.
        rng: draws the starts.
        components: number of Gaussians in the mixture.
        starts: short runs of EM; the best of them are continued.
    """
    check.at_least("--components", components, 1)
    check.at_least("--starts", starts, 1)
    rows = pool.rows
    if len(rows) <= components * rows.shape[1]:
        msg = f"{len(rows)} records are too few for {components} components"
        raise DataError(msg)
    mixture = _mixtures.fit(rows, components, starts, rng)
    member = -1
    if targets:
        known = np.concatenate([target.rows for target in targets])
        member = int(_shares(_mixtures.densities(known, mixture)).sum(axis=0).argmax())
    return Members(mixture.weights, mixture.means, mixture.covariances, member)


def score(
    features: npt.NDArray[np.float64],
    errors: npt.NDArray[np.float64] | None,
    state: Members,
    *,
    component: int | None = None,
) -> dict[str, Any]:
    """Columns of n rows: membership, shape (n,) or (n, k), and log density.

    Args:
        features: (n, d), NaN where unknown.
        errors: standard errors, (n, d), or None.
        state: what was learnt.
        component: component to score by, counted from 0, the heaviest [that of the
            targets, or all].
    """
    k, d = state.means.shape
    if component is not None and not 0 <= component < k:
        raise OptionError("--component", f"from 0 to {k - 1}", component)
    if features.shape[1] != d:
        msg = f"the state has {d} features. Try: the --features it was fitted with"
        raise DataError(msg)
    good = np.isfinite(features).all(axis=1)
    if errors is not None:
        good &= np.isfinite(errors).all(axis=1)
    mixture = _mixtures.Mixture(state.weights, state.means, state.covariances)
    logs = np.full((len(features), k), np.nan)
    blur = None if errors is None else errors[good]
    logs[good] = _mixtures.densities(features[good], mixture, blur)
    shares = _shares(logs)
    chosen = state.member if component is None else component
    return {
        "": shares if chosen < 0 else shares[:, chosen],
        "density": _mixtures.logsumexp(logs),
    }


def _positive(covariance: npt.NDArray[np.float64]) -> bool:
    """Whether a matrix, shape (d, d), can be one of covariances."""
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    if not (np.isfinite(covariance).all() and spread.all()):
        return False
    alike = covariance / spread[:, None] / spread
    return np.allclose(alike, alike.T) and bool(np.linalg.eigvalsh(alike)[0] > 0)


def _shares(logs: Scores) -> Scores:
    """Memberships, which sum to 1."""
    memberships: Scores = np.exp(logs - _mixtures.logsumexp(logs)[:, None])
    return memberships
