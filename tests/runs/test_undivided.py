"""What cannot be divided says why, in one place, and the page says the same."""

from pathlib import Path

import pytest

from sel import catalog
from sel.cli.app import _ended
from sel.errors import UsageError
from sel.library.requests import Prepared
from sel.options.splitting import Splitting
from sel.runs import shapes
from sel.runs.shards.undivided import FLAGS, REASONS

PAGE = Path(__file__).parent.parent.parent / "docs" / "distributed.md"
METHODS = [m for command in catalog.COMMANDS for m in catalog.methods(command)]
UNDIVIDED = [name for one in REASONS for name in one.methods]


def has_shards(method):
    return any(issubclass(one, Splitting) for one in shapes.shape(method).takes)


def test_every_method_has_shards_or_says_why_not():
    assert len(set(UNDIVIDED)) == len(UNDIVIDED)
    lacking = {f"{m.command} {m.name}" for m in METHODS if not has_shards(m)}
    assert lacking == set(UNDIVIDED)


@pytest.mark.parametrize("name", UNDIVIDED)
def test_it_is_said_in_one_line(name, capsys):
    (one,) = [one for one in REASONS if name in one.methods]
    for flag in FLAGS[:2]:
        assert _ended([*name.split(), flag, "1/2", "x.jsonl"]) == 2
        said = f"{flag} has no form for {name}: {one.why}. Try: {one.instead}\n"
        assert capsys.readouterr().err == f"sel {name}: {said}"


def test_a_caller_in_python_is_told_the_same():
    with pytest.raises(UsageError, match="shard has no form for diversify kcenter"):
        Prepared("diversify", "kcenter", [], {"shard": "1/2"})
    with pytest.raises(UsageError, match="has no option 'shards'"):
        Prepared("diversify", "kcenter", [], {"shards": "1/2"})


def test_shards_that_need_not_meet_say_so(capsys):
    assert _ended(["score", "length", "--rounds", "x", "a.jsonl"]) == 2
    assert "the shards of score length need not meet" in capsys.readouterr().err
    assert _ended(["score", "length", "--round", "x", "a.jsonl"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_the_page_has_the_table():
    rows = [
        f"| {', '.join(f'`{n}`' for n in o.methods)} | {o.why} | {o.instead} |\n"
        for o in REASONS
    ]
    head = "| methods | why | instead |\n| --- | --- | --- |\n"
    assert head + "".join(rows) in PAGE.read_text()
