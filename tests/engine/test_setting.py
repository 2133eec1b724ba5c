"""Paths and stores mean to a worker what they mean to the program that was started."""

import os

from sel.engine.setting import here


def test_a_worker_is_where_the_run_was_started(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.chdir(tmp_path)
    found = here()
    assert "hidden" not in repr(found)
    monkeypatch.chdir("/")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "its own")

    found.enter()

    assert os.getcwd() == str(tmp_path)
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "its own"


def test_a_folder_that_is_not_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    os.chdir("gone")
    found = here()
    os.chdir(tmp_path)
    (tmp_path / "gone").rmdir()

    found.enter()

    assert os.getcwd() == "/"
