"""Wilson's interval of a rate."""

from math import sqrt

Z = 1.959963984540054  # 95%, two-sided


def interval(hits: int, trials: int) -> tuple[float, float]:
    """The lowest and the highest rate that the hits bear out, at 95%.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical
    inference, JASA 22.
    """
    if not trials:
        return 0.0, 1.0
    rate, square = hits / trials, Z * Z
    centre = rate + square / (2 * trials)
    reach = Z * sqrt((rate * (1 - rate) + square / (4 * trials)) / trials)
    scale = 1 + square / trials
    low = (centre - reach) / scale if hits else 0.0
    return low, (centre + reach) / scale if hits < trials else 1.0
