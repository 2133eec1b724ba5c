"""Runs `sel` as a user does: a process of its own, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which

import orjson
import pytest
import zstandard
from playwright.sync_api import sync_playwright

from tests.harness import PATIENCE, warm

HERE = Path(__file__).parent
# Whoever starts the tests in the background has Ctrl-C ignored by all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A test for each core: with a thread for each core as well they wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Who forbids bytecode has each of thousands of processes compile all of sel again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
DATA = HERE / "data"
GOLDEN = HERE / "golden"
RECORDED = "SEL_CORPUS" in os.environ  # what it gives is written down: tests/corpus
SET = re.compile(
    "KMP_|PYTEST_|HF_HUB_DISABLE_|TRANSFORMERS_VERB|TOKENIZERS_PARALLEL|TORCHINDUCTOR_"
)
ENV = {}
"""The environment that each test begins with."""
SEL = [sys.executable, "-m", "tests.corpus.call" if RECORDED else "sel"]


class Run:
    """What a finished process left."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode()

    @property
    def records(self):
        lines = self.out.split(b"\n")[:-1] if self.code == 0 else []
        return [orjson.loads(line) for line in lines]


def pytest_configure(config):
    if "SEL_WARM" not in os.environ and not RECORDED:
        config.warm = warm.Warm()
        os.environ["SEL_WARM"] = config.warm.folder


def pytest_collection_finish():
    ENV.update(apart(os.environ), PYTHONPATH=str(HERE.parent))


def pytest_unconfigure(config):
    if hasattr(config, "warm"):
        config.warm.end()
        del os.environ["SEL_WARM"]


@pytest.fixture(autouse=True)
def _same_environment():
    """What a library puts there when a test imports it is gone after that test."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def apart(env):
    """An environment without what libraries put there when they are imported."""
    return {name: value for name, value in env.items() if not SET.match(name)}


def ran(words, stdin, folder, **more):
    """What a run of `sel`, or of a script, leaves, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    if apart(env) == ENV and not (more or RECORDED):
        return warm.ran(words, stdin, folder, env)
    script = "".join(words[:1]).endswith(".py")
    return subprocess.run(
        [*([sys.executable] if script else SEL), *words],
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=env,
        check=False,
        timeout=PATIENCE,
        **more,
    )


@pytest.fixture
def sel(tmp_path):
    """`sel("pick top -k 1 --by s", stdin)` runs in the test's folder."""

    def run(command, stdin=b"", code=0, **more):
        words = command.split() if isinstance(command, str) else command
        if isinstance(stdin, list):
            stdin = lines(stdin)
        run = Run(ran([*map(str, words)], stdin, tmp_path, **more))
        assert "Traceback" not in run.err, run.err
        assert run.code == code, run.err
        return run

    return run


@pytest.fixture(scope="module")
def browser():
    """Chromium, to open pages in."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if not (found := next(filter(None, map(which, names)), None)):
        pytest.skip("the page is not opened: install chromium (apt install chromium)")
    args = ["--disable-dev-shm-usage"]  # which may be small in a container
    args += ["--no-sandbox"] * (os.getuid() == 0)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=args)
        yield chromium
        chromium.close()


def lines(records):
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def texts(path):
    data = Path(path).read_bytes()
    if str(path).endswith(".zst"):
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [orjson.loads(line)["text"] for line in data.splitlines()]
