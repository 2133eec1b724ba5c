"""Rules every method keeps; a new one is checked by being there."""

import inspect
import re
from pathlib import Path

import pytest

from sel import catalog
from sel.cli import help as pages

SHAPES = {
    "embed": ({"embed"},),
    "score": (
        {"score"},
        {"mask", "score"},
        {"finish", "score"},
        {"fit", "score"},
        {"collect", "fit", "score"},
        {"collect", "enough", "fit", "score"},
    ),
    "index": (
        {"build"},
        {"add"},
        {"remove"},
        {"search"},
        {"graph"},
        {"info"},
        {"codebook"},
    ),
    "pick": ({"rank"}, {"pick"}, {"clean", "pick"}, {"collect", "pick"}),
    "diversify": (
        {"diversify"},
        {"diversify", "memory"},
        {"begin", "collect", "diversify"},
        {"begin", "collect", "remember", "diversify"},
        {"plan", "collect", "diversify"},
    ),
    "eval": (
        {"collect", "measure"},
        {"collect", "measure", "prepare"},
        {"collect", "distances", "measure", "mixtures"},
        {"codes", "measure"},
        {"measure", "thresholds"},
        {"measure", "propose"},
        {"measure"},
    ),
}
TYPES = re.compile(
    r"(int|float|str|bool|Count)( \| None)?|Literal\[.*\]( \| None)?|list\[str\]( \| None)?"
)
HERE = Path(__file__).parent
METHODS = [m for command in catalog.COMMANDS for m in catalog.methods(command)]
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.module)


def functions(method):
    return [
        value
        for name, value in vars(method.load()).items()
        if inspect.isfunction(value)
        and value.__module__ == method.module
        and name[0] != "_"
    ]


@every_method
def test_summary_is_one_short_sentence(method):
    assert method.summary.endswith(".")
    assert len(method.summary) <= 72


@every_method
def test_names_its_source(method):
    assert method.source


@every_method
def test_has_the_functions_of_its_command(method):
    assert {f.__name__ for f in functions(method)} in SHAPES[method.command]


@every_method
def test_options_are_documented_and_of_known_type(method):
    for _, group in pages.sections(method):
        for option in group:
            assert option.help.endswith(".") or option.help.endswith("]"), option.name
            assert TYPES.fullmatch(option.type), option


@every_method
def test_no_option_is_declared_twice(method):
    names = [option.name for _, group in pages.sections(method) for option in group]
    assert len(names) == len(set(names))


@every_method
def test_reading_the_file_agrees_with_importing_it(method):
    imported = {
        p.name: p.default
        for f in functions(method)
        for p in inspect.signature(f).parameters.values()
        if p.kind is p.KEYWORD_ONLY
    }
    read = {
        o.name: inspect.Parameter.empty if o.required else o.default
        for o in method.options
    }
    assert imported == read


@every_method
def test_has_a_test_and_a_page_of_its_own(method):
    assert (HERE / method.command / f"test_{method.name}.py").is_file()
    assert (HERE.parent / "docs" / method.command / f"{method.name}.md").is_file()


@pytest.mark.parametrize("file", sorted((HERE.parent / "sel").rglob("*.py")), ids=str)
def test_no_file_grows_beyond_its_ceiling(file):
    method = file.parent.parent.name == "sel" and file.parent.name in catalog.COMMANDS
    method = method and not file.name.startswith("_")
    assert len(file.read_text().splitlines()) <= (200 if method else 400)
