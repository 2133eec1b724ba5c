"""The `sel` program: from a command line to a command, and from an error to an end.

Only what the command line names is imported; the help of `sel` itself is a file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel import __version__

if TYPE_CHECKING:
    import typer

TOP = Path(__file__).with_name("top.txt")


def main() -> None:
    """Run `sel` and end as a Unix tool ends: by an exit code, or by the signal."""
    argv = sys.argv[1:]
    _reserve_streams()
    # The threads of a numpy that is only imported would spin for 30 ms each.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
    try:
        code = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
            os.close(os.dup(1))
    except KeyboardInterrupt:
        _die_by(2)
    except BrokenPipeError:
        _die_by(13)
    except Exception as error:  # noqa: BLE001 (the last resort)
        code = _failed(argv, error)
    try:
        sys.stderr.flush()
    finally:
        os._exit(code)  # nothing is left to flush; the teardown of libraries is slow


def _failed(argv: list[str], error: Exception) -> int:
    """Say in one line what went wrong; the exit status."""
    from sel.errors import SelError

    if os.environ.get("SEL_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, SelError):
        _complain(argv, str(error))
        return error.exit_code
    if isinstance(error, OSError):
        _complain(argv, _words(error))
    elif isinstance(error, MemoryError):
        _complain(argv, "out of memory. Try: --jobs 1, or a smaller -k")
    else:
        _complain(
            argv, f"{type(error).__name__}: {error}. Try: SEL_DEBUG=1 to see more"
        )
    return 4


def _run(argv: list[str]) -> int:
    if argv in ([], ["-h"], ["--help"], ["help"]):
        (sys.stdout if argv else sys.stderr).write(TOP.read_text())
        return 0 if argv else 2
    if argv == ["--version"]:
        sys.stdout.write(f"sel {__version__}\n")
        return 0
    if argv[0] == "help":
        argv = [*argv[1:], "--help"]
    import gc

    gc.disable()  # imports allocate much and free nothing
    import typer
    from typer._click.exceptions import NoArgsIsHelpError
    from typer._click.exceptions import UsageError as Misuse

    try:
        app, argv = build(argv)
        gc.freeze()
        # Records come by the thousand, without cycles.
        gc.set_threshold(100_000, 20, 100)
        gc.enable()
        run = typer.main.get_command(app).main(
            argv, prog_name="sel", standalone_mode=False
        )
    except NoArgsIsHelpError as error:
        sys.stderr.write(f"{error.format_message()}\n")
        return 2
    except Misuse as error:
        where = error.ctx.command_path if error.ctx else "sel"
        _complain(argv, f"{error.format_message()} Try: {where} --help")
        return 2
    # Typer only reads the command line: it would end the run in its own ways.
    return run() if callable(run) else 0


def build(argv: list[str]) -> tuple[typer.Typer, list[str]]:
    """The Typer program, as far as a command line needs it, and that command line."""
    import typer

    from sel import catalog

    def make(**settings: Any) -> typer.Typer:
        return typer.Typer(
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
            **settings,
        )

    app = make(no_args_is_help=True)
    words = [*argv, "", ""]
    known = catalog.commands()
    for command in [words[0]] if words[0] in known else known:
        group = make(no_args_is_help=True)
        if command == words[0]:
            argv = _methods(group, command, argv)
        app.add_typer(group, name=command, help=catalog.summary(command))
    app.callback()(_root)
    return app, argv


def _root() -> None:
    """Small tools that choose which data a model should learn from."""


def _methods(group: typer.Typer, command: str, argv: list[str]) -> list[str]:
    """Add the method of a command that is asked for; else all, without options.

    Returns:
        The command line, with the new names of options that had another one.
    """
    from sel import catalog
    from sel.cli import help as pages
    from sel.cli import parsing

    group.callback()(_root)
    name = argv[1] if len(argv) > 1 else ""
    if not name or name[0] == "-":
        for method in catalog.methods(command):
            group.command(method.name, help=method.summary)(_root)
        return argv
    method = catalog.describe(command, name)
    group.command(name, help=method.summary, cls=pages.page_of(method))(
        parsing.command(method)
    )
    return parsing.renamed(method, argv)


def _complain(argv: list[str], message: str) -> None:
    from sel.cli.console import complain

    complain(" ".join(["sel", *(w for w in argv[:2] if w.isidentifier())]), message)


def _words(error: OSError) -> str:
    place = os.fsdecode(error.filename) if error.filename else "standard output"
    return f"{place}: {error.strerror or error}"


def _reserve_streams() -> None:
    """Never let a data file become descriptor 0, 1 or 2 because it was closed."""
    for fd, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, mode)


def _die_by(number: int) -> None:
    """End by a signal, in silence, so that the shell's loops see it."""
    import signal

    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
