"""An untrained Llama with a tokenizer of its own, for recipes that train from nothing.

usage: python tiny_model.py RECORDS OUT [WIDTH LAYERS VOCABULARY]

RECORDS are JSON lines with `question` and `answer`. The tokenizer is byte-level BPE;
the weights are random, by one seed. Needs sel-toolkit[models].
"""

import json
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

START, END = "<s>", "</s>"


def main(records: str, out: str, width: int, layers: int, words: int) -> None:
    """Make the model."""
    with open(records, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [f"{row['question']}\n{row['answer']}" for row in rows]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=[START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=START, eos_token=END, pad_token=END
    ).save_pretrained(out)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=width // 32,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(out)


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[3:6]]
    main(sys.argv[1], sys.argv[2], *(sizes or (128, 2, 2048)))
