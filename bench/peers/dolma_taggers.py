"""What dolma's four taggers of Gopher and of C4 say of each text.

usage: dolma_taggers.py FILE.jsonl    writes a line of scores for each record

Only their modules are imported: the package's own would ask for those of its pipeline,
which are not needed here.
"""

import importlib.util
import sys
import types
from pathlib import Path

import orjson


def bare(name: str, folder: Path) -> None:
    """A package whose own file is not run."""
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


home = Path(importlib.util.find_spec("dolma").origin).parent
bare("dolma", home)
bare("dolma.taggers", home / "taggers")

import nltk  # noqa: E402

nltk.download = lambda *_, **__: True

from dolma.core.data_types import Document  # noqa: E402
from dolma.taggers.c4 import C4Tagger, FasterC4Tagger  # noqa: E402
from dolma.taggers.gopher import GopherTagger, GopherTaggerV2  # noqa: E402


def main() -> None:
    """Ask all taggers about all texts."""
    taggers = GopherTagger(), GopherTaggerV2(), C4Tagger(), FasterC4Tagger()
    with open(sys.argv[1], "rb") as file:
        for line in file:
            text = orjson.loads(line)["text"]
            document = Document(source="", version="", id="", text=text)
            spans = [
                one for tagger in taggers for one in tagger.predict(document).spans
            ]
            said = [[one.start, one.end, one.type, one.score] for one in spans]
            sys.stdout.buffer.write(orjson.dumps(said) + b"\n")


if __name__ == "__main__":
    main()
