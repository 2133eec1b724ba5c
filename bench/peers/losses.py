"""The loss of each record under a causal language model of 12 million parameters.

Texts have from 8 to 400 tokens, most of them few. `one` reads one record at a time by
transformers, `padded` batches of 16 in the order of the file; `sel` reads as `sel score
perplexity` does. The model has random weights: speed and agreement do not need better.
Each writes the sum of the mean losses.

usage: losses.py make POOL RECORDS | losses.py one|padded|sel
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

MODEL, TEXTS = "losses_model", "losses.jsonl"
SIZES = {"hidden_size": 320, "intermediate_size": 1024, "num_hidden_layers": 7}


def make(pool: str, count: int) -> None:
    """A tokenizer that was trained on the pool, a model, and texts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    with open(pool, encoding="utf-8") as file:
        texts = [
            json.loads(line)["text"] for line, _ in zip(file, range(2000), strict=False)
        ]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8192,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=8192,
        num_attention_heads=5,
        num_key_value_heads=5,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        **SIZES,
    )
    LlamaForCausalLM(config).save_pretrained(MODEL)
    whole.save_pretrained(MODEL)
    rng = np.random.default_rng(7)
    sizes = np.exp(rng.uniform(np.log(8), np.log(400), count)).astype(int)
    with open(TEXTS, "w", encoding="utf-8") as file:
        for i, size in enumerate(sizes):
            ids = tokenizer.encode(texts[i % len(texts)]).ids[:size]
            file.write(json.dumps({"text": tokenizer.decode(ids)}) + "\n")


def losses(texts: list[str], batch: int) -> list[float]:
    """The mean loss of each text, as many at once, padded."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    found = []
    for at in range(0, len(texts), batch):
        read: Any = tokenizer(
            texts[at : at + batch],
            padding=batch > 1,
            truncation=True,
            max_length=512,
            return_tensors="pt",
        )
        ids, mask = read["input_ids"], read["attention_mask"]
        with torch.inference_mode():
            logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
            each = torch.nn.functional.cross_entropy(
                logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none"
            )
        kept = mask[:, 1:]
        found += ((each * kept).sum(1) / kept.sum(1)).tolist()
    return found


def main() -> None:
    """Write the sum."""
    who, *more = sys.argv[1:]
    if who == "make":
        make(more[0], int(more[1]))
        return
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))  # as it is without a benchmark
    lines = Path(TEXTS).read_bytes().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    if who == "sel":
        from sel.models import likelihood

        model = likelihood.load(MODEL, "cpu", 32)
        found = [float(one.mean()) for one in model.losses(texts, 512)]
    else:
        found = losses(texts, {"one": 1, "padded": 16}[who])
    print(json.dumps(float(np.sum(found))))


if __name__ == "__main__":
    main()
