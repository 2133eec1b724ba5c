"""Which methods exist, read from their files without running them.

A method is a file `sel/COMMAND/METHOD.py`: its docstring is its help, and the
keyword-only parameters of its functions are its options. Those that methods share are
declared in `sel/options`.
"""

from __future__ import annotations

import ast
import importlib
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from sel.errors import MachineError, SelError, UsageError
from sel.options.declare import Option
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

COMMANDS = ("embed", "score", "index", "pick", "diversify", "eval")
ENTRY_POINTS = "sel.methods"
HOME = Path(__file__).parent


@value
class Method:
    """What a method's file says about itself."""

    command: str
    name: str
    module: str
    doc: str
    functions: tuple[str, ...]
    inputs: tuple[str, ...]
    options: tuple[Option, ...]
    needs: tuple[str, ...] = ()
    """Optional packages, by the names that sel.extras has."""

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return self.doc.partition("\n")[0]

    @property
    def source(self) -> str:
        """Where the method comes from."""
        return " ".join(self.doc.partition("Source:")[2].split())

    def split(self, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Sort option values by the function that takes them."""
        sorted_: dict[str, dict[str, Any]] = {name: {} for name in self.functions}
        for option in self.options:
            sorted_[option.owner][option.name] = values[option.name]
        return sorted_

    def load(self) -> ModuleType:
        """Import the method's module.

        Raises:
            MachineError: it is that of a plugin, and cannot be imported.
        """
        try:
            return importlib.import_module(self.module)
        except (Exception, SystemExit) as error:
            if self.module.startswith("sel."):
                raise
            raise _broken(self.command, self.name, error) from error

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Name a plugin where nobody foresaw an error."""
        try:
            yield
        except (SelError, OSError, MemoryError, KeyboardInterrupt):
            raise
        except BaseException as error:
            if self.module.startswith("sel."):
                raise
            raise _broken(self.command, self.name, error) from error


def names(command: str) -> list[str]:
    """Names of the built-in methods of a command, sorted."""
    files = (HOME / command).glob("[a-z]*.py")
    return sorted(path.stem for path in files)


def commands() -> list[str]:
    """The commands that have a method."""
    return [command for command in COMMANDS if names(command)]


def methods(command: str, *, plugins: bool = False) -> Iterator[Method]:
    """Every method of a command, those of plugins too if they are asked for.

    Of a plugin that cannot be read, the summary says so.
    """
    known = names(command)
    yield from (describe(command, name) for name in known)
    if plugins:
        for name in sorted(set(_entries(command)) - set(known)):
            try:
                yield describe(command, name)
            except MachineError as error:
                yield Method(command, name, "", str(error), (), (), ())


def summary(command: str) -> str:
    """What a command does, in one sentence."""
    tree = ast.parse((HOME / command / "__init__.py").read_text())
    return _said(tree)


def describe(command: str, name: str) -> Method:
    """Read one method's file; fall back on plugins; else say what there is."""
    if name in names(command):
        path, module = HOME / command / f"{name}.py", f"sel.{command}.{name}"
    else:
        path, module = _plugin(command, name)
    try:
        return parse(command, name, module, path.read_text())
    except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
        raise _broken(command, name, error) from None


@cache
def parse(command: str, name: str, module: str, code: str) -> Method:
    """Turn the source of a file into the description of a method."""
    tree = ast.parse(code)
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_"
    ]
    inputs: dict[str, None] = {}
    options: list[Option] = []
    for function in public:
        inputs |= dict.fromkeys(arg.arg for arg in function.args.args)
        options += _options(function)
    doc = _said(tree)
    functions = tuple(function.name for function in public)
    taken = tuple(inputs), tuple(options)
    return Method(command, name, module, doc, functions, *taken, _needs(tree))


def _said(node: ast.Module | ast.FunctionDef) -> str:
    """A docstring, without its indentation (for which `ast` would import `inspect`)."""
    first, _, rest = (ast.get_docstring(node, clean=False) or "").partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def _needs(tree: ast.Module) -> tuple[str, ...]:
    """The optional packages of NEEDS, where a file says that it has any."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS":
            return tuple(ast.literal_eval(node.value))
    return ()


def _options(function: ast.FunctionDef) -> Iterator[Option]:
    said = _arguments(_said(function))
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    for arg, default in pairs:
        yield Option(
            arg.arg,
            function.name,
            ast.unparse(arg.annotation).replace("'", '"') if arg.annotation else "str",
            ast.literal_eval(default) if default else None,
            default is None,
            said.get(arg.arg, ""),
        )


def _arguments(doc: str) -> dict[str, str]:
    """The `Args:` section of a docstring: what it says of each parameter."""
    said: dict[str, str] = {}
    last = ""
    _, _, section = doc.partition("Args:\n")
    for line in section.split("\n\n")[0].splitlines():
        name, colon, text = line.strip().partition(": ")
        if colon and name.isidentifier() and not line.startswith(" " * 8):
            said[last := name] = text
        elif last:
            said[last] += " " + line.strip()
    return said


def _entries(command: str) -> dict[str, Any]:
    """The entry points of plugins, by the names of their methods."""
    from importlib.metadata import entry_points

    start = f"{command}."
    return {
        entry.name.removeprefix(start): entry
        for entry in entry_points(group=ENTRY_POINTS)
        if entry.name.startswith(start)
    }


def _plugin(command: str, name: str) -> tuple[Path, str]:
    entries = _entries(command)
    if name in entries:
        from importlib.util import find_spec

        try:
            spec = find_spec(entries[name].value)
            assert spec and spec.origin, "there is no such module"
        except Exception as error:  # noqa: BLE001 (whatever it is, it is not ours)
            raise _broken(command, name, error) from None
        return Path(spec.origin), entries[name].value
    from difflib import get_close_matches

    known = sorted([*names(command), *entries])
    near = get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(known)}."
    msg = f"no {command} method is called {name!r}.{hint}"
    raise UsageError(msg)


def _broken(command: str, name: str, error: BaseException) -> MachineError:
    kind = type(error).__name__
    msg = f"the plugin {command}.{name} is broken: {kind}: {error}"
    return MachineError(f"{msg}. Try: SEL_DEBUG=1 to see more")
