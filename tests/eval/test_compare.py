"""Selections side by side: by hand, and as the measures say that are taken alone."""

from html.parser import HTMLParser
from math import sqrt
from statistics import fmean, stdev

import numpy as np
import orjson
import pytest
import zstandard

from sel.eval import compare
from tests.conftest import DATA, lines

HOSTILE = (
    "</script><script>parent.hit=1</script><img src=x onerror=parent.hit=1>"
    " <!--\u2028 &lt; '\" =HYPERLINK(1)"
)


def raw(name):
    packed = (DATA / name).read_bytes()
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed).splitlines()


@pytest.fixture
def place(tmp_path):
    """A pool of 600 records with vectors and scores, and selections of it."""
    pool = raw("pool.jsonl.zst")[::5][:600]
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(600, 8)).astype("f4")
    np.save(tmp_path / "pool.npy", vectors)
    records = [
        {
            **orjson.loads(line),
            "_row": i,
            "quality": float(vectors[i, 0]),
            "class": i % 3,
        }
        for i, line in enumerate(pool)
    ]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    wiki = [orjson.loads(line) for line in raw("wiki.jsonl.zst")[:40]]
    (tmp_path / "wiki.jsonl").write_bytes(
        lines([{**record, "domain": "wikipedia"} for record in wiki])
    )
    for name, rows in (
        ("a", range(0, 300, 3)),
        ("b", range(100)),
        ("c", range(500, 600)),
    ):
        (tmp_path / f"{name}.jsonl").write_bytes(lines([records[i] for i in rows]))
    return tmp_path


def test_by_hand():
    rows = [np.array([0, 1, 2, 3]), np.array([2, 3, 4, 5])]
    ours = {"a": [{"m": 5.0}], "b": [{"m": 1.0}]}
    luck = [{"m": 1.0}, {"m": 2.0}, {"m": 6.0}]
    a, b, pair = compare.measure(
        {"a": rows[:1], "b": rows[1:]}, ours, {"a": luck, "b": luck}, 10
    )
    assert a["selection"] == "a" and a["records"] == 4 and a["m"] == 5
    assert a["m_random"] == 3
    wide = 4.302653 * stdev([1, 2, 6]) * sqrt(1 + 1 / 3)
    assert (a["m_low"], a["m_high"]) == pytest.approx((3 - wide, 3 + wide))
    assert b["m"] == 1
    assert pair == {
        "selection": "a",
        "against": "b",
        "shared": 2,
        "shared_by_chance": pytest.approx(1.6),
        "jaccard": pytest.approx(2 / 6),
    }


def test_seeds_are_paired():
    rows = [np.arange(4)] * 3
    a, b = (
        [{"m": x, "n": None} for x in xs] for xs in ((3.0, 5.0, 9.0), (1.0, 4.0, 6.0))
    )
    luck = [{"m": 0.0, "n": None}, {"m": 2.0, "n": None}, {"m": 1.0, "n": 1.0}]
    *_, first, second, pair = compare.measure(
        {"a": rows, "b": rows}, {"a": a, "b": b}, {"a": luck, "b": luck}, 9
    )
    apart = [2, 1, 3]
    wide = 4.302653 * stdev(apart) / sqrt(3)
    assert pair["pairs"] == 3 and pair["m"] == fmean(apart)
    assert (pair["m_low"], pair["m_high"]) == pytest.approx((2 - wide, 2 + wide))
    assert "n" not in pair
    assert (first["selection"], first["against"], first["m"]) == ("a", "random", 14 / 3)
    assert second["m"] == pytest.approx((1 + 2 + 5) / 3)
    unlike = compare.measure(
        {"a": rows, "b": rows[:2]}, {"a": a, "b": b[:2]}, {"a": luck, "b": luck}, 9
    )
    assert "pairs" not in unlike[-1]


def test_says_what_the_measures_say_alone(sel, place):
    both = "--vectors pool.npy --target-vectors pool.npy"
    run = sel(
        "eval compare --pool pool.jsonl --target wiki.jsonl --per domain"
        f" --scores quality {both} a.jsonl b=b.jsonl"
    )
    a, b, pair = run.records
    alone = sel(
        f"eval match --pool pool.jsonl --target wiki.jsonl --per domain {both}"
        " a.jsonl b.jsonl"
    ).records
    spread = sel("eval coverage --vectors pool.npy a.jsonl b.jsonl").records
    for ours, match, coverage in zip((a, b), alone, spread, strict=True):
        names = ["kl_reduction", "frechet", "mmd", "domain_tv", "domain_js"]
        for name in names:
            assert ours[name] == pytest.approx(match[name], rel=1e-5, abs=1e-7)
        assert ours["kl_reduction_random"] == pytest.approx(
            match["random_kl_reduction"]
        )
        assert ours["frechet_low"] == pytest.approx(match["frechet_low"], rel=1e-5)
        for name, value in coverage.items():
            if name not in ("selection", "sample", "cells"):
                assert ours[name] == pytest.approx(value, rel=1e-5, abs=1e-6)
    quality = np.load(place / "pool.npy")[:, 0].astype(float)
    assert a["quality"] == pytest.approx(quality[:300:3].mean())
    assert b["selection"] == "b"
    assert (pair["shared"], pair["jaccard"]) == (34, pytest.approx(34 / 166))
    assert pair["shared_by_chance"] == pytest.approx(100 * 100 / 600)


def test_domains_that_only_the_target_has_say_nothing(sel, place):
    target = lines([{"text": "a b", "domain": "elsewhere"}])
    (place / "wiki.jsonl").write_bytes(target)
    command = "eval compare --pool pool.jsonl --per domain a.jsonl"
    (whole,) = sel("eval compare --pool pool.jsonl --per domain pool.jsonl").records
    assert whole["domain_tv"] == 0
    (alone,) = sel(command).records
    (aimed,) = sel(f"{command} --target wiki.jsonl").records
    assert aimed["domain_js"] == alone["domain_js"] > 0


def test_probes_as_alone(sel, place):
    (place / "test.jsonl").write_bytes((place / "c.jsonl").read_bytes())
    np.save(place / "test.npy", np.load(place / "pool.npy"))
    with_test = "--vectors pool.npy --labels class --test test.npy"
    (a, _, _) = sel(
        f"eval compare --pool pool.jsonl {with_test} a.jsonl b.jsonl --seeds 2"
    ).records
    knn, ridge = sel(f"eval probe {with_test} a.jsonl --seeds 0").records
    assert a["knn_accuracy"] == knn["accuracy"]
    assert a["ridge_balanced"] == pytest.approx(ridge["balanced"])
    assert a["knn_accuracy_low"] <= a["knn_accuracy_random"] <= a["knn_accuracy_high"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_are_found_by_their_texts_too(sel, place, jobs):
    command = f"eval compare --pool pool.jsonl --target wiki.jsonl -j {jobs}"
    expected = sel(f"{command} a.jsonl b.jsonl").out
    for name in ("pool", "a", "b"):
        records = [
            {k: v for k, v in orjson.loads(line).items() if k != "_row"}
            for line in (place / f"{name}.jsonl").read_bytes().splitlines()
        ]
        (place / f"{name}.jsonl").write_bytes(lines(records))
    assert sel(f"{command} a.jsonl b.jsonl").out == expected


def test_the_same_text_twice_is_two_records(sel, tmp_path):
    (tmp_path / "pool.jsonl").write_bytes(lines([{"text": t} for t in "aabc"]))
    (tmp_path / "one.jsonl").write_bytes(lines([{"text": "a"}, {"text": "a"}]))
    (tmp_path / "two.jsonl").write_bytes(lines([{"text": "a"}] * 3))
    one = sel("eval compare --pool pool.jsonl one.jsonl").records[0]
    assert (one["records"], one["characters"]) == (2, 1)
    run = sel("eval compare --pool pool.jsonl two.jsonl", code=3)
    assert "two.jsonl:3: the pool has this record 2 times" in run.err


def test_bad_input(sel, place):
    command = "eval compare --pool pool.jsonl"
    other = lines([{"text": "not there"}])
    run = sel(command, other, code=3)
    assert "standard input:1: this record is not in the pool" in run.err
    assert sel(command, b"", code=3).err.count("no records") == 1
    run = sel(f"{command} random=a.jsonl", code=2)
    assert "Try: OTHER=FILE" in run.err
    assert "--seeds" in sel(f"{command} a.jsonl --seeds 0", code=2).err
    assert ".html" in sel(f"{command} a.jsonl --report r.txt", code=2).err
    assert "go together" in sel(f"{command} a.jsonl --labels class", code=2).err
    for option in ("--target-vectors pool.npy", "--labels class --test pool.npy"):
        assert "--vectors FILE.npy" in sel(f"{command} a.jsonl {option}", code=2).err
    run = sel(f"{command} a.jsonl --scores nothing", code=3)
    assert "pool.jsonl:1: field 'nothing' is missing" in run.err
    np.save(place / "few.npy", np.ones((5, 2), "f4"))
    assert "row 599" in sel(f"{command} a.jsonl --vectors few.npy", code=3).err
    (place / "few.jsonl").write_bytes(b"{]\n" + (place / "a.jsonl").read_bytes())
    assert "few.jsonl:1" in sel(f"{command} few.jsonl", code=3).err
    assert len(sel(f"{command} few.jsonl --on-error skip --max-errors 1").records) == 1


# The page


@pytest.fixture
def report(sel, place):
    """A page whose records hold hostile texts, and names that are."""
    pool = [
        orjson.loads(line) for line in (place / "pool.jsonl").read_bytes().splitlines()
    ]
    for record in pool[::2]:
        record["text"] = HOSTILE + record["text"][:300]
        record["domain"] = "<b onclick=x>" + record["domain"]
    (place / "pool.jsonl").write_bytes(lines(pool))
    hostile = place / "<i onload=x>.jsonl"
    hostile.write_bytes(lines(pool[0:300:3]))
    (place / "b.jsonl").write_bytes(lines(pool[:100]))
    command = (
        "eval compare --pool pool.jsonl --target wiki.jsonl --vectors pool.npy --scores"
        " quality --per domain --report out.html"
    )
    run = sel([*command.split(), hostile.name, "b.jsonl"])
    assert len(run.records) == 3
    return place / "out.html"


class Elements(HTMLParser):
    """Counts what a page is made of."""

    def __init__(self):
        super().__init__()
        self.seen = set()
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.seen |= {tag, *(f"{tag}.{name}" for name, _ in attrs)}

    def handle_data(self, data):
        self.words.append(data)


def test_hostile_texts_stay_texts(report):
    page = Elements()
    page.feed(report.read_text())
    assert not {"img", "i", "b", "iframe", "object"} & page.seen
    assert not [
        one for one in page.seen if ".on" in one or one.endswith((".src", ".href"))
    ]
    whole = "".join(page.words)
    assert "<img src=x onerror" in whole and "<i onload=x>.jsonl" in whole
    assert report.stat().st_size < 500_000
    assert report.read_text().count("</script>") == 3


def test_the_page_is_the_same_again(report, sel, place):
    before = report.read_bytes()
    command = (
        "eval compare --pool pool.jsonl --target wiki.jsonl --vectors pool.npy --scores"
        " quality --per domain --report out.html"
    )
    sel([*command.split(), "<i onload=x>.jsonl", "b.jsonl", "-j", "1"])
    assert report.read_bytes() == before


PAINTED = """id => {
  const canvas = document.getElementById(id);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.data.length; i += 4)
    if (data.data[i + 3] > 200) seen.add(data.data.slice(i, i + 3).join());
  return [...seen];
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_browser_draws_it(report, browser, mode, width):
    page = browser.new_page(
        viewport={"width": width, "height": 850},
        color_scheme=mode,
        device_scale_factor=1,
    )
    errors, requests = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_function("Chart.getChart('map') !== undefined")
    colours = {"chart0": 3, "chart1": 3, "chart2": 3, "chart3": 3, "map": 3}
    for name, least in colours.items():
        assert len(page.evaluate(PAINTED, name)) >= least
    # Blue is the first selection; without it nothing blue is drawn.
    blue = "0,114,178"
    assert blue in page.evaluate(PAINTED, "chart0")
    page.get_by_label("<i onload=x>.jsonl").first.uncheck()
    assert blue not in page.evaluate(PAINTED, "chart0")
    assert page.locator("article:visible").count() == 1
    page.get_by_label("<i onload=x>.jsonl").first.check()
    assert blue in page.evaluate(PAINTED, "chart0")
    # The page is as wide as the window; only tables scroll.
    assert page.evaluate("document.documentElement.scrollWidth") == width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[mode]
    assert page.evaluate("window.hit") is None
    assert errors == []
    assert requests == [report.as_uri()]


def test_it_is_filtered_and_used_by_keyboard(report, browser):
    page = browser.new_page(viewport={"width": 1000, "height": 850})
    page.goto(report.as_uri())
    count = "Chart.getChart('map').data.datasets[0].data.length"
    whole = page.evaluate(count)
    page.keyboard.press("Tab")
    for _ in range(4):  # from box to box, to the field
        page.keyboard.press("Tab")
    page.keyboard.type("onerror=parent")
    assert page.locator("#found").text_content().endswith(" points")
    left = page.evaluate(count)
    assert 0 < left < whole
    shown = page.locator("article li:visible")
    assert shown.count() > 0
    assert all("onerror=parent" in text for text in shown.all_text_contents())
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#point").text_content()
    page.keyboard.press("ArrowRight")
    assert "onerror=parent" in first
    assert page.locator("#point").text_content() != first
    page.keyboard.press("ArrowLeft")
    assert page.locator("#point").text_content() == first
    page.locator("#filter").fill("no text has this")
    assert page.evaluate(count) == 0


def test_a_change_of_the_mode_is_followed(report, browser):
    page = browser.new_page(color_scheme="light")
    page.goto(report.as_uri())
    light = page.evaluate(PAINTED, "chart0")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(50)
    grid = f"id => ({PAINTED})(id).includes('48,54,61')"  # its lines
    page.wait_for_function(grid, arg="chart0")
    assert "48,54,61" not in light
