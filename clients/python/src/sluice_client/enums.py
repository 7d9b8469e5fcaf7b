"""Enums as lower-case words.

Generated from `proto/` by `make gen`; never edited.
In an answer `unspecified` also stands for a value that this version does not know.
"""

from typing import Literal

VectorType = Literal[
    "unspecified",
    "float32",
    "float16",
    "int8",
]
"""Element type of vectors, little-endian."""

SpanUnit = Literal[
    "unspecified",
    "utf16",
    "code_points",
    "utf8",
]
"""What the places of a text are counted in. The same place has different numbers as soon as a
character that is not ASCII comes before it.
"""

Priority = Literal[
    "unspecified",
    "low",
    "normal",
    "high",
]
"""Order of queued searches; within a priority, clients are served round-robin."""

Fusion = Literal[
    "unspecified",
    "reciprocal_rank",
    "min_max",
]
"""How the lexical and the sketch ranking are merged into the order in which MaxSim scores."""

PayloadMode = Literal[
    "unspecified",
    "every_update",
    "on_first_appearance",
]
"""When title, text and fields travel with a hit."""

ContextOrder = Literal[
    "unspecified",
    "best_first",
    "edges_first",
]
"""The order of passages in an assembled context."""

Stage = Literal[
    "unspecified",
    "lexical",
    "candidates",
    "late_interaction",
    "cross_encoder",
]
"""A stage of a search, in order."""

Certificate = Literal[
    "unspecified",
    "lexical",
    "estimate",
    "exact",
    "reranked",
]
"""How exact a ranking is."""

ScoreKind = Literal[
    "unspecified",
    "bm25",
    "fusion",
    "relevance",
    "reranked",
]
"""What the score of a hit is. Scores of different kinds are on different scales."""

FieldKind = Literal[
    "unspecified",
    "keyword",
    "integer",
    "float",
    "boolean",
    "time",
]
"""The kind of a single value of a field."""

WindowPooling = Literal[
    "unspecified",
    "best",
    "mean",
]
"""How the scores of a long text's windows become one."""

FeedbackKind = Literal[
    "unspecified",
    "click",
    "relevant",
    "not_relevant",
    "copied",
    "dwell",
]
"""What a user did."""

SearchOutcome = Literal[
    "unspecified",
    "ok",
    "cancelled",
    "deadline",
    "refused",
    "failed",
]
"""How a search ended."""

Analyzer = Literal[
    "unspecified",
    "english",
    "unicode",
]
"""How text becomes terms of the lexical index."""

FindingKind = Literal[
    "unspecified",
    "damaged",
    "duplicate",
    "unfinished",
    "foreign",
    "link",
]
"""Kinds of entries."""

OperationKind = Literal[
    "unspecified",
    "optimize",
    "calibrate",
    "snapshot",
    "restore",
]
"""What an operation does."""

OperationState = Literal[
    "unspecified",
    "running",
    "succeeded",
    "failed",
    "cancelled",
]
"""How far an operation is."""
