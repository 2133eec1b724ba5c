"""Makes model.bin and expected.json: python make.py, with fasttext-numpy2-wheel 0.9.2."""

import json
from pathlib import Path

import fasttext
import zstandard

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "data"


def texts(name):
    unpacked = zstandard.ZstdDecompressor().decompressobj()
    data = unpacked.decompress((DATA / f"{name}.jsonl.zst").read_bytes())
    return [json.loads(line)["text"] for line in data.splitlines()]


def dclm(text):
    return " ".join(text.strip().splitlines())


def fineweb(text):
    return text.replace("\n", " ")


def preselect(text):
    return text.strip().replace("\n", "")


def main():
    edges = ["", " \n", "a\n\nb", "__label__hq The", "of\x0bthe\x0ccat\x00x", "Ünïcödé\u2028of"]
    wiki, pool = texts("wiki"), texts("pool")[::12]
    lines = [f"__label__hq {dclm(text)[:800]}" for text in wiki[:60]]
    lines += [f"__label__cc {dclm(text)[:800]}" for text in pool[:60]]
    train = HERE / "train.txt"
    train.write_text("\n".join(lines) + "\n")
    settings = {"dim": 10, "bucket": 2000, "wordNgrams": 2}
    model = fasttext.train_supervised(
        str(train), lr=0.5, epoch=50, thread=1, verbose=0, **settings
    )
    train.unlink()
    model.save_model(str(HERE / "model.bin"))
    some = [*wiki[60:72], *pool[60:78], *edges]
    said = {"texts": some}
    for form in (dclm, fineweb, preselect):
        said[form.__name__] = [
            dict(zip(*model.predict(form(text), k=-1), strict=True)) for text in some
        ]
    (HERE / "expected.json").write_text(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
