"""Trains a tiny Llama, and asks what it learns from one choice and another.

`train` makes a model from nothing: a tokenizer of 1,024 byte pairs that was trained on
the records, two layers, 64 wide. A third of its steps, and some of the others, are
random tokens said again and again, so that it learns to look back. `compare` goes on
from that model with the answers of each choice, and says the mean loss of held-out
answers, in nats a token. Choices of one seed are trained in the same way.

Records have `text`, or `prompt` and `answer`, or `instruction`, `input` and `output`.

usage: tiny.py train OUT RECORDS [STEPS [TOKENS]]
       tiny.py compare MODEL HELD_OUT STEPS METHOD:SEED:FILE...
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn.functional import cross_entropy
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

WORDS, ENDS = 1024, ["<pad>", "<s>", "</s>"]
AT_ONCE = 8
Batch = tuple[torch.Tensor, torch.Tensor]
"""Tokens, and which of them are to be learnt: the others are -100."""


def read(path: str) -> list[dict[str, str]]:
    """What is asked in each record of a file, and the answer."""
    found = []
    for one in map(json.loads, Path(path).read_bytes().splitlines()):
        if "text" in one:
            found.append({"prompt": "", "answer": one["text"]})
        elif "prompt" in one:
            found.append(one)
        else:
            found.append({"prompt": plain(one), "answer": one["output"]})
    return found


def plain(record: dict[str, str]) -> str:
    """An instruction in plain lines, as `score ifd --words plain` reads it."""
    lines = [record["instruction"], record.get("input")]
    return "".join(f"{line}\n" for line in lines if line)


def tokenizer_of(texts: list[str]) -> PreTrainedTokenizerFast:
    """Byte pairs, those that are frequent in the texts."""
    found = Tokenizer(models.BPE())
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS,
        special_tokens=ENDS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    found.train_from_iterator(texts, trainer)
    names = dict(zip(("pad_token", "bos_token", "eos_token"), ENDS, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=found, **names)


def train(out: str, path: str, steps: int = 300, tokens: int = 256) -> None:
    """Make a model from nothing, and save it."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    texts = [one["prompt"] + one["answer"] for one in read(path)]
    tokenizer = tokenizer_of(texts)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=192,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = LlamaForCausalLM(config)
    read_ = tokenizer(texts)["input_ids"]
    stream = torch.tensor([token for ids in read_ for token in (1, *ids, 2)])

    steps_left = iter(range(steps))

    def batch() -> Batch:
        early = next(steps_left) < steps // 3
        if not early and rng.random() < 0.7:
            at = rng.integers(0, max(len(stream) - tokens, 1), AT_ONCE // 2)
            real = torch.stack([stream[a : a + tokens] for a in at])
            return real, real
        wide = 64 if early else tokens
        periods = rng.integers(4, 24 if early else wide // 2, 1024 // wide)
        said = [rng.integers(3, WORDS, period) for period in periods]
        ids = torch.from_numpy(np.stack([np.resize(some, wide) for some in said]))
        first = torch.arange(wide) < torch.from_numpy(periods)[:, None]
        return ids, ids.masked_fill(first, -100)  # nobody can know what is said first

    learn(model, batch, steps, 4e-3)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def learn(model: Any, batch: Callable[[], Batch], steps: int, rate: float) -> None:
    """AdamW, the rate rising over a tenth of the steps and falling to nothing."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    rise = max(steps // 10, 1)
    model.train()
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * min(
            (step + 1) / rise, (steps - step) / max(steps - rise, 1)
        )
        ids, labels = batch()
        loss_of(model, ids, labels).mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def loss_of(model: Any, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The losses of the tokens that are labels."""
    kept = labels[:, 1:] != -100
    states = model.base_model(ids)[0][:, :-1][kept]
    logits = model.get_output_embeddings()(states)
    return cross_entropy(logits, labels[:, 1:][kept], reduction="none")


def padded(tokenizer: Any, some: list[dict[str, str]]) -> Batch:
    """Records beside one another, and the tokens of their answers."""
    prompts = tokenizer([one["prompt"] for one in some])["input_ids"]
    answers = tokenizer([one["answer"] for one in some])["input_ids"]
    widest = max(len(a) + len(b) + 2 for a, b in zip(prompts, answers, strict=True))
    ids = torch.zeros(len(some), widest, dtype=torch.long)
    labels = torch.full_like(ids, -100)
    for i, (a, b) in enumerate(zip(prompts, answers, strict=True)):
        whole = torch.tensor([1, *a, *b, 2])
        ids[i, : len(whole)] = whole
        labels[i, len(a) + 1 : len(whole)] = whole[len(a) + 1 :]
    return ids, labels


def tuned(base: str, chosen: str, held_out: str, steps: int, seed: int) -> float:
    """The mean loss of held-out answers after the answers of a choice."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base)
    records, others = read(chosen), read(held_out)
    if steps:
        learn(
            model,
            lambda: padded(tokenizer, list(rng.choice(records, AT_ONCE))),
            steps,
            5e-4,
        )
    with torch.inference_mode():
        parts = [
            loss_of(model, *padded(tokenizer, others[at : at + AT_ONCE]))
            for at in range(0, len(others), AT_ONCE)
        ]
    return float(torch.cat(parts).mean())


def compare(base: str, held_out: str, steps: int, choices: list[str]) -> None:
    """Say what is learnt from each choice; a seed trains in one way."""
    before = tuned(base, held_out, held_out, 0, 0)
    sys.stderr.write(f"held-out loss before: {before:.3f}\n")
    for choice in choices:
        method, seed, path = choice.split(":", 2)
        loss = tuned(base, path, held_out, steps, int(seed) - 1)
        sys.stdout.write(f"method={method} seed={seed} value={loss}\n")


def main() -> None:
    """Do what is asked."""
    what, *more = sys.argv[1:]
    if what == "train":
        out, path, *sizes = more
        train(out, path, *map(int, sizes))
    elif what == "compare":
        base, held_out, steps, *choices = more
        compare(base, held_out, int(steps), choices)


if __name__ == "__main__":
    main()
