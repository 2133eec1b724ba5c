"""Complexity of Python code, by five measures and their sum.

A high number means more complex. Fields: complexity, the sum; complexity_line, lines
that are not blank; complexity_cyclomatic, the mean of functions, methods and classes;
complexity_halstead, distinct operators and operands; complexity_maintainability, 100
less the maintainability index; complexity_cognitive, of what is defined first. A text
that is not Python has none: its fields are null.

Cost: some thousands of functions a second.

Source: Wang et al. 2024, PET-Select, arXiv:2409.16416; McCabe 1976; Halstead 1977;
Campbell 2018, Cognitive Complexity; the rules are those of radon 6.0 and of
cognitive_complexity 1.3, which the authors ran.

Differs: from these as docs/score/complexity.md says. What is Python is known by the
version of it that runs sel.
"""

import warnings

import numpy as np

from sel.score._code import Measures, measured
from sel.types import Scores, Texts


def score(texts: Texts) -> dict[str, Scores]:
    """The sum and the measures, each of shape (n,); NaN where a text is not Python.

    Args:
        texts: n strings.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the code that is read
        rows = list(map(measured, texts))
    lacking = (np.nan,) * (1 + len(Measures._fields))
    found = [(one.total, *one) if one else lacking for one in rows]
    columns = np.array(found, np.float64).reshape(len(texts), len(lacking)).T
    return dict(zip(("", *Measures._fields), columns, strict=True))
