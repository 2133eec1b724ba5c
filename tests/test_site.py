"""The site, as `make site` builds it, in a browser."""

import os
import re
import subprocess
import sys
import threading
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag

import pytest

from sel import catalog
from tests.conftest import HERE

ROOT = HERE.parent
WIDTHS = [1280, 390]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages."""
    out = tmp_path_factory.mktemp("site")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    build = ["mkdocs", "build", "-q", "--strict", "-f", out / "mkdocs.yml"]
    for words in ([ROOT / "site/pages.py", out], ["-m", *build]):
        done = subprocess.run(
            [sys.executable, *words], env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def address(site):
    """Where the pages are served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def page(browser, request):
    """A page that keeps what it asks for and what goes wrong."""
    width, scheme = request.param
    view = {"width": width, "height": 850}
    page = browser.new_page(viewport=view, color_scheme=scheme)
    page.asked, page.wrong = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    yield page
    page.close()


def test_no_link_is_dead_and_none_leaves_what_is_built(site):
    anchors, links = {}, []
    for path in site.rglob("*.html"):
        if path.name == "404.html":
            continue
        text = path.read_text()
        anchors[path] = set(map(unescape, re.findall(r'\sid="([^"]*)"', text)))
        links += [
            (path, link) for link in re.findall(r'\s(?:href|src)="([^"]+)"', text)
        ]
    assert len(anchors) > 100
    for path, link in links:
        target, fragment = urldefrag(unquote(unescape(link)))
        if re.match(r"https?:|mailto:", target):
            continue
        there = (path.parent / target).resolve() if target else path
        there = there / "index.html" if there.is_dir() else there
        assert there.exists(), (path, link)
        if fragment and there in anchors:
            assert fragment in anchors[there] | {"__consent"}, (path, link)


def test_a_page_for_each_method_with_its_options(site):
    for command in catalog.commands():
        for name in catalog.names(command):
            text = (site / command / f"{name}.html").read_text()
            assert 'id="options"' in text, name
    assert "--threshold" in (site / "pick/top.html").read_text()


def test_functions_recipes_and_examples_are_there(site):
    api = (site / "api.html").read_text()
    for name in ("score", "pick", "Records.write", "SelError"):
        assert f"{name}</" in api or f".{name}" in api
    assert "arXiv:2503.01807" in (site / "recipes/rds.sh.html").read_text()
    assert (site / "examples/slurm.sh.html").exists()
    evidence = (site / "evidence.html").read_text()
    assert evidence.count("<svg viewBox") > 10
    assert evidence.count("right of the dotted line is better") == 1
    assert (
        evidence.count("not better or worse") == 2
    )  # below its plot, and in its table


@pytest.mark.parametrize(
    "page", [(width, "light") for width in WIDTHS] + [(1280, "dark")], indirect=True
)
def test_it_fits_and_stays_at_home(page, address):
    for name in ("index.html", "score/dsir.html", "api.html", "evidence.html"):
        page.goto(address + name)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == page.viewport_size["width"], name
    assert all(url.startswith(address) for url in page.asked), page.asked
    assert not page.wrong


@pytest.mark.parametrize("page", [(1280, "light"), (1280, "dark")], indirect=True)
def test_dark_and_light(page, address):
    page.goto(address + "index.html")
    dark = "document.body.dataset.mdColorScheme"
    first = page.evaluate(dark)
    page.click("label.md-header__button:visible[title]")
    assert {first, page.evaluate(dark)} == {"default", "slate"}


@pytest.mark.parametrize("page", [(1280, "light")], indirect=True)
def test_the_search_finds_a_method(page, address):
    page.goto(address + "index.html")
    found = page.locator(".md-search-result__link").first
    for wait in range(500, 40_000, 500):  # what is typed too early is lost
        page.fill("input.md-search__input", "")
        page.type("input.md-search__input", "importance weights")
        page.wait_for_timeout(wait)
        if found.is_visible():
            break
    assert "score/dsir.html" in found.get_attribute("href")
