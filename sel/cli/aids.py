"""What helps a user along beside the six commands: man, completion and demo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parent.parent / "demo"
USAGE = {
    "man": "sel man [COMMAND [METHOD]]",
    "completion": "sel completion bash|zsh|fish",
    "demo": "sel demo DIR",
}


def run(words: list[str]) -> str:
    """Do what the first word says; what is printed.

    Raises:
        UsageError: the words after it make no sense.
    """
    name, *rest = words
    aids: dict[str, Callable[..., str]] = {
        "man": _man,
        "completion": _completion,
        "demo": _demo,
    }
    if {"-h", "--help"} & {*rest}:
        return f"Usage: {USAGE[name]}\n\n{aids[name].__doc__}\n"
    return aids[name](*rest)


def usage(name: str) -> UsageError:
    """How an aid is called, as an error."""
    return UsageError(f"Usage: {USAGE[name]}")


def _man(*names: str) -> str:
    """Show a manual page; where the output is no terminal, print it as roff."""
    from sel import catalog
    from sel.cli import man
    from sel.version import VERSION

    if len(names) > 2 or (names and names[0] not in catalog.COMMANDS):
        raise usage("man")
    if not names:
        page = man.top(Path(__file__).with_name("top.txt").read_text(), VERSION)
    else:
        page = man.page(names[0], VERSION, names[1:])
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    return "" if on_terminal and _shown(page) else page


def _shown(page: str) -> bool:
    """Hand a page to the system's own reader of manuals, if there is one."""
    import shutil
    import subprocess

    reader = shutil.which("man")
    if reader is None:
        return False
    command = [reader, "-l", "-"]
    done = subprocess.run(command, input=page.encode(), check=False)  # noqa: S603 (man)
    return done.returncode == 0


def _completion(*shells: str) -> str:
    """Print the completions of a shell, to be put where it looks for them."""
    from sel.cli import completion

    known = {"bash": completion.bash, "zsh": completion.zsh, "fish": completion.fish}
    if len(shells) != 1 or shells[0] not in known:
        raise usage("completion")
    return known[shells[0]]()


def _demo(*folders: str) -> str:
    """Fill a new folder with real documents, on which README's commands run."""
    import gzip
    import shutil

    import zstandard

    if len(folders) != 1 or folders[0][:1] == "-":
        raise usage("demo")
    folder = Path(folders[0])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} is there already, and not an empty folder"
        raise UsageError(msg)
    (folder / "dump").mkdir(parents=True)
    pool = _plain(DATA / "pool.jsonl.zst")
    shutil.copy(DATA / "pool.jsonl.zst", folder)
    shutil.copy(DATA / "NOTICE.md", folder)
    (folder / "wiki.jsonl").write_bytes(_plain(DATA / "wiki.jsonl.zst"))
    (folder / "tonight.jsonl.gz").write_bytes(gzip.compress(pool, mtime=0))
    lines = pool.splitlines(keepends=True)
    for i, half in enumerate((lines[:1500], lines[1500:])):
        (folder / f"dump/{i}.jsonl.zst").write_bytes(zstandard.compress(b"".join(half)))
    return (
        f"{folder}: 3,207 documents of 12 kinds, and 240 to be like.\n\nTry:\n"
        f"  cd {folder}\n"
        "  sel score dsir --target wiki.jsonl pool.jsonl.zst |"
        " sel pick sample -k 150 --by dsir --seed 1 > chosen.jsonl\n"
        "  sel eval match --target wiki.jsonl --pool pool.jsonl.zst chosen.jsonl\n"
    )


def _plain(path: Path) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
