"""What a folder of a model may not do: run code, ask, unpickle, cut or pad."""

import io
import json
import pickle
import shutil
import sys

import numpy as np
import pytest

from sel.errors import MachineError
from sel.models import causal, likelihood, sentence, tokens
from tests.conftest import GOLDEN

MODEL = GOLDEN / "rds/tiny_model"
CODE = 'import os\nopen(os.environ["RAN"], "w").write("run")\n\n\nclass C:\n    pass\n'


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(MODEL, tmp_path / "model")
    (tmp_path / "model").chmod(0o755)
    return tmp_path / "model"


def change(path, **values):
    known = json.loads(path.read_bytes()) if path.exists() else {}
    path.chmod(0o644) if path.exists() else None
    path.write_text(json.dumps(known | values))


def with_config(folder):
    maps = dict.fromkeys(("AutoConfig", "AutoModel", "AutoModelForCausalLM"), "evil.C")
    change(folder / "config.json", model_type="zzz", auto_map=maps)


def with_tokenizer(folder):
    (folder / "tokenizer.json").unlink()
    maps = {"AutoTokenizer": ["evil.C", None]}
    change(folder / "tokenizer_config.json", tokenizer_class="C", auto_map=maps)


def with_modules(folder):
    module = {"idx": 0, "name": "0", "path": "", "type": "evil.C"}
    (folder / "modules.json").write_text(json.dumps([module]))


def with_pipelines(folder):
    with_config(folder)
    pipelines = {"t": {"impl": "evil.C", "pt": ["AutoModel"], "type": "text"}}
    change(folder / "config.json", custom_pipelines=pipelines)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("load", [causal.load, likelihood.load, sentence.load])
@pytest.mark.parametrize(
    "evil", [with_config, with_tokenizer, with_modules, with_pipelines]
)
def test_code_of_a_model_never_runs(folder, monkeypatch, evil, load):
    monkeypatch.setenv("RAN", str(folder / "RAN"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\ny\ny\n"))
    (folder / "evil.py").write_text(CODE)
    evil(folder)
    with pytest.raises(MachineError) as caught:
        load(str(folder), "cpu", 1)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sys.stdin.read() == "y\ny\ny\n"
    assert not (folder / "RAN").exists()


@pytest.mark.parametrize("load", [causal.load, likelihood.load])
def test_what_the_library_knows_itself_is_read_by_it(folder, monkeypatch, load):
    """A folder that has code beside an architecture that needs none."""
    monkeypatch.setenv("RAN", str(folder / "RAN"))
    monkeypatch.syspath_prepend(str(folder))
    (folder / "evil.py").write_text(CODE)
    maps = dict.fromkeys(("AutoConfig", "AutoModel", "AutoModelForCausalLM"), "evil.C")
    change(folder / "config.json", auto_map=maps)
    ours = load(str(folder), "cpu", 1)
    assert type(ours.machine.model).__module__.startswith("transformers.")
    assert not (folder / "RAN").exists()


def test_consent_is_not_read_from_the_records(sel, folder, monkeypatch):
    monkeypatch.setenv("RAN", str(folder / "RAN"))
    (folder / "evil.py").write_text(CODE)
    with_config(folder)
    records = b'y\ny\n{"text":"a"}\n'
    run = sel("embed hidden --model model -o m.npy", records, code=4)
    assert "the model 'model' has code of its own, which sel never runs" in run.err
    assert run.err.count("\n") == 1
    assert not (folder / "RAN").exists()
    assert not list(folder.parent.glob("m.npy*"))


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("load", [causal.load, likelihood.load, sentence.load])
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl"])
def test_pickles_are_refused_by_name(folder, name, load):
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(pickle.dumps(Runs(str(folder / "RAN"))))
    with pytest.raises(MachineError, match=rf"{name} is a pickle.*--allow-pickle"):
        load(str(folder), "cpu", 1)
    with pytest.raises(MachineError, match="cannot be loaded"):
        load(str(folder), "cpu", 1, pickle=True)
    assert not (folder / "RAN").exists()


def test_a_pickle_of_one_module_is_refused(folder):
    kind = "sentence_transformers.models"
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": f"{kind}.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Dense", "type": f"{kind}.Dense"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Dense").mkdir()
    (folder / "1_Dense/pytorch_model.bin").write_bytes(b"")
    with pytest.raises(MachineError, match=r"1_Dense/pytorch_model.bin is a pickle"):
        sentence.load(str(folder), "cpu", 1)


def test_pickled_weights_are_read_where_the_user_says_so(folder):
    import torch
    from safetensors.torch import load_file

    expected = causal.load(str(folder), "cpu", 1).pooled(["abc"], "mean", 9)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    model = causal.load(str(folder), "cpu", 1, pickle=True)
    np.testing.assert_array_equal(model.pooled(["abc"], "mean", 9), expected)


def test_what_training_leaves_beside_the_weights_does_no_harm(folder):
    (folder / "training_args.bin").write_bytes(b"")
    (folder / "pytorch_model.bin").write_bytes(b"")
    assert causal.load(str(folder), "cpu", 1).pooled(["a"], "mean", 9).shape == (1, 32)


def test_an_adapter_brings_no_other_model(folder):
    base = {"base_model_name_or_path": "somebody/else", "peft_type": "LORA"}
    change(folder / "adapter_config.json", **base)
    with pytest.raises(MachineError, match=r"adapter_config\.json belongs to an adapt"):
        causal.load(str(folder), "cpu", 1)


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "model.safetensors", "modules.json"]
)
@pytest.mark.parametrize("data", [b"", b"[1]", b"{}", b"\xff\xfe\x00" * 9])
def test_a_damaged_folder_is_one_line(folder, name, data):
    for file in folder.iterdir():
        file.chmod(0o644)
    (folder / name).write_bytes(data)
    for load in (causal.load, sentence.load):
        try:
            load(str(folder), "cpu", 1)
        except MachineError as error:
            assert "\n" not in str(error)


SAVED = {
    "truncation": {
        "direction": "Left",
        "max_length": 4,
        "strategy": "LongestFirst",
        "stride": 0,
    },
    "padding": {
        "strategy": {"Fixed": 128},
        "direction": "Left",
        "pad_to_multiple_of": None,
        "pad_id": 3,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    },
}
TEXTS = ["one short text", "", "a text that has rather more words than the others"]


@pytest.mark.parametrize("key", [("truncation",), ("padding",), tuple(SAVED)])
def test_what_a_tokenizer_was_saved_with_changes_nothing(folder, key):
    before = tokens.load(str(folder / "tokenizer.json")).lengths(TEXTS)
    model = likelihood.load(str(folder), "cpu", 1)
    change(folder / "tokenizer.json", **{name: SAVED[name] for name in key})
    after = tokens.load(str(folder / "tokenizer.json")).lengths(TEXTS)
    np.testing.assert_array_equal(before, after)
    other = likelihood.load(str(folder), "cpu", 1)
    assert model.lengths(TEXTS) == other.lengths(TEXTS)
    for limit in (5, 64):
        pairs = zip(model.losses(TEXTS, limit), other.losses(TEXTS, limit), strict=True)
        for a, b in pairs:
            np.testing.assert_array_equal(a, b)


def test_a_tokenizer_does_not_draw_lots(folder):
    path = folder / "tokenizer.json"
    before = tokens.load(str(path)).lengths(TEXTS)
    model = json.loads(path.read_bytes())["model"] | {"dropout": 0.9}
    change(path, model=model)
    np.testing.assert_array_equal(tokens.load(str(path)).lengths(TEXTS), before)
    lengths = likelihood.load(str(folder), "cpu", 1).lengths(TEXTS)
    np.testing.assert_array_equal(lengths, before + 1)  # and one that begins a text


def test_the_hash_of_a_tokenizer_does_not_depend_on_what_it_has_read(folder):
    before = likelihood.load(str(folder), "cpu", 1).made_by
    assert set(before) == {"precision", "tokenizer"}
    for limit in (5, 64):
        model = likelihood.load(str(folder), "cpu", 1)
        model.losses(TEXTS, limit)
        assert model.made_by == before
    change(folder / "tokenizer_config.json", chat_template=ONCE)
    assert set(likelihood.load(str(folder), "cpu", 1).made_by) > set(before)


def test_special_tokens_of_a_text_are_not_counted(folder):
    assert tokens.load(str(folder / "tokenizer.json")).lengths([""]) == [0]
    assert likelihood.load(str(folder), "cpu", 1).lengths([""]) == [1]


def test_a_model_reads_no_more_than_it_has_positions_for(folder):
    change(folder / "config.json", max_position_embeddings=6)
    (losses,) = likelihood.load(str(folder), "cpu", 1).losses(["words " * 99], 2048)
    assert len(losses) == 5


ONCE = (
    "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
)
TURNS = [("user", "What is two and two?"), ("assistant", "Four.")]


@pytest.mark.parametrize("template", [ONCE, ONCE.removeprefix("{{ bos_token }}")])
def test_a_chat_begins_as_its_template_says(folder, template):
    import torch
    from transformers import AutoModel, AutoTokenizer

    from sel.embed import hidden
    from sel.score import perplexity

    change(folder / "tokenizer_config.json", chat_template=template)
    said = [{"role": role, "content": text} for role, text in TURNS]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(said, tokenize=True, return_tensors="pt")
    states = AutoModel.from_pretrained(folder)(ids["input_ids"])[0]
    model = causal.load(str(folder), "cpu", 1)
    found = hidden.embed([TURNS], model, pooling="mean", template="model")
    expected = torch.mean(states, 1).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)

    theirs = likelihood.load(str(folder), "cpu", 1)
    text = tokenizer.decode(ids["input_ids"][0])
    (losses,) = theirs.losses([text], 2048, special=False)
    assert len(losses) == ids["input_ids"].shape[1] - 1
    (score,) = perplexity.score([TURNS], theirs, template="model")[""]
    assert score == pytest.approx(np.exp(losses.mean()))


def test_a_template_that_refuses_a_record_is_one_line(sel, folder):
    template = "{{ raise_exception('roles must alternate') }}"
    change(folder / "tokenizer_config.json", chat_template=template)
    command = "embed hidden --model model --template model -o v.npy"
    run = sel(command, [{"text": "a"}], code=3)
    assert "roles must alternate" in run.err
    assert run.err.count("\n") == 1
