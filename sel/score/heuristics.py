"""What quality filters measure: Gopher, C4, FineWeb, RefinedWeb and more.

What is high and what is good depends on the signal; docs/score/heuristics.md has the
formula of each. One pass over the texts gives all numbers of the chosen sets, each a
field of its own, called as its authors call it; null where a ratio has nothing to be a
part of. `sel pick where --preset fineweb` decides by them as their authors do.

--words says what a word is, on which most numbers depend. The words of redpajama,
refinedweb, dolma and data-juicer are those of their authors, whatever it says, and so
are the sentences of c4.

Source: Rae et al. 2021, arXiv:2112.11446; Raffel et al. 2020, arXiv:1910.10683; Penedo
et al. 2023, arXiv:2306.01116, and 2024, arXiv:2406.17557; Li et al. 2024,
arXiv:2406.11794; Weber et al. 2024, arXiv:2411.12372; Soldaini et al. 2024,
arXiv:2402.00159; Chen et al. 2024, arXiv:2309.02033; as datatrove 0.10.1, dolma 1.2.1,
DCLM, RedPajama-Data v2, NeMo Curator 1.4.0 and data-juicer 1.6.1 have them.

Differs: no number is rounded; dolma and RedPajama round theirs.
"""

from typing import Any, Literal

from sel.errors import OptionError
from sel.score._signals.families import SETS, measured
from sel.types import Texts


def score(
    texts: Texts,
    *,
    set: str = "all",  # noqa: A002
    words: Literal["spaces", "marks", "spacy-like"] = "spacy-like",
    naughty: str | None = None,
    stop_words: str | None = None,
) -> dict[str, Any]:
    """A column for each signal, of n numbers with NaN for none, or of n lists.

    Args:
        texts: n strings.
        set: gopher-quality, gopher-repetition, c4, c4-dclm, fineweb, refinedweb,
            redpajama, dolma, nemo, data-juicer, several of them as a,b, or all.
        words: what stands between white space; or runs of word characters and of marks;
            or words and marks nearly as spaCy's English rules cut them.
        naughty: words and phrases, as a,b,c, for dolma's has_naughty_word, and the
            share of them in data-juicer.
        stop_words: words, as a,b,c, for the share of them in redpajama, data-juicer.

    Raises:
        OptionError: there is no such set.
    """
    names = list(SETS) if set == "all" else set.split(",")
    for name in names:
        if name not in SETS:
            raise OptionError("set", f"all, or some of {', '.join(SETS)}", name)
    return measured(
        texts,
        words,
        [one for name in names for one in SETS[name]],
        _listed(naughty),
        _listed(stop_words),
    )


def _listed(words: str | None) -> tuple[str, ...]:
    return tuple(word for word in (words or "").split(",") if word)
