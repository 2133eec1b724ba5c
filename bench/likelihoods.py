"""What a million tokens cost: losses by models of random weights, of several sizes.

Texts have 8 to 400 tokens, most of them few. For each model CPU time without start-up,
and the peak of the process's memory; each is a process of its own. What it is told
beside the sizes: on how many threads, and in which precision.

usage: likelihoods.py [THREADS [PRECISION]]
"""

import json
import resource
import subprocess
import sys
import time

import numpy as np

SIZES = {
    "1 M": (96, 256, 4, 6144),
    "30 M": (512, 1376, 7, 16384),
    "100 M": (768, 2048, 10, 38000),
}
"""Width, inner width, layers and vocabulary; input and output share their matrix."""
TOKENS = {"1 M": 60_000, "30 M": 8_000, "100 M": 4_000}
"""How many are read."""


def main() -> None:
    """Measure each size, and write the rows of a table."""
    threads, precision = (*sys.argv[1:], *("1", "float32")[len(sys.argv) - 1 :])[:2]
    print("| parameters | precision | CPU seconds a million | peak memory |")
    print("| --- | --- | --- | --- |")
    for name in SIZES:
        argv = [sys.executable, __file__, "one", name, threads, precision]
        found = json.loads(subprocess.run(argv, check=True, stdout=-1).stdout)
        numbers = "{parameters:.1f} M | {precision} | {cpu:,.0f}".format(**found)
        print(f"| {numbers} | {found['memory']:,.0f} MB |", flush=True)


def one(name: str, threads: int, precision: str) -> dict[str, object]:
    """What one size costs."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from sel.models.machine import Machine

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    wide, inner, layers, words = SIZES[name]
    config = LlamaConfig(
        vocab_size=words,
        hidden_size=wide,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=max(wide // 64, 1),
        num_key_value_heads=max(wide // 64, 1),
        max_position_embeddings=512,
        tie_word_embeddings=True,
        dtype=precision,
    )
    with torch.device("cpu"):
        model = LlamaForCausalLM(config).to(getattr(torch, precision))
    rng = np.random.default_rng(0)
    texts: list[list[int]] = []
    while sum(map(len, texts)) < TOKENS[name]:
        size = int(np.exp(rng.uniform(np.log(8), np.log(400))))
        texts.append(rng.integers(3, words, size).tolist())
    machine = Machine(model, 32 * 64, texts[:3])
    wanted = [np.arange(1, len(text)) for text in texts]
    machine.losses(texts[:20], wanted[:20])  # what is made once
    cpu = time.process_time()
    machine.losses(texts, wanted)
    cpu = time.process_time() - cpu
    millions = sum(map(len, texts)) / 1e6
    return {
        "parameters": sum(p.numel() for p in model.parameters()) / 1e6,
        "precision": precision,
        "cpu": cpu / millions,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        size, count, kind = sys.argv[2:]
        print(json.dumps(one(size, int(count), kind)))
    else:
        main()
