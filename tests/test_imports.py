"""What may not be imported: the budget of the start-up."""

import os
import subprocess
import sys

import pytest

HEAVY = {"numpy", "torch", "pydantic", "rich", "faiss", "ray", "numba", "pandas"}


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "score --help",
        "score dsir --help",
        "diversify facility --help",
        "pick top --help",
        "pick top -k 1 --by s",
        "pick where s>0",
    ],
)
def test_light_commands_import_nothing_heavy(words):
    script = (
        "import sys, os; sys.argv = ['sel', *" + repr(words.split()) + "]\n"
        "os._exit = lambda code: print('LOADED', *sys.modules, file=sys.stderr)\n"
        "from sel.cli.app import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b'{"s":1}\n',
        capture_output=True,
        env=os.environ,
        check=True,
    )
    loaded = done.stderr.decode().partition("LOADED")[2].split()
    assert "sel" in loaded
    assert not HEAVY & set(loaded)


def test_works_from_a_folder_that_cannot_be_written_with_no_home(tmp_path):
    env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    tmp_path.chmod(0o500)
    done = subprocess.run(
        [sys.executable, "-m", "sel", "score", "random"],
        input=b"{}\n",
        capture_output=True,
        cwd=tmp_path,
        env=env,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b'{"random":0.34264024903278745}\n'
    assert not any(tmp_path.iterdir())  # also where permissions hold nobody back
