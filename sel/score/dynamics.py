"""How a training went with each record, from a log of its epochs.

The log has a record for each record and epoch, with one of: the logits and the number
of the gold label; the probability of the gold label; the loss, of which the probability
is exp(-loss). Which new fields there are depends on it:

confidence and variability are the mean and the standard deviation of the probability
of the gold label, from any log. The most variable third is what teaches best out of
distribution; low confidence and low variability is often a wrong label. correctness is
the share of the epochs in which the record was classified correctly; forgetting counts
how often it was, and in the next epoch was not; it is null where never_learnt is 1.
These three are known from logits, or where the log says correct. el2n, the norm of the
probabilities less the one-hot label in one epoch, and aum, the mean of the gold logit
less the highest other one, need logits: a high el2n is hard, a low aum is suspicious.

Source: Swayamdipta et al. 2020, Dataset Cartography, arXiv:2009.10795; Toneva et al.
2019, An Empirical Study of Example Forgetting during Deep Neural Network Learning,
arXiv:1812.05159; Paul et al. 2021, Deep Learning on a Data Diet, arXiv:2107.07075;
Pleiss et al. 2020, Identifying Mislabeled Data using the Area Under the Margin Ranking,
arXiv:2001.10528.

Differs: EL2N is of one training, where its authors take the mean of ten; Toneva et al.
look at a record whenever a batch has it, which is once an epoch.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from sel.score._dynamics import Record


def score(training_log: Record) -> dict[str, Any]:
    """What the log can say, by name; each of shape (n,), NaN for null.

    Args:
        training_log: statistics of n records.
    """
    known = {one.name: getattr(training_log, one.name) for one in fields(Record)}
    return {k: np.asarray(v, np.float64) for k, v in known.items() if v is not None}
