"""The probability that a text is like good examples and not like others.

High means likely. Trained here, on --pos and --neg, or on records with labels
(--train): logistic regression on hashed n-grams of words, and of characters with
--chars; or --load reads what --save wrote, or a supervised model of fastText (.bin,
.ftz), run without that package. The examples of --pos and --neg weigh the same,
however many they are. Labels that are numbers are grades, and the field is the grade
that is expected; other labels are classes, and it is the probability of --label, or
that of the likeliest class, which `classifier_label` names. A tenth of the examples is
held out: how well they are told apart, with a 95% interval, is said at the end and kept
in what is saved.

Linear in the n-grams; the examples take 9 bytes of memory for each n-gram.

Source: Brown et al. 2020, Language Models are Few-Shot Learners, arXiv:2005.14165,
appendix A; Joulin et al. 2016, Bag of Tricks for Efficient Text Classification,
arXiv:1607.01759; Li et al. 2024, DataComp-LM, arXiv:2406.11794, section 4.4.

Differs: no vectors are learnt between n-grams and labels; the order in which examples
are learnt depends on what they say, so that their order in the files does not matter.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.text.bags import Bags, Kind
from sel.score._classifying import linear
from sel.score._classifying.linear import Batch, Examples, Linear
from sel.score._classifying.preparing import UNWANTED, WANTED, prepared
from sel.types import Classifier, Noise, Texts

PREFIX = "__label__"


def collect(
    texts: Texts,
    *,
    ngrams: int = 2,
    chars: int = 0,
    buckets: int = 1_048_576,
    prepare: Literal[
        "plain", "dclm", "dolma", "fineweb", "nemo", "preselect", "redpajama"
    ]
    | None = None,
) -> Batch:
    """The hashed n-grams of a batch.

    Args:
        texts: n strings.
        ngrams: longest n-gram, in words.
        chars: also runs of so many characters, such as 4; 0 for none.
        buckets: number of hash buckets that all n-grams share.
        prepare: the line that a text becomes as the authors of a model make it [plain,
            which leaves it as it is; of a model of fastText: fineweb].
    """
    kind, name = Kind.of(ngrams, chars, buckets), prepare or "plain"
    return Batch(Bags.of(prepared(texts, name), kind), kind, name)


def fit(
    examples: Examples,
    rng: Noise,
    *,
    strength: float = 10.0,
    epochs: int = 5,
    held_out: float = 0.1,
) -> Linear:
    """Learn to tell the labels apart.

    Args:
        examples: what is learnt from.
        rng: shuffles them, and says which are held out.
        strength: price of errors against large weights (C): less for few examples.
        epochs: most passes over the examples.
        held_out: share of the examples that is not learnt from, but measured on.
    """
    check.above("--strength", strength, 0)
    check.at_least("--epochs", epochs, 1)
    check.between("--held-out", held_out, 0, 0.9)
    return linear.learnt(examples, rng, strength, epochs, held_out)


def score(
    texts: Texts, state: Linear | Classifier, *, label: str | None = None
) -> dict[str, Any]:
    """Columns of n values: the score, and the label where it is not said which.

    Args:
        texts: n strings.
        state: what `fit` gave, or a model of fastText.
        label: class whose probability is the score, with or without __label__ [that of
            --prepare, or the likeliest].
    """
    texts = prepared(texts, state.prepare)
    chances = state.chances(texts)
    if isinstance(state, Linear) and len(state.grades):
        if label is not None:
            msg = "labels that are numbers are grades, of which --label names none"
            raise DataError(msg)
        return {"": state.expected(chances)}
    names, chances = state.classes, np.asarray(chances, np.float64)
    if label is None and not isinstance(state, Linear):
        if state.prepare in UNWANTED:
            return {"": 1 - chances[:, _place(names, UNWANTED[state.prepare])]}
        label = WANTED.get(state.prepare)
    if label is not None:
        return {"": chances[:, _place(names, label)]}
    best = chances.argmax(axis=1)
    scores = chances[np.arange(len(best)), best]
    pairs = zip(best.tolist(), np.isfinite(scores).tolist(), strict=True)
    said = [names[i] if known else None for i, known in pairs]
    return {"": scores, "label": said}


def _place(names: list[str], label: str) -> int:
    """The column of a class."""
    plain = label.removeprefix(PREFIX)
    for name in (label, plain):
        if name in names:
            return names.index(name)
    few = ", ".join(names[:8]) + ", ..." * (len(names) > 8)
    msg = f"there is no class {plain!r}. Try: --label with one of {few}"
    raise DataError(msg)
