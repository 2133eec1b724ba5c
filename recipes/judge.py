"""Trains a tiny language model, from nothing, to answer a question of `score judge`.

It reads the requests that --requests wrote for graded records, each with the answer
that the record has in a field, and learns to write both: the tokens of the question
count a little, those of the answer much. A folder is left that --model takes.

usage: judge.py REQUESTS RECORDS FIELD FOLDER [SEED]
"""

import json
import os
import random
import sys
from pathlib import Path

EPOCHS = int(os.environ.get("EPOCHS", "4"))
BATCH = 16
LONGEST, TAIL = 100, 24  # tokens of a question, and of what stands behind a text
WORDS = 1_000  # of the vocabulary
ENDS = "<s>", "</s>"
WEIGHT = 0.2  # of the question's tokens beside that of the answer


def rows(path: str) -> list[dict[str, object]]:
    """The records of a file."""
    with Path(path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def tokenizer_of(texts: list[str]) -> object:
    """A vocabulary of pieces of bytes, learnt from some texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    found = Tokenizer(models.BPE())
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS,
        special_tokens=list(ENDS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    found.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=found,
        **dict(zip(("bos_token", "eos_token"), ENDS, strict=True)),
    )


def train(requests: str, records: str, field: str, folder: str, seed: int = 1) -> None:
    """Train, and save the model with its tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    asked = [str(one["prompt"]) for one in rows(requests)]
    answers = [f" {one[field]}" for one in rows(records)]
    if len(asked) != len(answers):
        sys.exit("judge.py: some records are the same. Try: sel diversify exact")
    # An answer is learnt as a word of its own: it is as frequent as the questions.
    tokenizer = tokenizer_of([*asked, *(answers * 4)])
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=192,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
    )
    model = LlamaForCausalLM(config)
    read = [tokenizer(text)["input_ids"] for text in asked]
    read = [
        ids if len(ids) <= LONGEST else ids[: LONGEST - TAIL] + ids[-TAIL:]
        for ids in read
    ]
    said = [tokenizer(text)["input_ids"] for text in answers]
    steps = EPOCHS * -(-len(read) // BATCH)
    mover = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    slower = torch.optim.lr_scheduler.OneCycleLR(mover, 2e-3, total_steps=steps)
    chance = random.Random(seed)  # noqa: S311 (nothing is kept secret)
    for _ in range(EPOCHS):
        order = chance.sample(range(len(read)), len(read))
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            loss = loss_of(model, [read[i] for i in some], [said[i] for i in some])
            mover.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            mover.step()
            slower.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def loss_of(model: object, read: list[list[int]], said: list[list[int]]) -> object:
    """The loss of answers, and WEIGHT times that of the questions before them."""
    import torch

    whole = [a + b for a, b in zip(read, said, strict=True)]
    longest = max(map(len, whole))
    ids = torch.zeros(len(whole), longest, dtype=torch.long)
    kinds = torch.zeros(len(whole), longest, dtype=torch.long)
    for i, tokens in enumerate(whole):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        kinds[i, 1 : len(read[i])] = 1
        kinds[i, len(read[i]) : len(tokens)] = 2
    logits = model(ids, attention_mask=(kinds > 0).long(), use_cache=False).logits
    losses = torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
    )
    kinds = kinds[:, 1:].flatten()
    return losses[kinds == 2].mean() + WEIGHT * losses[kinds == 1].mean()


if __name__ == "__main__":
    train(*sys.argv[1:5], *map(int, sys.argv[5:]))
