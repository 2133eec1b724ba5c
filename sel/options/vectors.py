"""Matrices of vectors: of records, of targets, of queries."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.declare import group, option, required


@group
class Vectors:
    """Vectors."""

    vectors: str = required(
        "matrix of the records (.npy), indexed by _row or position; or @FIELD",
        metavar="FILE",
    )


@group
class Matrix(Vectors):
    """Vectors."""

    vectors: str = required("matrix (.npy), rows numbered from 0", metavar="FILE")


@group
class Sources(Vectors):
    """Vectors."""

    vectors: str | None = option(  # type: ignore[assignment]
        "matrix of the records (.npy), indexed by _row or position; or @FIELD",
        metavar="FILE",
    )


@group
class Graph(Sources):
    """Vectors."""

    graph: str | None = option(
        "neighbours of each row (.npy), as written by sel index graph", metavar="FILE"
    )


@group
class Trajectories(Sources):
    """Vectors."""

    trajectories: str | None = option(
        "instead of vectors: losses of each record at the checkpoints (.npy)",
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
        "matrix of the target (.npy); may be given several times", metavar="FILE"
    )


@group
class References:
    """References."""

    references: list[str] | None = option(
        "matrix of rows known to be near enough (.npy); each record is "
        "compared with the farthest of them; several files add a field each",
        metavar="FILE",
    )


@group
class Distracting:
    """Distractors."""

    distractors: Literal["group", "random"] | None = option(
        "how often the nearest row by the reference is found among wrong answers: rows "
        "of its own group, with random ones beside; or random ones alone"
    )
    per: str | None = option("field that holds the group of a record", metavar="FIELD")
    records: str | None = option(
        "the records of the rows [--vectors, ending in .jsonl]", metavar="FILE"
    )

    def __post_init__(self) -> None:
        """A field for groups alone."""
        if (self.distractors == "group") != bool(self.per):
            msg = "--distractors group and --per FIELD go together"
            raise UsageError(msg)


@group
class Coding:
    """Codes."""

    assign: str | None = option(
        "write the codes of each row to FILE (.npy, int32), a column for each stage",
        metavar="FILE",
        writes="matrix",
    )


@group
class Coded:
    """Codebook."""

    codebook: str | None = option(
        "matrix of codes (.npy), as written by sel index codebook: how many a "
        "selection uses, and how evenly",
        metavar="FILE",
    )


@group
class Outputs:
    """Your model."""

    logits: str | None = option(
        "look at a model of yours, too: its outputs for the rows of --vectors (.npy), "
        "a column for each class, numbers in order first, then names",
        metavar="FILE",
    )
    test_logits: str | None = option(
        "its outputs for the rows of --test (.npy)", metavar="FILE"
    )

    def __post_init__(self) -> None:
        """Both or none."""
        if bool(self.logits) != bool(self.test_logits):
            msg = "--logits FILE.npy and --test-logits FILE.npy go together"
            raise UsageError(msg)


@group
class Cards:
    """Cards."""

    card_check: bool = option("refuse matrices that were made in different ways", True)


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
        "type of the numbers that are stored", "float32"
    )
    normalize: bool = option("scale every row to length 1", True)


@group
class Passing:
    """Records."""

    records: bool = option(
        "write the records to standard output, each with its _row; needs -o", False
    )


@group
class Reducing:
    """Fitting."""

    fit: str | None = option(
        "matrix to choose the columns by (.npy) [--vectors]", metavar="FILE"
    )


@group
class Queries:
    """Queries."""

    queries: str = required("matrix of the queries (.npy)", metavar="FILE")


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
        "subtract the mean of the pool from both, or from each matrix its own", "none"
    )


@group
class Searching(Queries):
    """Queries."""

    records: str | None = option(
        "records that were embedded; those found are written", metavar="FILE"
    )


@group
class Indexed:
    """Index."""

    index: str | None = option(
        "search this index of the vectors, made by sel index build [one is made beyond"
        " 50,000 rows]",
        metavar="FILE",
    )
    exact: bool = option(
        "compare every row with every other, however many there are", False
    )

    def __post_init__(self) -> None:
        """One of them."""
        if self.index and self.exact:
            msg = "--index and --exact are two ways to search. Try: one of them"
            raise UsageError(msg)


@group
class Removing:
    """Rows."""

    rows: str = required(
        "records with a _row, or row numbers, to remove", metavar="FILE"
    )


@group
class Already:
    """Chosen before."""

    already: str | None = option(
        "records chosen before, identified by _row or by --on", metavar="FILE"
    )
    on: str | None = option(
        "field that identifies a record in both streams", metavar="FIELD"
    )


@group
class Memory:
    """Memory."""

    memory: int | None = option(
        "memory to stay within, such as 8G; a run that needs more is refused",
        metavar="BYTES",
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.memory is not None and self.memory < 1:
            raise OptionError("memory", "at least 1", self.memory)
