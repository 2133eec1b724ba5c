"""The `sel` program: from a command line to a command, and from an error to an end.

Only what the command line names is imported; the help of `sel` itself is a file.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import warnings
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel import signals
from sel.engine import memory
from sel.errors import MachineError, SelError, naming
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.catalog import Method

TOP = Path(__file__).with_name("top.txt")


def main() -> None:
    """Run `sel` and end as a Unix tool ends: by an exit code, or by the signal."""
    code = 4
    try:
        _reserve_streams()
        code = _ended(sys.argv[1:])
        sys.stderr.flush()
    except KeyboardInterrupt:
        _die_by(signal.SIGINT)
    except signals.Ended as end:
        _die_by(end.number)
    except BrokenPipeError:
        _die_by(signal.SIGPIPE)
    finally:
        os._exit(code)  # nothing is left to flush; the teardown of libraries is slow


def _ended(argv: list[str]) -> int:
    """Run a command line; the exit status, and in one line what went wrong."""
    _say_nothing_else()
    # The threads of a numpy that is only imported would spin for 30 ms each.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
    try:
        memory.fit()
        signals.heed()
        code = _run(argv)
        _flush()
    except (KeyboardInterrupt, BrokenPipeError, signals.Ended):
        raise
    except BaseException as error:  # noqa: BLE001 (the last resort: also SystemExit)
        if isinstance(error.__cause__, KeyboardInterrupt | signals.Ended):
            raise error.__cause__ from None
        return _failed(argv, error)
    return code


def _failed(argv: list[str], error: BaseException) -> int:
    """Say in one line what went wrong; the exit status."""
    if os.environ.get("SEL_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, SelError):
        _complain(argv, str(error))
        return error.exit_code
    if isinstance(error, OSError):
        _complain(argv, _words(error))
    elif isinstance(error, MemoryError):
        _complain(argv, "out of memory. Try: fewer records, or a higher ulimit -v")
    else:
        _complain(
            argv, f"{type(error).__name__}: {error}. Try: SEL_DEBUG=1 to see more"
        )
    return 4


def _run(argv: list[str]) -> int:
    if argv in ([], ["-h"], ["--help"], ["help"]):
        (_print if argv else sys.stderr.write)(TOP.read_text())
        return 0 if argv else 2
    if argv == ["--version"]:
        _print(f"sel {VERSION}\n")
        return 0
    if argv[0] in ("man", "completion", "demo"):
        from sel.cli import aids

        _print(aids.run(argv))
        return 0
    if argv[0] == "help" or {"-h", "--help"} & set(_options(argv)):
        return _helped([word for word in argv if word not in ("help", "-h", "--help")])
    import gc

    gc.disable()  # imports allocate much and free nothing
    method = _method(argv)
    if method is None:
        return 2
    with method.blamed():
        run = _parsed(method, argv)
        # Typer only reads the command line: it would end the run in its own ways.
        return run() if run else 2


def _parsed(method: Method, argv: list[str]) -> Callable[[], int] | None:
    """What a command line asks for; None where it was said what is wrong with it."""
    import gc

    from typer._click.exceptions import UsageError as Misuse

    from sel.cli import parsing

    try:
        program = build(method)
        gc.freeze()
        # Records come by the thousand, without cycles.
        gc.set_threshold(100_000, 20, 100)
        gc.enable()
        run: Callable[[], int] = program.main(
            parsing.renamed(method, argv), prog_name="sel", standalone_mode=False
        )
    except Misuse as error:
        from sel.runs.shards import undivided

        undivided.refuse(method, getattr(error, "option_name", ""))
        where = error.ctx.command_path if error.ctx else "sel"
        _complain(argv, f"{error.format_message()} Try: {where} --help")
        return None
    return run


def _options(argv: list[str]) -> list[str]:
    """The words before `--`, after which nothing is an option."""
    return argv[: argv.index("--")] if "--" in argv else argv


def _helped(argv: list[str]) -> int:
    """Print the help of what is named."""
    from sel import catalog
    from sel.cli import help as pages

    names = [word for word in argv if word[:1] != "-"]
    if not names:
        _print(TOP.read_text())
    elif len(names) == 1 and names[0] in catalog.COMMANDS:
        _print(pages.overview(names[0], pages.columns()))
    elif (method := _method(names)) is not None:
        _print(pages.page(method, pages.columns()))
    else:
        return 2
    return 0


def _method(argv: list[str]) -> Method | None:
    """The method that a command line names; None where it was said what is missing.

    Raises:
        UsageError: there is no such method.
    """
    from sel import catalog
    from sel.cli import help as pages

    command, name = [*argv, "", ""][:2]
    if command not in catalog.COMMANDS:
        _complain([], f"{_unknown(command)} Try: sel --help")
        return None
    if not name or name[0] == "-":
        sys.stderr.write(pages.overview(command, pages.columns()))
        return None
    return catalog.describe(command, name)


def _unknown(word: str) -> str:
    """What is said of a word that is not a command."""
    from difflib import get_close_matches

    from sel import catalog

    homes = [one for one in catalog.COMMANDS if word in catalog.names(one)]
    if homes:
        return f"No such command {word!r}. Did you mean 'sel {homes[0]} {word}'?"
    near = get_close_matches(word, catalog.COMMANDS, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"No such command {word!r}.{hint}"


def build(method: Method) -> Any:
    """The program of one method, as Typer makes it."""
    import typer

    from sel.cli import parsing

    def make() -> typer.Typer:
        return typer.Typer(
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            add_help_option=False,
        )

    app, group = make(), make()
    group.command(method.name)(parsing.command(method))
    group.callback()(_root)
    app.add_typer(group, name=method.command)
    app.callback()(_root)
    return typer.main.get_command(app)


def _root() -> None:
    """Small tools that choose which data a model should learn from."""


def _complain(argv: list[str], message: str) -> None:
    from sel.cli.console import complain

    complain(" ".join(["sel", *(w for w in argv[:2] if w.isidentifier())]), message)


def _words(error: OSError) -> str:
    """What is said of an error of the system, which may not know of which file."""
    why = error.strerror or str(error) or type(error).__name__
    if isinstance(error.filename, str | bytes):
        return f"{os.fsdecode(error.filename)}: {why}"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return f"{why}. Try: TMPDIR=FOLDER, where there is room" if full else why


def _print(page: str) -> None:
    """Put a page on standard output."""
    if sys.stdout is None:
        msg = "standard output is closed"
        raise MachineError(msg)
    with naming("standard output"):
        sys.stdout.write(page)


def _flush() -> None:
    """Make sure that all is out; a full disk shows here, or at the close."""
    if sys.stdout is not None:
        with naming("standard output"):
            sys.stdout.flush()
            os.close(os.dup(1))


def _reserve_streams() -> None:
    """Never let a data file become descriptor 0, 1 or 2 because it was closed."""
    for fd, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, mode)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def _say_nothing_else() -> None:
    """Leave standard error to the messages of sel, and let any name be written."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not os.environ.get("SEL_DEBUG"):
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda _: None
        threading.excepthook = lambda _: None


def _die_by(number: int) -> None:
    """End by a signal, in silence, so that the shell's loops see it."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
