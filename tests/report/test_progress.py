"""The line on a terminal, where a model works on a block for minutes."""

from sel.report import progress


class Bar:
    task_ids = (0,)

    def __init__(self):
        self.said, self.stopped = [], False

    def update(self, task, **fields):
        self.said.append(fields)

    def refresh(self):
        pass

    def stop(self):
        self.stopped = True


class Stream:
    size, stored, bytes = 100, 50, 50


class Block:
    row = 7


def test_tokens_are_shown_before_a_block_ends(monkeypatch):
    bar, tokens = Bar(), progress.Tokens()
    monkeypatch.setattr(progress, "PATIENCE", -1)
    monkeypatch.setattr(progress, "OFTEN", -1)
    monkeypatch.setattr(progress, "TOKENS", tokens)
    monkeypatch.setattr(progress, "_bar", lambda label, size, read: bar)
    for _ in progress._shown(iter([Block]), Stream, "scoring"):
        assert not bar.said
        tokens.heard(30)
        tokens.heard(12)
        assert [one["rows"] for one in bar.said] == [0, 0]
    assert bar.said[-1]["completed"] == 50
    assert bar.said[-1]["rows"] == 7
    assert all(one["rate"].endswith(" tokens/s") for one in bar.said)
    assert bar.stopped
    assert tokens.read == 42
    tokens.heard(1)  # nothing is shown any more
    assert len(bar.said) == 3


def test_without_a_model_there_is_no_rate(monkeypatch):
    bar = Bar()
    monkeypatch.setattr(progress, "PATIENCE", -1)
    monkeypatch.setattr(progress, "OFTEN", -1)
    monkeypatch.setattr(progress, "TOKENS", progress.Tokens())
    monkeypatch.setattr(progress, "_bar", lambda label, size, read: bar)
    assert list(progress._shown(iter([Block]), Stream, "scoring")) == [Block]
    assert [one["rate"] for one in bar.said] == [""]
