"""Matrices of vectors: of records, of targets, of queries."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required


@group
class Vectors:
    """Vectors."""

    vectors: str = required(
        "matrix of the records (.npy), by _row or place; or @FIELD of theirs",
        metavar="FILE",
    )


@group
class Matrix(Vectors):
    """Vectors."""

    vectors: str = required(
        "matrix (.npy); its rows are numbered from 0", metavar="FILE"
    )


@group
class Sources(Vectors):
    """Vectors."""

    vectors: str | None = option(  # type: ignore[assignment]
        "matrix of the records (.npy), by _row or place; or @FIELD of theirs",
        metavar="FILE",
    )


@group
class Graph(Sources):
    """Vectors."""

    graph: str | None = option(
        "neighbours of each row (.npy), from sel index graph", metavar="FILE"
    )


@group
class Trajectories(Sources):
    """Vectors."""

    trajectories: str | None = option(
        "losses of each record at checkpoints (.npy), instead of vectors",
        metavar="FILE",
    )

    def __post_init__(self) -> None:
        """One of them."""
        if bool(self.vectors) == bool(self.trajectories):
            msg = "give --vectors FILE.npy or --trajectories FILE.npy"
            raise UsageError(msg)


@group
class TargetVectors:
    """Targets."""

    target_vectors: list[str] | None = option(
        "matrix to be like (.npy); may be given several times", metavar="FILE"
    )


@group
class References:
    """References."""

    references: list[str] | None = option(
        "matrix of rows that are surely near enough (.npy): each record is compared"
        " with the farthest of them; several give a field each",
        metavar="FILE",
    )


@group
class Cards:
    """Cards."""

    card_check: bool = option(
        "refuse matrices that were not made in the same way", True
    )


@group
class Verifying:
    """Index."""

    verify: bool = option(
        "read all of the index first, to see that no byte of it has changed: a second"
        " for each GB or two",
        True,
    )


@group
class Shaping:
    """Matrix."""

    dtype: Literal["float32", "float16"] = option(
        "of the numbers that are stored", "float32"
    )
    normalize: bool = option("make all rows of length 1", True)


@group
class Passing:
    """Records."""

    records: bool = option(
        "pass the records on, each with the number of its _row; needs -o", False
    )


@group
class Reducing:
    """Fitting."""

    fit: str | None = option(
        "matrix (.npy) that says which columns are best [--vectors]", metavar="FILE"
    )


@group
class Queries:
    """Queries."""

    queries: str = required("matrix whose rows are asked for (.npy)", metavar="FILE")


@group
class Calibrating:
    """Recall."""

    queries: str | None = option(
        "matrix of queries (.npy) such as will be asked: recall is that of these"
        " [some between rows]",
        metavar="FILE",
    )


@group
class Retrieving(Queries):
    """Queries."""

    query_records: str | None = option(
        "records of the queries, for --cost or --label", metavar="FILE"
    )
    center: Literal["none", "pool", "own"] = option(
        "move both by the mean of the pool, or each matrix by its own", "none"
    )


@group
class Searching(Queries):
    """Queries."""

    records: str | None = option(
        "records that were embedded; those found are written", metavar="FILE"
    )


@group
class Removing:
    """Rows."""

    rows: str = required(
        "records with a _row, or numbers of rows, that go", metavar="FILE"
    )


@group
class Already:
    """Chosen before."""

    already: str | None = option(
        "records chosen before, known by their _row or by --on", metavar="FILE"
    )
    on: str | None = option(
        "field that names a record in both streams", metavar="FIELD"
    )


@group
class Memory:
    """Memory."""

    memory: int | None = option(
        "bytes that must do, such as 8G; what needs more is refused", metavar="BYTES"
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.memory is not None and self.memory < 1:
            raise OptionError("memory", "at least 1", self.memory)
