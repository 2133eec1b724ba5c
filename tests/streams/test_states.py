"""Saved states and indexes that are damaged, or made to do harm: one line each."""

import json
import struct
import zipfile

import numpy as np
import orjson
import pytest

from sel.errors import DataError
from sel.maths.neighbours import faiss_index
from sel.runs.duplicates.exact import Known
from sel.runs.duplicates.near import Index
from sel.score._classifying.linear import Linear
from sel.score.cells import Centres
from sel.score.dsir import Ratio
from sel.score.gmm import Members
from sel.streams import arrays, indexes, npy, state

NAMES = np.frombuffer(b"012", np.uint8), np.arange(1, 4)
STATES = [
    Ratio(np.linspace(-1, 1, 16)[None], np.ones(1), 2, 16, "sel64-1"),
    Centres(np.eye(5, dtype=np.float32)),
    Linear(
        np.linspace(-1, 1, 16, dtype=np.float32).reshape(2, 8),
        np.ones(2),
        np.array([0.0, 1.0, 5.0]),
        "",
        np.array([0.5, 0.25, 0.75, 9.0]),
        *(2, 4, "sel64-2", "plain"),
    ),
    Members(np.ones(2) / 2, np.ones((2, 3)), np.stack([np.eye(3)] * 2), -1),
    Known(np.arange(6, dtype=np.uint64).reshape(3, 2), *NAMES, False, False, True),
    Index(np.arange(24, dtype=np.uint32).reshape(3, 8), *NAMES, 5, "words", "composed"),
]


def name(value):
    return type(value).__name__


def same(a, b):
    pairs = zip(vars(a).values(), vars(b).values(), strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


def refused_or_same(path, made, mapped=False):
    """Read a state; True if it was refused in one line, False if nothing changed."""
    try:
        found, _ = state.load(str(path), type(made), "test", mapped=mapped)
    except DataError as error:
        assert "\n" not in str(error)
        assert str(path) in str(error)
        return True
    assert same(found, made)
    return False


@pytest.fixture
def saved(tmp_path):
    def save(made):
        state.save(str(tmp_path / "s"), made, "test", {"targets": []})
        return tmp_path / "s"

    return save


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("made", STATES, ids=name)
def test_a_state_comes_back(saved, made, mapped):
    assert not refused_or_same(saved(made), made, mapped)


@pytest.mark.parametrize("made", STATES, ids=name)
def test_a_byte_that_changed_is_found(saved, made):
    path, rng = saved(made), np.random.default_rng(0)
    data = path.read_bytes()
    refused = 0
    for at in rng.integers(0, len(data), 150):
        bad = bytearray(data)
        bad[at] ^= 1 << rng.integers(8)
        path.write_bytes(bad)
        refused += refused_or_same(path, made, bool(at % 2))
    for size in rng.integers(0, len(data), 20):
        path.write_bytes(data[:size])
        assert refused_or_same(path, made)
    assert refused > 50


ODD = [10**18, -1, 0, 1.5, "", "sha1", None, True, [], {}, "\x00", 1 << 63]
SHAPES = [
    lambda a: a[:-1],
    lambda a: a[:0],
    lambda a: a[None],
    lambda a: a.astype("f2"),
    lambda a: a.astype("S3"),
    lambda a: np.array(None, object),
    lambda a: -(a.astype("f8") + 9),
    lambda a: a * np.nan,
]


def edited(path, made, sums, **changes):
    """A state with other arrays or values, its sum made to fit if `sums`."""
    with np.load(path) as stored:
        held = dict(stored)
    card = orjson.loads(held.pop("card").tobytes())
    card.pop("sum")
    for key, value in changes.items():
        if isinstance(getattr(made, key), np.ndarray):
            held[key] = value
        else:
            card["values"][key] = value
    card["sum"] = 1
    if sums and not any(a.dtype.hasobject for a in held.values()):
        card.pop("sum")
        card["sum"] = state._sum(held, card)
    held["card"] = np.frombuffer(json.dumps(card).encode(), np.uint8)
    with open(path, "wb") as file:
        np.savez(file, **held)


@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("made", STATES, ids=name)
def test_values_are_checked_and_not_believed(saved, made, sums):
    for key, value in vars(made).items():
        numbers = isinstance(value, np.ndarray)
        for odd in [change(value) for change in SHAPES] if numbers else ODD:
            path = saved(made)
            with np.errstate(all="ignore"):
                edited(path, made, sums, **{key: odd})
            try:
                found, _ = state.load(str(path), type(made), "test")
            except DataError as error:
                assert "\n" not in str(error)
                continue
            assert sums  # what follows is a state as good as the one that was saved
            again = getattr(found, key)
            assert type(again) is type(value)
            if numbers:
                assert (again.dtype, again.ndim) == (value.dtype, value.ndim)
                assert key in ("share", "names") or np.isfinite(again).all()
            assert found.sound()


def test_an_order_of_a_quintillion_is_no_order(sel, tmp_path):
    made = Ratio(np.zeros((1, 4)), np.ones(1), 10**18, 4, "sel64-1")
    state.save(str(tmp_path / "s"), made, "sel score dsir", {"targets": []})
    run = sel("score dsir --load s", [{"text": "a"}], code=3)
    assert "s is damaged" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("targets", [None, "ab", [1], ["a", "b"], {"a": 1}])
def test_names_of_targets_are_checked(sel, tmp_path, targets):
    made = Ratio(np.zeros((1, 4)), np.ones(1), 2, 4, "sel64-1")
    state.save(str(tmp_path / "s"), made, "sel score dsir", {"targets": targets})
    run = sel("score dsir --load s", [{"text": "a"}], code=3)
    assert "s is damaged" in run.err


def test_a_state_that_claims_to_be_large_takes_no_memory(saved):
    made = STATES[1]
    path = saved(made)
    data = path.read_bytes()
    shape = b"'shape': (5, 5), }"
    path.write_bytes(
        data.replace(shape, b"'shape': (5, 9999999999999), }"[: len(shape)])
    )
    assert refused_or_same(path, made)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("centres.npy", bytes(1 << 20))
    assert refused_or_same(path, made)


def image(said, version=b"\x01\x00", data=bytes(96)):
    said = said.encode("latin1").ljust(117) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(said)) + said + data


GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 4), }"
HEADERS = [
    GOOD.replace("(6, 4)", "((6, 4)"),
    GOOD.replace("}", ""),
    GOOD + ")",
    "{" * 100,
    "(" * 117,
    GOOD.replace("6", "-6"),
    GOOD.replace("6", "6L"),
    GOOD.replace("6", "10**9"),
    GOOD.replace("6", "True"),
    GOOD.replace("6", "9" * 60),
    GOOD.replace("(6, 4)", "[6, 4]"),
    GOOD.replace("(6, 4)", "None"),
    GOOD.replace("'<f4'", "None"),
    GOOD.replace("'<f4'", "'|O'"),
    GOOD.replace("'<f4'", "[('a', '<f4')]"),
    GOOD.replace("'<f4'", "'<f4,<f4'"),
    GOOD.replace("'<f4'", "'V0'"),
    GOOD.replace("descr", "dtype"),
    GOOD.replace(", }", ", 'more': 1}"),
    "[1]",
    "'descr'",
    "__import__('os').abort()",
    "\x00" * 9,
    "",
]


@pytest.mark.parametrize("said", HEADERS)
def test_headers_that_are_none(tmp_path, said):
    path = tmp_path / "v.npy"
    for start in (image(said), image(said, b"\x03\x00"), image(said)[:40]):
        path.write_bytes(start)
        for read in (npy.read, arrays.read):
            with pytest.raises(DataError) as caught:
                read(str(path))
            assert "\n" not in str(caught.value)


def test_a_header_that_is_one(tmp_path):
    path = tmp_path / "v.npy"
    path.write_bytes(image(GOOD))
    assert npy.read(str(path)).rows.shape == arrays.read(str(path)).shape == (6, 4)


@pytest.mark.parametrize("said", [HEADERS[0], HEADERS[3]])
def test_a_header_out_of_balance_is_one_line(sel, tmp_path, said):
    (tmp_path / "v.npy").write_bytes(image(said))
    run = sel("index build --vectors v.npy -o i.faiss", code=3)
    assert "v.npy is not a .npy matrix" in run.err
    assert run.err.count("\n") == 1
    run = sel("index build --vectors - -o i.faiss", image(said), code=3)
    assert run.err.count("\n") == 1


@pytest.fixture
def index(tmp_path):
    faiss = faiss_index.library()
    rows = np.random.default_rng(0).normal(size=(9_000, 16)).astype("f4")
    made = faiss.IndexIDMap2(faiss.IndexFlatIP(16))
    made.add_with_ids(rows, np.arange(9_000))
    path = tmp_path / "i.faiss"
    indexes.save(str(path), made, {"rows": 9_000, "dim": 16, "kind": "IndexFlat"})
    return path


def test_an_index_is_checked_to_its_last_byte(sel, index):
    data, rng = index.read_bytes(), np.random.default_rng(0)
    assert indexes.load(str(index))[0].ntotal == 9_000
    for at in rng.integers(0, len(data), 100):
        bad = bytearray(data)
        bad[at] ^= 1 << rng.integers(8)
        index.write_bytes(bad)
        with pytest.raises(DataError) as caught:
            indexes.load(str(index))
        assert "\n" not in str(caught.value)
    bad = bytearray(data)
    bad[len(data) // 2] ^= 1
    index.write_bytes(bad)
    assert "damaged" in sel("index info i.faiss", code=3).err
    (said,) = sel("index info --no-verify i.faiss").records
    assert said["rows"] == 9_000


def test_a_card_of_an_index_is_checked(index):
    path = index.with_name("i.faiss.json")
    card = orjson.loads(path.read_bytes())
    for key in card:
        for odd in [*ODD, card["rows"] - 1, "remove"]:
            if odd == "remove":
                changed = {k: v for k, v in card.items() if k != key}
            else:
                changed = {**card, key: odd}
            path.write_bytes(json.dumps(changed).encode())
            with pytest.raises(DataError) as caught:
                indexes.load(str(index))
            assert "\n" not in str(caught.value)


def test_rows_beyond_those_of_the_card(index):
    path = index.with_name("i.faiss.json")
    card = orjson.loads(path.read_bytes())
    path.write_bytes(json.dumps({**card, "rows": 10}).encode())
    with pytest.raises(DataError, match="beyond"):
        indexes.load(str(index), verify=False)
