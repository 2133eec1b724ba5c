"""RDS+: cosines and choices against those of its authors."""

import base64

import numpy as np
import orjson
import pytest

from tests.conftest import GOLDEN, lines

RDS = GOLDEN / "rds"
POOLINGS = ["weighted_mean", "mean", "none"]


def save(tmp_path, name, rows, card=None):
    np.save(tmp_path / name, np.asarray(rows, np.float32))
    if card:
        (tmp_path / f"{name}.json").write_bytes(orjson.dumps(card))


@pytest.fixture
def pool(tmp_path):
    save(tmp_path, "pool.npy", np.random.RandomState(0).normal(size=(50, 8)))
    save(tmp_path, "q.npy", np.random.RandomState(1).normal(size=(3, 8)))
    return [{"i": i} for i in range(50)]


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("task", ["a", "b"])
def test_cosines_are_those_of_the_authors(sel, tmp_path, pooling, task):
    save(tmp_path, "pool.npy", np.load(RDS / f"out/train_vectors_{pooling}.npy"))
    exact = np.load(RDS / "out/float64_reference.npz")[f"pooled_{pooling}_{task}"]
    save(tmp_path, "q.npy", exact)
    command = f"score rds --vectors pool.npy --target-vectors q.npy {RDS}/train.jsonl"
    cosines = np.array([r["rds"] for r in sel(command).records])
    recorded = np.load(RDS / f"out/cossim_{pooling}_{task}.npy")
    np.testing.assert_allclose(cosines.T, recorded, rtol=0, atol=3e-6)


SELECTIONS = orjson.loads((RDS / "out/selections.json").read_bytes())


@pytest.fixture
def authors(tmp_path):
    save(tmp_path, "pool.npy", np.load(RDS / "out/train_vectors_weighted_mean.npy"))
    for task in "ab":
        exact = np.load(RDS / "out/float64_reference.npz")[
            f"pooled_weighted_mean_{task}"
        ]
        save(tmp_path, f"{task}.npy", exact)
    return [{"i": i} for i in range(30)]


def choice(sel, records, options, pick):
    scored = sel(f"score rds --vectors pool.npy {options}", records).out
    lines_ = scored.splitlines(keepends=True)
    if "tac" in pick:
        lines_.reverse()
    run = sel(pick.replace("tac ", "") + " --order score", b"".join(lines_))
    return [record["i"] for record in run.records]


HOW = {
    "get_top_influences/max": ("each", "pick turns"),
    "get_top_influences/min": ("each", "pick turns --lowest"),
    "get_top_influences/mean_max": ("mean", "tac pick top"),
    "get_top_influences/normalized_mean_max": ("normalized-mean", "tac pick top"),
    "get_top_optimized/max": ("each", "pick turns --rule max"),
    "get_top_aggregated_influences/round_robin/max": ("max", "pick turns"),
    "get_top_aggregated_influences/round_robin/mean": ("mean", "pick turns --lowest"),
    "get_top_aggregated_influences/round_robin/min": ("min", "pick turns --lowest"),
}
"""How each list of the authors is made here: --reduce, and what picks.

The last of equal records comes first in their means, so those are read backwards.
"""


@pytest.mark.parametrize("name", SELECTIONS)
def test_every_recorded_choice_of_the_authors(sel, authors, name):
    how, task, k = name.rsplit("/", 2)
    reduce, pick = HOW[how]
    targets = " ".join(f"--target-vectors {one}.npy" for one in task)
    by = ",".join(f"rds_{one}" for one in task) if len(task) > 1 else "rds"
    options = f"{targets} --reduce {reduce}"
    found = choice(sel, authors, options, f"{pick} --by {by} -k {k[1:]}")
    wanted = SELECTIONS[name]
    assert found == (wanted[::-1] if "mean_max" in how else wanted)


def test_normalized_mean_by_hand(sel, tmp_path):
    save(tmp_path, "pool.npy", [[1, 0], [0, 1], [0.6, 0.8], [0, 0]])
    save(tmp_path, "q.npy", [[1, 0], [-1, 1]])
    options = "score rds --vectors pool.npy --target-vectors q.npy"
    command = f"{options} --reduce normalized-mean"
    found = [r["rds"] for r in sel(command, [{"_row": i} for i in (2, 3, 0)]).records]
    half = 0.5**0.5
    assert found[0] == pytest.approx((0.6 + (0.2 * half + half) / (2 * half)) / 2)
    assert found[1:] == [None, 0.5]
    run = sel(command.replace("pool.npy", "@v"), [{"v": [1, 0]}], code=2)
    assert "--vectors FILE.npy" in run.err


REDUCED = [("max", np.max), ("mean", np.mean), ("min", np.min)]


@pytest.mark.parametrize("reduce,how", REDUCED)
def test_reduced(sel, tmp_path, pool, reduce, how):
    options = "--vectors pool.npy --target-vectors q.npy"
    each = [r["rds"] for r in sel(f"score rds {options}", pool).records]
    one = [
        r["rds"] for r in sel(f"score rds {options} --reduce {reduce}", pool).records
    ]
    np.testing.assert_allclose(one, how(each, axis=1), atol=1e-6)


def test_rows_follow_the_records(sel, pool):
    options = "score rds --vectors pool.npy --target-vectors q.npy --reduce max"
    whole = [r["rds"] for r in sel(options, pool).records]
    some = [{"_row": i} for i in (7, 3, 49)]
    assert [r["rds"] for r in sel(options, some).records] == [
        whole[i] for i in (7, 3, 49)
    ]


def test_several_targets_have_fields_of_their_own(sel, tmp_path, pool):
    save(tmp_path, "r.npy", np.eye(8)[:2])
    options = "--vectors pool.npy --target-vectors q.npy --target-vectors r.npy"
    record = sel(f"score rds {options}", pool).records[0]
    assert len(record["rds_q"]) == 3
    assert len(record["rds_r"]) == 2


def test_rows_that_cannot_be_used_get_null(sel, tmp_path, pool):
    rows = np.load(tmp_path / "pool.npy")
    rows[3], rows[5, 0] = 0, np.nan
    save(tmp_path, "pool.npy", rows)
    run = sel("score rds --vectors pool.npy --target-vectors q.npy --reduce max", pool)
    assert [i for i, r in enumerate(run.records) if r["rds"] is None] == [3, 5]
    assert "null 2" in run.err


def test_the_mean_that_is_said_is_over_all_cosines(sel, tmp_path):
    save(tmp_path, "pool.npy", np.eye(3))
    command = "score rds --vectors pool.npy --target-vectors pool.npy --summary s.json"
    sel(command, [{}, {}, {}])
    said = orjson.loads((tmp_path / "s.json").read_bytes())["rds"]
    assert said == {"min": 0, "mean": pytest.approx(1 / 3), "max": 1}


@pytest.mark.parametrize("reduce", ["each", "max"])
def test_processes_and_blocks_of_bad_lines_change_nothing(sel, tmp_path, reduce):
    rows = np.random.RandomState(2).normal(size=(2_000, 16))
    save(tmp_path, "pool.npy", rows)
    save(tmp_path, "q.npy", rows[:5])
    long = [{"_row": i % 2_000, "x": "y" * 1_000} for i in range(4_000)]
    data = lines(long) + b"bad\n" * 200_000  # the last block holds nothing else
    command = f"score rds --vectors pool.npy --target-vectors q.npy --reduce {reduce} --on-error skip --max-errors 99% --jobs"
    one, two = (sel(f"{command} {jobs}", data) for jobs in (1, 2))
    assert one.out == two.out
    assert len(one.records) == 4_000


def test_an_output_does_not_keep_standard_input_from_being_read(sel, tmp_path, pool):
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    command = "score rds --vectors - --target-vectors q.npy -o out.jsonl pool.jsonl"
    sel(command, (tmp_path / "pool.npy").read_bytes())
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 50


def test_streams_of_images(sel, tmp_path, pool):
    import io

    rows = np.load(tmp_path / "pool.npy")
    images = io.BytesIO()
    for part in (rows[:20], rows[20:21], rows[21:]):
        np.save(images, part)
    (tmp_path / "pieces.npy").write_bytes(images.getvalue())
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    command = "score rds --vectors {} --target-vectors q.npy pool.jsonl"
    whole = sel(command.format("pool.npy")).out
    assert sel(command.format("pieces.npy")).out == whole
    assert sel(command.format("-"), images.getvalue()).out == whole


def _fortran(rows):
    return np.asfortranarray(rows)


@pytest.mark.parametrize(
    "damage,said",
    [
        (lambda rows: rows[:20], "row 49, and pool.npy has 20 rows"),
        (lambda rows: rows[:, :5], "5 columns"),
        (lambda rows: rows.astype(np.float64), "float64"),
        (lambda rows: rows.astype(np.int32), "int32"),
        (lambda rows: rows[0], "1 dimensions"),
        (_fortran, "Fortran"),
        (lambda rows: rows.astype(">f4"), ">f4"),
    ],
)
def test_a_matrix_that_does_not_fit(sel, tmp_path, pool, damage, said):
    np.save(tmp_path / "pool.npy", damage(np.load(tmp_path / "pool.npy")))
    run = sel("score rds --vectors pool.npy --target-vectors q.npy", pool, code=3)
    assert said in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("cut", [0, 5, 60, 130, 500])
def test_a_matrix_that_is_cut(sel, tmp_path, pool, cut):
    whole = (tmp_path / "pool.npy").read_bytes()
    (tmp_path / "pool.npy").write_bytes(whole[:cut])
    sel("score rds --vectors pool.npy --target-vectors q.npy", pool, code=3)
    (tmp_path / "pool.npy").write_bytes(whole + b"x" * (cut + 1))
    sel("score rds --vectors pool.npy --target-vectors q.npy", pool, code=3)


def test_objects_are_never_read(sel, tmp_path, pool):
    np.save(tmp_path / "pool.npy", np.array([[object()]]), allow_pickle=True)
    run = sel("score rds --vectors pool.npy --target-vectors q.npy", pool, code=3)
    assert "Python objects" in run.err


def test_unlike_cards_are_refused(sel, tmp_path, pool):
    save(tmp_path, "pool.npy", np.ones((50, 8)), {"made_by": "sel embed ngrams"})
    save(tmp_path, "q.npy", np.ones((1, 8)), {"made_by": "sel embed hidden"})
    options = "score rds --vectors pool.npy --target-vectors q.npy"
    assert "--no-card-check" in sel(options, pool, code=3).err
    sel(f"{options} --no-card-check", pool)


def test_other_faults(sel, tmp_path, pool):
    options = "score rds --vectors pool.npy --target-vectors q.npy"
    assert "30 records and 50 rows" in sel(options, pool[:30], code=3).err
    assert "row 90" in sel(options, [{"_row": 90}], code=3).err
    for row in ("x", 1.5, -1, True, None, 2**63, 2**64 - 1):
        run = sel(options, [{"_row": 1}, {"_row": row}], code=3)
        assert "standard input:2: _row is" in run.err
    assert "some have none" in sel(options, [{"_row": 1}, {"i": 1}], code=3).err
    assert "--target-vectors" in sel("score rds --vectors pool.npy", pool, code=2).err
    save(tmp_path, "q.npy", np.zeros((2, 8)))
    assert "cannot be a target" in sel(options, pool, code=3).err
    sel("score rds --vectors - --target-vectors q.npy", pool, code=2)
    sel("score rds --vectors none.npy --target-vectors q.npy", pool, code=4)


def inside(rows, how):
    for i, row in enumerate(np.asarray(rows, np.float32)):
        packed = base64.b64encode(row.astype("<f4").tobytes()).decode()
        yield {"i": i, "meta": {"emb": packed if how == "base64" else row.tolist()}}


@pytest.mark.parametrize("how", ["list", "base64"])
def test_vectors_in_the_records(sel, tmp_path, pool, how):
    options = "--target-vectors q.npy --reduce max"
    whole = sel(f"score rds --vectors pool.npy {options}", pool).records
    records = list(inside(np.load(tmp_path / "pool.npy"), how))
    command = f"score rds --vectors @meta.emb {options}"
    found = sel(command, records).records
    assert [r["rds"] for r in found] == [r["rds"] for r in whole]
    assert found[3]["meta"] == records[3]["meta"]
    backwards = sel(f"{command} --thin", records[::-1]).records
    assert [r["rds"] for r in backwards][::-1] == [r["rds"] for r in whole]


def test_vectors_in_the_records_that_cannot_be_used(sel, tmp_path, pool):
    good = np.arange(1.0, 9).tolist()
    options = "score rds --vectors @emb --target-vectors q.npy --reduce max"
    null = [None, [*good[:7], None], [0] * 8, [1e39] * 8]
    run = sel(options, [{"emb": emb} for emb in (good, *null)])
    assert [r["rds"] is None for r in run.records] == [False, *[True] * 4]
    bad = ["a", "AAAA", "", [], good[:7], [*good[:7], "1"], [*good[:7], True], 3, {}]
    run = sel(
        f"{options} --on-error skip", [{"emb": emb} for emb in (good, *bad)] + [{}]
    )
    assert "11 read, 1 kept, 0 dropped, 10 rejected" in run.err
    assert "has 7 numbers, not 8" in sel(options, [{"emb": good[:7]}], code=3).err
    assert "'emb' is missing" in sel(options, [{}], code=3).err
    assert sel(options).out == b""


def test_a_field_needs_records(sel, tmp_path, pool):
    said = "names a field, but no records are read"
    options = "score rds --vectors pool.npy --target-vectors"
    assert said in sel(f"{options} @emb", pool, code=2).err
    assert said in sel("index build --vectors @emb -o p.faiss", code=2).err
    (tmp_path / "@emb").write_bytes((tmp_path / "q.npy").read_bytes())
    sel(f"{options} ./@emb", pool)


def test_a_card_of_another_matrix_is_refused(sel, tmp_path):
    texts = [{"text": f"{i} words that differ"} for i in range(40)]
    (tmp_path / "t.jsonl").write_bytes(lines(texts))
    sel("embed ngrams t.jsonl -o pool.npy")
    options = "score rds --vectors pool.npy --target-vectors pool.npy t.jsonl"
    sel(options)
    card = (tmp_path / "pool.npy.json").read_bytes()
    sel("embed ngrams t.jsonl -o pool.npy --dtype float16")
    half = (tmp_path / "pool.npy").read_bytes()
    (tmp_path / "pool.npy.json").write_bytes(card)  # the run died before its card
    run = sel(options, code=3)
    assert "pool.npy.json is the card of another file: dtype float32" in run.err
    sel("embed ngrams t.jsonl -o pool.npy --ngrams 1")
    (tmp_path / "pool.npy.json").write_bytes(card)  # of the same shape this time
    assert "another file: ends" in sel(options, code=3).err
    (tmp_path / "pool.npy.json").unlink()
    sel(options)
    (tmp_path / "pool.npy").write_bytes(half)
    for bad in (b"[]", b"{", b"\xff"):
        (tmp_path / "pool.npy.json").write_bytes(bad)
        assert "is not a card" in sel(options, code=3).err
