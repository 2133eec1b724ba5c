"""Methods that choose for a target, each judged by records that it has not seen."""

import os
import signal
import subprocess
from shutil import which
from statistics import fmean, stdev

import numpy as np
import orjson
import pytest
from playwright.sync_api import sync_playwright

import sel as library
from sel import SelError
from sel.eval import tournament
from sel.eval.tournament import Entry
from sel.report import tournament as report
from sel.runs import stages
from sel.runs.measures import entrants
from tests.conftest import HERE, SEL, lines
from tests.harness.kill import killed_once

JUDGE = "match --ngrams 1 --buckets 300"
COSTS = ("cpu_seconds", "embedding_seconds")
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")


def docs(rng, count, first, source):
    """Documents of words from a range of their own, the frequent ones first."""
    shares = 1 / np.arange(1, 201)
    words = rng.choice(200, size=(count, 105), p=shares / shares.sum()) + first
    return [
        {"text": " ".join(f"w{word}" for word in row), "source": source}
        for row in words.tolist()
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A pool of two sources, of which one is that of the target."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("tournament")
    pool = [one for i in (0, 1) for one in docs(rng, 80, 150 * i, "ab"[i])]
    order = rng.permutation(len(pool)).tolist()
    # rows of an earlier run: they are not those of the vectors
    (folder / "pool.jsonl").write_bytes(
        lines([{**pool[i], "_row": 9 * i} for i in order])
    )
    target = docs(rng, 31, 0, "a")
    (folder / "target.jsonl").write_bytes(lines(target))
    return folder


def play(place, methods, **more):
    options = {
        "sizes": "25%",
        "seeds": 5,
        "judge": JUDGE,
        "embed": "ngrams",
        "draws": 2,
    }
    paths = {"pool": place / "pool.jsonl", "target": place / "target.jsonl"}
    return library.evaluate(
        "tournament", methods=methods, jobs=1, **{**paths, **options, **more}
    )


def plain(rows):
    return [{k: v for k, v in row.items() if k not in COSTS} for row in rows]


def of(rows, method):
    return next(row for row in rows if row.get("method") == method)


@pytest.fixture(scope="module")
def played(place):
    methods = ["dsir,rds,ifd,random", "long=score length | pick top --by length"]
    return play(
        place, methods, work=place / "work", draws=6, report=place / "page.html"
    )


def test_what_is_like_the_target_wins_and_nothing_else(played):
    assert [row.get("method") for row in played] == [
        *("random", "dsir", "rds", "ifd", "long"),
        None,
    ]
    assert of(played, "dsir")["supported"] and of(played, "rds")["supported"]
    assert of(played, "dsir")["gain"] > 0.3 and of(played, "dsir")["records"] == 40
    assert not of(played, "long")["supported"]
    assert "gain" not in of(played, "random")
    verdict = played[-1]["verdict"]
    assert verdict.startswith("The figures support at 25% ")
    assert "dsir" in verdict and "long" not in verdict
    assert verdict.endswith("for all 3 comparisons at once (95%).")


def test_what_fails_says_why_and_the_others_go_on(played):
    assert of(played, "ifd") == {
        "method": "ifd",
        "size": "25%",
        "failed": "score ifd needs model: name or folder of the model.",
    }


def test_only_those_that_need_vectors_pay_for_them(played):
    assert of(played, "rds")["embedding_seconds"] >= 0
    assert "embedding_seconds" not in of(played, "dsir")
    assert all(row["cpu_seconds"] >= 0 for row in played if "records" in row)


def test_what_is_done_is_passed_over_and_the_rest_is_the_same(place, played):
    kept = sorted((place / "work").iterdir())
    assert not [path for path in kept if path.name.startswith(".")]
    stamps = {path: path.stat().st_mtime_ns for path in kept}
    lost = [path for path in kept if path.suffixes == [".json"]][::2]
    for path in lost:
        path.unlink()
    # a killed run leaves what it was at
    (place / "work" / ".sel-now").mkdir()
    (place / "work" / ".sel-now" / "stage1.jsonl").write_bytes(b'{"half')
    (place / "work" / ".tournament.0123abcd.sel-part").write_bytes(b"")
    methods = ["dsir,rds,random", "long=score length | pick top --by length"]
    again = play(place, methods, work=place / "work", draws=6)
    assert plain(again) == plain(row for row in played if row.get("method") != "ifd")
    assert sorted((place / "work").iterdir()) == kept
    left = {path: path.stat().st_mtime_ns for path in kept if path not in lost}
    assert left.items() <= stamps.items()


def test_a_killed_run_goes_on_to_the_same_bytes(place, tmp_path):
    work = tmp_path / "work"
    command = f"eval tournament --pool {place}/pool.jsonl --target {place}/target.jsonl"
    command += " --methods dsir,rds --sizes 10% --seeds 3 --embed ngrams --judge match"
    killed = subprocess.Popen(
        [*SEL, *command.split(), "--work", work],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    end = killed_once(lambda: list(work.glob("?*[0-9a-f].json")), killed)
    assert end in (-signal.SIGKILL, 0)  # it may have been quick
    options = {"sizes": "10%", "seeds": 3, "draws": 5, "judge": "match"}
    again = play(place, "dsir,rds", work=work, **options)
    assert plain(again) == plain(play(place, "dsir,rds", **options))
    assert not list(work.glob(".*"))


def test_a_pool_that_has_changed_is_another(place, played, tmp_path):
    for name in ("pool.jsonl", "target.jsonl"):
        data = (place / name).read_bytes().splitlines(keepends=True)
        (tmp_path / name).write_bytes(b"".join(data[1:]))
    before = len(list((place / "work").iterdir()))
    rows = play(tmp_path, "random", work=place / "work")
    assert len(list((place / "work").iterdir())) == before + 5
    assert rows[-1]["pool"] == 159 and rows[-1]["comparisons"] == 0
    assert "there is none to compare" in rows[-1]["verdict"]


def test_halves_of_the_target_have_nothing_in_common(place, monkeypatch):
    seen = []
    real = stages.Stage.run

    def spied(self, source, output, known):
        if "target" in self.takes:
            (path,) = known["target"]
            with open(path, "rb") as file:
                rows = {orjson.loads(line)["text"] for line in file}
            seen.append((self.method.name, known["seed"], rows))
        return real(self, source, output, known)

    monkeypatch.setattr(stages.Stage, "run", spied)
    play(place, "dsir", seeds=2)
    lines_ = (place / "target.jsonl").read_bytes().splitlines()
    whole = {orjson.loads(line)["text"] for line in lines_}
    assert len(whole) == 31
    for seed in (0, 1):
        (ours,) = (rows for name, s, rows in seen if (name, s) == ("dsir", seed))
        judged = [rows for name, s, rows in seen if (name, s) == ("match", seed)]
        assert len(judged) == 3 and judged[0] == judged[1] == judged[2]
        assert ours | judged[0] == whole and not ours & judged[0]
    assert seen[1][2] != seen[-1][2]


@pytest.mark.parametrize("judge", ["utility --ngrams 3", "probe --labels source"])
def test_other_judges(place, judge):
    more = {}
    if judge.startswith("probe"):  # every class must be there to be told
        pool = [
            orjson.loads(x) for x in (place / "pool.jsonl").read_bytes().splitlines()
        ]
        more["target"] = pool[:30]
    rows = play(place, "dsir", judge=judge, seeds=2, **more)
    figure = {"utility": "bits_per_byte", "probe": "accuracy"}[judge.split()[0]]
    assert rows[-1]["figure"] == figure
    assert all(row[figure] > 0 for row in rows[:-1])
    if figure == "bits_per_byte":
        assert of(rows, "dsir")["bytes"] <= of(rows, "random")["bytes"]
        assert of(rows, "dsir")["gain"] > 0


def test_records_of_the_target_have_the_vectors_of_their_half(place, monkeypatch):
    """Matrix and records are both of the half; a row beyond it would be refused."""
    seen = []
    real = stages.Stage.run

    def spied(self, source, output, known):
        if self.method.name == "nearest":
            (path,), (matrix,) = known["target"], known["target_vectors"]
            with open(path, "rb") as file:
                texts = [orjson.loads(line)["text"] for line in file]
            seen.append((np.load(matrix), texts))
        return real(self, source, output, known)

    monkeypatch.setattr(stages.Stage, "run", spied)
    labelled = "score nearest --label source | pick top --by nearest"
    rows = play(place, f"n={labelled}", seeds=2, draws=1)
    assert of(rows, "n")["gain"] > 0 and of(rows, "n")["records"] == 40
    assert len(seen) == 2
    for matrix, texts in seen:
        assert np.array_equal(matrix, library.embed("ngrams", texts))


def test_where_all_are_alike_none_is_supported():
    supported = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        alike = {"pool": docs(rng, 90, 0, "a"), "target": docs(rng, 30, 0, "a")}
        options = {"sizes": "20%", "seeds": 3, "draws": 1, "judge": JUDGE, "jobs": 1}
        rows = library.evaluate("tournament", **alike, methods="dsir", **options)
        supported += of(rows, "dsir")["supported"]
        if not of(rows, "dsir")["supported"]:
            assert "support no choice" in rows[-1]["verdict"]
    assert supported <= 1


def entry(method, values, random):
    return Entry(method, "1%", {}, values, random)


def test_by_hand():
    random = [3.0, 5.0, 4.0]
    entries = [
        entry("random", random, []),
        entry("a", [1.0, 2.0, 2.5], random),
        entry("b", [3.0, 5.5, 3.0], random),
        Entry("c", "1%", {}, [], [], "why"),
    ]
    first, a, _, c, last = tournament.measure(entries, "bits", -1)
    gains = [2.0, 3.0, 1.5]
    wide = stdev(gains) * (1 / 3 + 1) ** 0.5
    assert first == {"method": "random", "size": "1%", "seeds": 3, "bits": 4.0}
    assert a["gain"] == fmean(gains)
    assert a["gain_high"] - a["gain"] == pytest.approx(4.302653 * wide)
    assert a["gain"] - a["sure_low"] == pytest.approx(6.205347 * wide)  # t of 97.5%
    assert c["failed"] == "why" and last["comparisons"] == 2
    assert tournament.measure(entries[:2], "bits", 1)[1]["gain"] == -fmean(gains)


def test_all_intervals_hold_together_19_times_of_20():
    """Gains of halves are alike by a half, which is what the variance allows for."""
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(600):
        shared, own = rng.normal(size=(3, 1)), rng.normal(size=(3, 5))
        rounds = (shared + own).tolist()
        entries = [entry(f"m{i}", gains, [0.0] * 5) for i, gains in enumerate(rounds)]
        rows = tournament.measure(entries, "figure", 1)[:-1]
        wrong += not all(row["sure_low"] <= 0 <= row["sure_high"] for row in rows)
    assert 0.01 < wrong / 600 < 0.07


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ("dsri", "called 'dsri'. Did you mean 'dsir'?"),
        ("top", "called 'top'. Try: a pipeline of commands"),
        ("dsir,dsir", "'dsir' is there already"),
        ("random=pick top --by a", "'random' is there already"),
        ("score lenght | pick top --by lenght", "Did you mean 'length'?"),
        ("score length", "must end in a command that takes k, and not say"),
        ("score knn -k 3", "must end in a command that takes k, and not say"),
        ("pick top --by a -k 3", "must end in a command that takes k, and not say"),
        ("pick top --bye a", "pick top has no option bye"),
        ("pick top --by", "by needs a value"),
        ("score length | | pick top --by a", "is not METHOD [OPTION]..."),
        ("embed static | pick top --by a", "is not METHOD [OPTION]..."),
        ("pick top 'a", "cannot be read"),
        ("pick top --by a pool.jsonl", "has pool.jsonl"),
        ("pick top --by a --seed x", "is not a whole number"),
        ("pick top --by a --order up", "order must be one of"),
    ],
)
def test_a_bad_name_is_a_usage_error(place, methods, said):
    with pytest.raises(SelError) as raised:
        play(place, methods)
    assert said in str(raised.value) and raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("more", "said", "code"),
    [
        ({"judge": "coverage"}, "judge must be utility, probe or match", 2),
        ({"judge": "probe"}, "needs the field of the class", 2),
        ({"sizes": "x"}, "is not a whole number", 2),
        ({"sizes": "0"}, "sizes must be", 2),
        ({"sizes": "161"}, "a size of 161 is more than the pool's 160", 3),
        ({"seeds": 1}, "seeds must be at least 2", 2),
        ({"draws": 0}, "draws must be at least 1", 2),
        ({"embed": "statix"}, "no embed method is called 'statix'", 2),
        ({"report": "page.txt"}, "must be a name that ends in .html", 2),
        ({"target": [{"text": "one"}]}, "cannot be split in two", 3),
        (
            {"target": [{"no": "text"}, {"no": "text"}]},
            "target.jsonl:1: none of the",
            3,
        ),
    ],
)
def test_what_cannot_be_is_said(place, more, said, code):
    with pytest.raises(SelError) as raised:
        play(place, "random", **more)
    assert said in str(raised.value) and raised.value.exit_code == code


def test_bad_lines_are_those_of_the_inputs(place, tmp_path):
    bad = b'{"text":null}\nno\n{"text":"\\ud800"}\n{"x":1}\n'
    odd = b'{"text":"a\\u0000b"}\r\n{"text":""}\n{"a":1,\r"text":"one word"}'
    for name in ("pool.jsonl", "target.jsonl"):
        data = (place / name).read_bytes()
        (tmp_path / name).write_bytes(bad + data + odd)
    rows = play(tmp_path, "dsir", seeds=2, draws=1, on_error="skip")
    assert (rows[-1]["pool"], rows[-1]["target"]) == (163, 34)
    assert of(rows, "dsir")["records"] == 41
    with pytest.raises(SelError, match=r"pool\.jsonl:1: none of the usual"):
        play(tmp_path, "dsir")


def test_pipelines_are_read_as_a_shell_reads_them():
    found = entrants.methods(
        ["a=sel pick where 'len(text) | 1 > 2' | pick random", "rds"]
    )
    assert list(found) == ["random", "a", "rds"]
    first, last = found["a"]
    assert first.operands == ("len(text) | 1 > 2",) and last.method.name == "random"
    assert [stage.method.name for stage in found["rds"]] == ["rds", "turns"]
    (one,) = stages.parsed("pick top --by=a --lowest --order score", ["pick"])
    assert one.given == {"by": "a", "lowest": True, "order": "score"}


def test_a_folder_is_of_one_run(place, sel, tmp_path):
    from sel.streams import parts

    fd, _ = parts.locked(tmp_path / "tournament", "it", again=True)
    with pytest.raises(SelError, match="another run"):
        play(place, "random", work=tmp_path)
    os.close(fd)


def test_the_terminal_has_a_table_for_each_size(played, capsys):
    from sel.report import drawing

    drawing("tournament")(played)
    shown = capsys.readouterr().out
    assert "25%" in shown and "ifd failed: score ifd needs model" in shown
    assert " ".join(shown.split()).endswith(played[-1]["verdict"])


def test_the_page_says_what_was_learnt_from(tmp_path):
    """A choice of short records has fewer bytes than the random ones beside it."""
    row = {"method": "random", "size": "5%", "seeds": 3, "bits_per_byte": 2.8}
    last = {"verdict": "", "figure": "bits_per_byte", "judge": "utility", "pool": 9}
    row |= {"records": 161.0, "cpu_seconds": 0.1, "bytes": 257958.9}
    report.write(str(tmp_path / "page.html"), [row, last], "sel", 0)
    html = (tmp_path / "page.html").read_text()
    assert ">161 of 257,959 bytes<" in html
    assert "the mean of 3 rounds" in html


def test_the_page(place, played):
    html = (place / "page.html").read_text()
    assert played[-1]["verdict"] in html and "script-src 'none'" in html
    assert f"the mean of {played[0]['seeds']} rounds" in html
    if not CHROMIUM:
        pytest.skip("the page is not opened: install chromium (apt install chromium)")
    with sync_playwright() as playwright:
        args = ["--disable-dev-shm-usage", *["--no-sandbox"] * (os.getuid() == 0)]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        said = []
        for width in (1200, 400):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.on("console", lambda message: said.append(message.text))
            page.goto(f"file://{place}/page.html")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.locator("svg").count() == 3  # as many as are compared
        browser.close()
    assert said == []
