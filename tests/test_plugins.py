"""Methods that another package brings by an entry point."""

import os
import subprocess
import sys

import pytest

CODE = '''
"""How rude a text is.

Source: none.
"""


def score(texts, *, word: str = "damn"):
    """The number of rude words.

    Args:
        texts: n texts.
        word: what is counted.
    """
    return [float(text.count(word)) for text in texts]
'''


@pytest.fixture
def place(tmp_path):
    (tmp_path / "rude.py").write_text(CODE)
    (tmp_path / "halved.py").write_text("def score(texts")
    (tmp_path / "failing.py").write_text(
        '"""Fails."""\nimport nothing_like_it\n\n\ndef score(texts): ...\n'
    )
    (tmp_path / "leaving.py").write_text('"""Leaves."""\nimport sys\n\nsys.exit(1)\n')
    (tmp_path / "bare.py").write_text("x = 1\n")
    (tmp_path / "short.py").write_text('"""S."""\ndef score(texts): return []\n')
    (tmp_path / "latin.py").write_bytes(b'"""\xe4"""\n')
    info = tmp_path / "rude-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rude\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[sel.methods]\nscore.rude = rude\npick.gone = gone_away\n"
        "embed.halved = halved\neval.failing = failing\nscore.failing = failing\n"
        "score.leaving = leaving\nscore.bare = bare\nscore.short = short\n"
        "score.latin = latin\nscore.binary = _ctypes\n"
    )

    def run(*words, code=0):
        path = f"{tmp_path}{os.pathsep}{os.getcwd()}"
        done = subprocess.run(
            [sys.executable, "-m", "sel", *words],
            input=b'{"text":"damn it"}\n',
            capture_output=True,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout.decode(), done.stderr.decode()

    return run


def test_a_plugin_is_a_method_like_any_other(place):
    assert place("score", "rude")[0] == '{"text":"damn it","rude":1}\n'
    assert '"rude":0' in place("score", "rude", "--word", "x")[0]
    assert "How rude a text is." in place("score", "rude", "--help")[0]


def test_plugins_are_listed(place):
    listed = place("score", "--help")[0]
    assert "How rude a text is." in listed
    assert "the plugin score.latin is broken" in listed


@pytest.mark.parametrize(
    "words",
    [
        ("pick", "gone"),
        ("embed", "halved"),
        *(("score", name) for name in ("failing", "leaving", "bare", "short")),
        *(("score", name) for name in ("latin", "binary")),
    ],
)
def test_a_broken_plugin_is_named_in_one_line(place, words):
    out, err = place(*words, code=4)
    assert out == ""
    assert err.count("\n") == 1
    assert f"the plugin {'.'.join(words)} is broken" in err
