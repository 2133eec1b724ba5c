"""What helps a user along beside the six commands: man, completion and demo."""

from __future__ import annotations

import sys
from pathlib import Path

from sel.errors import UsageError

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
    aids = {"man": _man, "completion": _completion, "demo": _demo}
    if {"-h", "--help"} & {*rest}:
        return f"Usage: {USAGE[name]}\n\n{aids[name].__doc__}\n"
    return aids[name](*rest)


def usage(name: str) -> UsageError:
    """How an aid is called, as an error."""
    return UsageError(f"Usage: {USAGE[name]}")


def _man(*names: str) -> str:
    """Show a manual page; print it as roff if the output is not a terminal."""
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
    if len(folders) != 1 or folders[0][:1] == "-":
        raise usage("demo")
    from sel import demo

    return demo.write(Path(folders[0]))
