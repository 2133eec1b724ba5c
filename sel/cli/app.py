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
    code = 4
    try:
        code = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
            os.close(os.dup(1))
    except KeyboardInterrupt:
        _die_by(2)
    except BrokenPipeError:
        _die_by(13)
    except OSError as error:
        _complain(argv, _words(error))
        code = 4
    except MemoryError:
        _complain(argv, "out of memory. Try: --jobs 1, or a smaller -k")
        code = 4
    try:
        sys.stderr.flush()
    finally:
        os._exit(code)  # nothing is left to flush; the teardown of libraries is slow


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

    from sel.errors import SelError

    try:
        app = build(argv)
        gc.freeze()
        gc.set_threshold(
            100_000, 20, 100
        )  # records come by the thousand, without cycles
        gc.enable()
        run = typer.main.get_command(app).main(
            argv, prog_name="sel", standalone_mode=False
        )
        # Typer only reads the command line: it would end the run in its own ways.
        return run() if callable(run) else 0
    except NoArgsIsHelpError as error:
        sys.stderr.write(f"{error.format_message()}\n")
        return 2
    except Misuse as error:
        where = error.ctx.command_path if error.ctx else "sel"
        _complain(argv, f"{error.format_message()} Try: {where} --help")
        return 2
    except SelError as error:
        _complain(argv, str(error))
        return error.exit_code


def build(argv: list[str]) -> typer.Typer:
    """The Typer program, as far as this command line needs it."""
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
            _methods(group, command, words[1])
        app.add_typer(group, name=command, help=catalog.summary(command))
    app.callback()(_root)
    return app


def _root() -> None:
    """Small tools that choose which data a model should learn from."""


def _methods(group: typer.Typer, command: str, name: str) -> None:
    """Add the method of a command that is asked for; else all, without options."""
    from sel import catalog
    from sel.cli import help as pages
    from sel.cli import parsing

    if not name or name[0] == "-":
        for method in catalog.methods(command):
            group.command(method.name, help=method.summary)(_root)
    else:
        method = catalog.describe(command, name)
        group.command(name, help=method.summary, cls=pages.page_of(method))(
            parsing.command(method)
        )
    group.callback()(_root)


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
