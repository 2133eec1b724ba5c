"""The six commands as functions, what they read, and what methods there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.library.records import Records, Spool
from sel.library.requests import Prepared, spoken
from sel.library.sources import sources

if TYPE_CHECKING:
    import numpy.typing as npt

    from sel.catalog import Method

__all__ = [
    "Records",
    "diversify",
    "embed",
    "evaluate",
    "index",
    "methods",
    "pick",
    "read",
    "score",
]


def read(*pool: Any) -> Records:
    """Records from files, or from whatever else holds some.

    Args:
        pool: paths of files and folders, lists of dicts or texts, iterators, a
            datasets.Dataset, data frames of pandas or polars, or records of another
            function.

    Returns:
        Records, which are read when they are asked for.
    """
    from sel.streams.folders import files_of

    given = [one for some in pool for one in sources(some)]
    with spoken():
        return Records(None, [file for one in given for file in files_of(one)])


def score(method: str, pool: Any, **options: Any) -> Records:
    """Numbers added to every record, as `sel score METHOD` does.

    Args:
        method: such as dsir; `sel.methods("score")` lists all.
        pool: records; see `read`.
        options: those of the command line, with underscores: target="wiki.jsonl".

    Returns:
        Records with new fields; nothing is read before they are asked for.

    Raises:
        SelError: the method or an option is not what it must be; later, bad data.
    """
    return Records(Prepared("score", method, sources(pool), options))


def pick(method: str, pool: Any, **options: Any) -> Records:
    """Some of the records, unchanged or in another `form`, as `sel pick METHOD` does.

    Args:
        method: such as top or sample; `sel.methods("pick")` lists all.
        pool: records; see `read`.
        options: those of the command line, with underscores; `pick where` takes its
            condition as condition="dsir > 100", `pick mix` its weights as a file or a
            dict, mix={"code": 0.3, "web": 0.7}.

    Returns:
        The records that were picked; nothing is read before they are asked for.

    Raises:
        SelError: the method or an option is not what it must be; later, bad data.
    """
    first = [options.pop("condition")] if "condition" in options else []
    if (mix := options.pop("mix", None)) is not None:
        first += sources([mix] if isinstance(mix, dict) else mix, "the mixture")
    return Records(Prepared("pick", method, [*first, *sources(pool)], options))


def diversify(method: str, pool: Any, **options: Any) -> Records:
    """Records that are unlike one another, as `sel diversify METHOD` does.

    Args:
        method: such as minhash or facility; `sel.methods("diversify")` lists all.
        pool: records, a list of texts too; see `read`.
        options: those of the command line, with underscores; vectors may be an array
            of shape (n, d).

    Returns:
        The records that are kept; nothing is read before they are asked for.

    Raises:
        SelError: the method or an option is not what it must be; later, bad data.
    """
    return Records(Prepared("diversify", method, sources(pool), options))


def embed(method: str, pool: Any = None, **options: Any) -> npt.NDArray[Any]:
    """A vector for every record, as `sel embed METHOD` does.

    Args:
        method: such as static; `sel.methods("embed")` lists all.
        pool: records; see `read`.
        options: those of the command line, with underscores.

    Returns:
        Shape (n, d), float32, or float16 with dtype="float16". With output="FILE.npy"
        it is mapped from that file.

    Raises:
        SelError: the method or an option is not what it must be, or bad data.
    """
    import tempfile

    import numpy as np

    from sel.streams import npy

    if "output" in options:
        Prepared("embed", method, sources(pool), options).run(sink=Spool())
        return npy.read(str(options["output"])).rows  # type: ignore[no-any-return]
    with tempfile.TemporaryDirectory(prefix="sel-") as folder:
        path = str(Path(folder) / "vectors.npy")
        more = {**options, "output": path}
        Prepared("embed", method, sources(pool), more).run(sink=Spool())
        return np.array(npy.read(path).rows)


def index(method: str, path: str | Path | None = None, **options: Any) -> Any:
    """Build, search or change an index of vectors, as `sel index METHOD` does.

    Args:
        method: build, search, add, remove, graph or info.
        path: the index, but for build and graph.
        options: those of the command line, with underscores; build needs vectors and
            output="FILE.faiss".

    Returns:
        What the command writes: a list of dicts of search and info, an array of shape
        (n, k) of graph, else the summary.

    Raises:
        SelError: the method or an option is not what it must be, or bad data.
    """
    if method == "graph" and "output" not in options:
        import tempfile

        import numpy as np

        from sel.streams import npy

        with tempfile.TemporaryDirectory(prefix="sel-") as folder:
            options["output"] = str(Path(folder) / "graph.npy")
            Prepared("index", method, [], options).run()
            return np.array(npy.read(options["output"], ("<i4",)).rows)
    found = Records(Prepared("index", method, sources(path), options))
    return found.to_list() or found.summary


def evaluate(method: str, *selections: Any, **options: Any) -> list[dict[str, Any]]:
    """Measure selections and embeddings, as `sel eval METHOD` does.

    Args:
        method: such as match; `sel.methods("eval")` lists all.
        selections: records each; see `read`. `check` takes its rules first.
        options: those of the command line, with underscores: pool=..., target=...

    Returns:
        A row for each selection, as the command writes them.

    Raises:
        SelError: the method or an option is not what it must be, or bad data.
    """
    given = [one for some in selections for one in sources(some, "the selection")]
    prepared = Prepared("eval", method, given, options)
    prepared.run(sink=Spool())
    return prepared.request.rows


def methods(command: str | None = None) -> list[Method]:
    """What there is: each method with its command, name, summary and options.

    Args:
        command: embed, score, index, pick, diversify or eval; None for all.
    """
    from sel import catalog
    from sel.errors import UsageError

    with spoken():
        if command is not None and command not in catalog.COMMANDS:
            there = ", ".join(catalog.COMMANDS)
            msg = f"there is no command {command!r}. There are {there}."
            raise UsageError(msg)
        commands = [command] if command else catalog.commands()
        return [one for name in commands for one in catalog.methods(name, plugins=True)]
