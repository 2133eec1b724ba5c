"""The shape of the house: what there is only one of."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from sel import catalog
from sel.options.declare import every
from sel.runs import shapes

SEL = Path(__file__).parent.parent / "sel"
FILES = sorted(SEL.rglob("*.py"))
METHODS = [m for command in catalog.COMMANDS for m in catalog.methods(command)]


def having(pattern):
    return {str(f.relative_to(SEL)) for f in FILES if re.search(pattern, f.read_text())}


def test_blocks_are_read_in_one_place():
    assert having(r"in .*\.blocks\(\)|in .*watched\(") == {"records/passes.py"}


def test_there_is_one_ledger():
    assert having(r"^class \w*Ledger\b|^class Rejects") == set()
    assert having(r"(?m)^class Ledger\b") == {"records/ledger.py"}
    assert having(r"(?m)^LAW = ") == {"records/ledger.py"}


def test_groups_of_options_have_no_strings_for_keys():
    assert having(r"(request|call)\.groups\[|request\[[\"']") == set()


def test_json_is_written_in_one_place():
    """Elsewhere a deep record, a long integer or the name of a file could not be."""
    written = having(r"(orjson|msgspec\.json)\.(dumps|encode)\(")
    lines_of_other_kinds = {"streams/columns.py", "library/sources.py"}
    assert written - lines_of_other_kinds == {"streams/json.py"}


def test_what_a_terminal_obeys_is_escaped_in_one_place():
    assert having(r"isprintable") == {"errors.py"}


def test_no_function_only_lets_its_parameter_go():
    assert having(r"(?m)^    del method\n(?!    \S)") == set()


def test_the_command_line_is_thin():
    lines = sum(len(f.read_text().splitlines()) for f in (SEL / "cli").glob("*.py"))
    assert lines <= 1000


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.module)
def test_every_option_has_words_and_a_value(method):
    for option in every(method, shapes.shape(method).takes):
        assert option.help
        assert option.kind == "bool" or option.value


def test_models_and_arrays_are_loaded_in_one_place():
    doors = r"from_pretrained\(|SentenceTransformer\(|torch\.load\(|\.from_file\("
    assert having(doors) == {"models/loading.py"}
    assert having(r"fasttext\.load_model\(") == set()
    assert having(r"\bnp\.load\(") == {"models/static.py"}
    assert having(r"np\.lib\.format") == set()
    assert having(r"ast\.literal_eval\(.*\.decode") == {"streams/arrays.py"}
    assert having(r"zipfile\.ZipFile\(") == {"streams/state.py"}
    assert having(r"pickle\.loads?\(") == {"engine/channel.py"}


NAMES = [".".join(f.relative_to(SEL.parent).with_suffix("").parts) for f in FILES]
MODULES = {name.removesuffix(".__init__"): f for name, f in zip(NAMES, FILES)}


def imported(statements):
    """What imports among statements bind: names, and modules of sel."""
    for node in statements:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("sel."):
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield one.asname or one.name, whole if whole in MODULES else node.module


def test_modules_may_be_imported_in_any_order():
    """So a run in which others are there already proves as much as one by itself."""
    graph = {}
    for module, file in MODULES.items():
        tree = ast.parse(file.read_text())
        graph[module] = {whole for _, whole in imported(tree.body)} - {module}
        bound = dict(imported(ast.walk(tree)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = f"{bound.get(node.value.id)}.{node.attr}"
                assert used not in MODULES, f"{module}:{node.lineno}"
    order = [*TopologicalSorter(graph).static_order()]  # raises where there is a cycle
    assert set(order) == set(MODULES)
