"""fastText's own classifier, with the numbers of DCLM: training, and scores of records.

usage: fasttext_classifier.py train GOOD BAD MODEL
       fasttext_classifier.py predict MODEL RECORDS

Training writes the lines that fastText reads beside the model. A build that ends in
"Encountered NaN", as this one does now and then, is asked again; the times count.
"""

import sys
from pathlib import Path

import fasttext
import orjson


def texts(path: str) -> list[str]:
    """One line of each record, as DCLM makes it."""
    with open(path, "rb") as file:
        records = map(orjson.loads, file)
        return [" ".join(record["text"].strip().splitlines()) for record in records]


def train(good: str, bad: str, model: str) -> None:
    """Learn, on one thread, with words and pairs of words."""
    lines = Path(f"{model}.txt")
    with lines.open("w") as out:
        for label, path in (("hq", good), ("cc", bad)):
            out.writelines(f"__label__{label} {text}\n" for text in texts(path))
    settings = {"lr": 0.1, "dim": 100, "epoch": 5, "wordNgrams": 2, "thread": 1}
    for turn in range(9):
        try:
            found = fasttext.train_supervised(str(lines), verbose=0, **settings)
            break
        except RuntimeError as error:
            print(f"fasttext: {error}, turn {turn + 1}", file=sys.stderr)
    found.save_model(model)


def predict(model: str, path: str) -> None:
    """Write each record with its score."""
    said = fasttext.load_model(model)
    with open(path, "rb") as file:
        for line in file:
            record = orjson.loads(line)
            text = " ".join(record["text"].strip().splitlines())
            labels, shares = said.predict(text, k=-1)
            found = dict(zip(labels, shares.tolist(), strict=True))
            record["classifier"] = min(found.get("__label__hq", 0.0), 1.0)
            sys.stdout.buffer.write(orjson.dumps(record) + b"\n")


if __name__ == "__main__":
    {"train": train, "predict": predict}[sys.argv[1]](*sys.argv[2:])
