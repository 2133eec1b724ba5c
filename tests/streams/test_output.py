"""Files appear whole or not at all, and a run that died can be gone on with."""

import os
import stat
import subprocess

import pytest

from sel.errors import MachineError
from sel.streams.output import AtomicFile
from tests.harness import PATIENCE


def test_the_old_file_stays_until_the_end(tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    path.chmod(0o640)
    file = AtomicFile(path)
    file.start(0)
    file.write(b"new")
    assert path.read_bytes() == b"old"

    file.commit()

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["out"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"")
    (tmp_path / "link").symlink_to("real")
    file = AtomicFile(tmp_path / "link")
    file.start(0)
    file.write(b"x")
    file.commit()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x"


def test_a_second_writer_is_refused(tmp_path):
    first = AtomicFile(tmp_path / "out")
    with pytest.raises(MachineError, match="another run"):
        AtomicFile(tmp_path / "out")
    first.abort()
    AtomicFile(tmp_path / "out").abort()
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["out", "out.zst"])
@pytest.mark.parametrize("damage", ["", "more", "less", "other key"])
def test_goes_on_from_the_last_safe_point(tmp_path, name, damage):
    path = tmp_path / name
    file = AtomicFile(path, "key")
    file.start(0)
    file.write(b"one")
    file.checkpoint(1, {"kept": 1})
    file.write(b"two")
    file.abort()
    (part,) = tmp_path.glob(f".{name}.*.sel-part")
    if damage == "more":
        part.write_bytes(part.read_bytes() + b"junk")
    if damage == "less":
        part.write_bytes(part.read_bytes()[: -len(b"two") - 1])

    again = AtomicFile(path, "key 2" if damage == "other key" else "key")
    points = again.points()

    if damage in ("", "more"):
        assert again.start(1).counts == {"kept": 1}
        assert list(points) == [1]
    else:
        assert not points
    again.abort(keep=False)
    assert not os.listdir(tmp_path)


def test_what_is_no_file_is_written_to(sel, tmp_path):
    """As root, a rename would put a file in the place of /dev/null."""
    os.mkfifo(tmp_path / "pipe")
    for command, stdin in (
        ("score length -o pipe", [{"text": "a"}]),
        ("pick random -k 1 -o pipe", [{"text": "a"}]),
        ("embed ngrams --dim 8 -o pipe", [{"text": "a"}]),
    ):
        reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
        sel(command, stdin)
        out, _ = reader.communicate(timeout=PATIENCE)
        assert out == sel(command.removesuffix(" -o pipe"), stdin).out
        assert os.listdir(tmp_path) == ["pipe"]


def test_the_null_device_stays(sel):
    for command in ("score length", "pick random -k 1", "embed ngrams --dim 8"):
        sel(f"{command} -o /dev/null", [{"text": "a"}])
        assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
        assert not [one for one in os.listdir("/dev") if ".sel-" in one]
        assert not os.path.exists("/dev/null.json")
