"""Kept tokens, against losses of the library taken one text at a time."""

import shutil
from itertools import pairwise

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import sel as library
from sel.errors import MachineError, OptionError
from sel.score import tokens
from tests.conftest import GOLDEN, lines

LONG, SHORT = (GOLDEN / f"gateau/model_{name}" for name in ("long", "short"))
BEGUN = GOLDEN / "rds/tiny_model"
TEXTS = [
    "What is two and two? It is 4. There are 12 cups on the table.\nA new line.",
    "",
    "a",
    " \n ",
    "Ein Ma\u0308dchen \U0001f469\u200d\U0001f469\u200d\U0001f467 lacht e\u0301 \U0001f600.",
    "The key is under the cup. " * 9,
]


@pytest.fixture(autouse=True)
def one_thread():
    """Two wait for each other: the models are tiny."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def scored(texts, model=LONG, reference=SHORT, **options):
    """In this process."""
    records = [{"text": text} for text in texts]
    usual = {"model": str(model), "reference": str(reference), "quiet": True}
    return library.score("tokens", records, **usual | options).to_list()


def by_hand(text, model, reference, most=1024):
    """The excess of each token after the first that stands in the text, and where."""
    read = AutoTokenizer.from_pretrained(model)(text, return_offsets_mapping=True)
    ids, places = read["input_ids"][:most], read["offset_mapping"][:most]
    if len(ids) < 2:
        return []
    found = []
    for name in (model, reference):
        one = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
        with torch.inference_mode():
            logits = one(torch.tensor([ids])).logits[0]
        chances = torch.log_softmax(logits.double(), -1)
        found.append([-chances[i - 1, ids[i]].item() for i in range(1, len(ids))])
    excess = [a - b for a, b in zip(*found, strict=True)]
    pairs = zip(excess, places[1:], strict=True)
    return [(number, place) for number, place in pairs if place[1] > place[0]]


def characters(spans):
    return {i for start, end in spans for i in range(start, end)}


def kept_by_hand(known, share):
    """The characters of the tokens with the highest excess, and those between two."""
    count = int(np.ceil(share * len(known) - 1e-9))
    order = sorted(range(len(known)), key=lambda i: -known[i][0])[:count]
    kept = set()
    for i in order:
        kept |= {*range(*known[i][1])}
        if i + 1 in order:
            kept |= {*range(known[i][1][0], known[i + 1][1][0])}
    return kept


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """The model whose texts begin with a token of their own, and one by chance."""
    folder = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(BEGUN, folder)
    model = AutoModelForCausalLM.from_pretrained(BEGUN)
    torch.manual_seed(1)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    return BEGUN, folder


@pytest.mark.parametrize("keep", [0.6, 0.25])
def test_kept_tokens_are_those_found_by_hand(keep):
    for text, record in zip(TEXTS, scored(TEXTS, keep=f"{keep:.0%}"), strict=True):
        known = by_hand(text, LONG, SHORT)
        if not known:
            assert record["tokens"] is record["tokens_kept"] is None
            assert record["tokens_spans"] == []
            continue
        mean = np.mean([number for number, _ in known])
        assert record["tokens"] == pytest.approx(mean, rel=1e-4)
        count = np.ceil(keep * len(known) - 1e-9)
        assert record["tokens_kept"] == pytest.approx(count / len(known))
        assert characters(record["tokens_spans"]) == kept_by_hand(known, keep)
        spans = record["tokens_spans"]
        assert all(a < b for a, b in spans)
        assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_a_token_that_begins_texts_lets_the_first_word_count(untrained):
    text = "There are two."
    known = by_hand(text, *untrained)
    places = [place for _, place in known]
    assert places[0][0] == 0  # not so where nothing stands before it
    assert by_hand(text, LONG, SHORT)[0][1][0] > 0
    (record,) = scored([text], *untrained, keep="100%")
    assert record["tokens"] == pytest.approx(np.mean([n for n, _ in known]), rel=1e-4)
    assert record["tokens_spans"] == [[0, len(text)]]
    (record,) = scored([text], *untrained, keep="1%")
    assert record["tokens_spans"] == [list(max(known)[1])]


def test_none_and_all():
    (none,) = scored(TEXTS[:1], keep="0%")
    assert (none["tokens_kept"], none["tokens_spans"]) == (0, [])
    (every,) = scored(TEXTS[:1], keep="100%")
    first = by_hand(TEXTS[0], LONG, SHORT)[0][1][0]
    assert every["tokens_spans"] == [[first, len(TEXTS[0])]]
    assert every["tokens_kept"] == 1
    assert every["tokens"] == none["tokens"]
    for level in ("token", "segment"):
        half, rest = (
            scored(TEXTS[:1], keep="50%", level=level, dropped=other)[0]["tokens_spans"]
            for other in (False, True)
        )
        assert half and rest
        assert not characters(half) & characters(rest)


def test_above_a_bound():
    known = by_hand(TEXTS[0], LONG, SHORT)
    bound = float(np.median([number for number, _ in known])) + 1e-3
    share = np.mean([number > bound for number, _ in known])
    (record,) = scored(TEXTS[:1], above=bound)
    assert record["tokens_kept"] == pytest.approx(share)
    assert characters(record["tokens_spans"]) == kept_by_hand(known, share)
    (record,) = scored(TEXTS[:1], above=bound, keep="10%")
    assert record["tokens_kept"] == pytest.approx(
        np.ceil(0.1 * len(known)) / len(known)
    )
    (record,) = scored(TEXTS[:1], above=1e9)
    assert record["tokens_spans"] == []


def test_segments_are_kept_as_a_whole():
    text = TEXTS[0]
    pieces = [
        "What is two and two? ",
        "It is 4. ",
        "There are 12 cups on the table.\n",
        "A new line.",
    ]
    assert "".join(pieces) == text
    borders = np.cumsum([0, *map(len, pieces)])
    means, sizes = [], []
    known = by_hand(text, LONG, SHORT)
    for start, end in pairwise(borders):
        some = [n for n, place in known if start < place[1] <= end]
        means.append(np.mean(some))
        sizes.append(len(some))
    for count in range(5):
        best = sorted(range(4), key=lambda i: -means[i])[:count]
        (record,) = scored([text], level="segment", keep=f"{25 * count}%")
        wanted = {i for one in best for i in range(*borders[one : one + 2])}
        assert characters(record["tokens_spans"]) == wanted
        share = sum(sizes[i] for i in best) / sum(sizes)
        assert record["tokens_kept"] == pytest.approx(share)


@pytest.mark.parametrize(
    "text,pieces",
    [
        ("One. Two! 3.5 is three? Yes", ["One. ", "Two! ", "3.5 is three? ", "Yes"]),
        (
            '"Go." (So.) she said…\n\n\nOn',
            ['"Go." ', "(So.) ", "she said…\n\n\n", "On"],
        ),
        (
            "\u4f60\u597d\u3002\u597d\uff01\u55ef",
            ["\u4f60\u597d\u3002", "\u597d\uff01", "\u55ef"],
        ),
        ("a\n\n  \nb", ["a\n\n  \n", "b"]),
    ],
)
def test_where_segments_end(text, pieces):
    """Each character is a token."""
    where = np.array([[i, i + 1] for i in range(len(text))])
    owners, bounds = tokens._units(text, where, "segment")
    assert [text[a:b] for a, b in bounds] == pieces
    assert [*np.bincount(owners)] == [*map(len, pieces)]


def test_long_blanks_and_dots_end_one_segment_each():
    size = 300_000  # in a time that grows with the square, minutes
    text = "." + " " * size + "." * size + " a"
    where = np.array([[0, 1], [size + 1, size + 2], [len(text) - 1, len(text)]])
    owners, bounds = tokens._units(text, where, "segment")
    assert owners.tolist() == [0, 1, 2]
    assert bounds[:, 1].tolist() == [size + 1, 2 * size + 2, len(text)]


def test_what_is_cut_is_in_no_span():
    known = by_hand(TEXTS[0], LONG, SHORT, most=12)
    for level in ("token", "segment"):
        (record,) = scored(TEXTS[:1], max_length=12, keep="100%", level=level)
        mean = np.mean([number for number, _ in known])
        assert record["tokens"] == pytest.approx(mean, rel=1e-4)
        assert record["tokens_spans"][-1][1] == known[-1][1][1] < len(TEXTS[0])


def test_batches_change_nothing():
    one, many = scored(TEXTS, batch=1), scored(TEXTS[::-1] * 2, batch=32)
    for a, b in zip(one, many[len(TEXTS) - 1 :: -1], strict=True):
        assert a["tokens_spans"] == b["tokens_spans"]
        assert a["tokens_kept"] == b["tokens_kept"]
        if a["tokens"] is None:
            assert b["tokens"] is None
        else:
            assert a["tokens"] == pytest.approx(b["tokens"], rel=1e-5, abs=1e-6)


class Model:
    """Every character is a token; nothing stands before the first."""

    def __init__(self, losses):
        self.losses = losses

    def most(self, max_length):
        return max_length

    def located(self, texts, max_length):
        sizes = [min(len(text), max_length) for text in texts]
        places = [[[i, i + 1] for i in range(size)] for size in sizes]
        return [[0] * size for size in sizes], [
            np.array(one, int).reshape(-1, 2) for one in places
        ]

    def after(self, sequences, starts):
        return [
            np.array(self.losses[a : len(some)], float)
            for some, a in zip(sequences, starts, strict=True)
        ]


def test_by_hand():
    """Of equal tokens the first; neighbours are one span."""
    ours, theirs = Model([0, 3, 1, 5, 5, 2]), Model([0, 1, 1, 3, 5, 2])
    found = tokens.score(["abcdef", "", "a"], ours, theirs, keep="50%")
    np.testing.assert_allclose(found[""], [0.8, np.nan, np.nan])
    assert found["spans"] == [[[1, 4]], [], []]
    np.testing.assert_allclose(found["kept"], [0.6, np.nan, np.nan])
    found = tokens.score(["abcdef"], ours, theirs, above=0)
    assert found["spans"] == [[[1, 2], [3, 4]]]
    assert tokens.score([], ours, theirs)["spans"] == []
    broken = tokens.score(["abcdef"], ours, Model([0] + [np.nan] * 5))
    assert np.isnan(broken[""]).all() and broken["spans"] == [[]]


def test_a_character_of_several_tokens_is_one_span():
    bounds = np.array([[0, 1], [0, 1], [0, 1], [1, 2]])
    assert tokens._merged(bounds, np.array([True, False, True, False])) == [[0, 1]]


def test_what_cannot_be(sel):
    for wrong in ("60", "-1%", "101%", "nan%", "a%", "%"):
        with pytest.raises(OptionError, match="--keep must be a share"):
            tokens.score([], Model([]), Model([]), keep=wrong)
    with pytest.raises(OptionError, match="--above must be a number"):
        tokens.score([], Model([]), Model([]), above=float("nan"))
    with pytest.raises(OptionError, match="--max-length"):
        tokens.score([], Model([]), Model([]), max_length=1)
    with pytest.raises(MachineError, match="have different tokenizers"):
        scored(["a"], LONG, BEGUN)
    run = sel(f"score tokens --model {LONG}", [{"text": "a"}], code=2)
    assert "--reference" in run.err


def test_spans_go_on_to_pick_rows(sel, tmp_path):
    options = {"level": "segment", "keep": "50%", "dropped": True, "thin": True}
    records = scored(TEXTS[:1], **options)
    spans = records[0]["tokens_spans"]
    (tmp_path / "spans.jsonl").write_bytes(lines(records))
    clean = "pick rows --clean --from spans.jsonl --spans tokens_spans"
    left = sel(f"{clean} --around 0 --shortest 1", [{"text": TEXTS[0]}]).records
    gone = characters(spans)
    rest = "".join(c for i, c in enumerate(TEXTS[0]) if i not in gone)
    assert left[0]["text"].split() == rest.split()
