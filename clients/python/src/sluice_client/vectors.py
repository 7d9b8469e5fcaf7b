"""Token vectors: numpy arrays on this side, little-endian rows on the wire."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ._wire import search_pb2, types_pb2
from .errors import SluiceError, invalid

RowsLike = NDArray[np.float32] | NDArray[np.float16] | NDArray[np.int8] | memoryview
"""Token vectors to send: one row a token, shape (rows, dim), of float32, float16 or int8."""

Rows = NDArray[np.float32] | NDArray[np.float16] | NDArray[np.int8]
"""Received token vectors, shape (rows, dim): a read-only view of the message, not a copy."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query of words, of token vectors, or of both."""

    text: str = ""
    """At most 16 KiB. `"some words"` is a phrase, `begin*` a prefix, `-word` excludes."""

    vectors: RowsLike | None = None
    """At most 512 rows; then the model does not run."""

    model_fingerprint: str = ""
    """SHA-256 of the model folder that produced the vectors; empty: only `dim` is compared."""


QueryLike = str | RowsLike | Query
"""Words, token vectors, or a `Query` of both."""

_Dtype = np.dtype[np.float32] | np.dtype[np.float16] | np.dtype[np.int8]

_DTYPES: dict[types_pb2.VectorType, _Dtype] = {
    types_pb2.VECTOR_TYPE_FLOAT32: np.dtype("<f4"),
    types_pb2.VECTOR_TYPE_FLOAT16: np.dtype("<f2"),
    types_pb2.VECTOR_TYPE_INT8: np.dtype("i1"),
}


def to_vectors(rows: RowsLike, *, field: str, model_fingerprint: str = "") -> types_pb2.Vectors:
    """Raises INVALID_VECTORS for another shape or element type; the server checks the values.

    The array's bytes are copied once, into the message; no element is converted.
    """
    try:
        array = np.asarray(rows)
    except ValueError as error:
        raise _invalid(f"token vectors are an array of rows: {error}", field) from error
    vector_type = next((one for one, dtype in _DTYPES.items() if dtype == array.dtype), None)
    if vector_type is None:
        raise _invalid(f"elements are float32, float16 or int8, not {array.dtype}", field)
    if array.ndim != 2 or array.size == 0:
        raise _invalid(f"the shape is (rows, dim), not {array.shape}", field)
    return types_pb2.Vectors(
        type=vector_type,
        dim=array.shape[1],
        rows=array.tobytes(),
        model_fingerprint=model_fingerprint,
    )


def from_vectors(message: types_pb2.Vectors) -> Rows:
    """A read-only array of shape (rows, dim) over the message's bytes."""
    dtype = _DTYPES[message.type]
    return cast(Rows, np.frombuffer(message.rows, dtype).reshape(-1, message.dim))


def to_query(query: QueryLike, *, field: str = "query") -> search_pb2.Query:
    if isinstance(query, str):
        return search_pb2.Query(text=query)
    if not isinstance(query, Query):
        return search_pb2.Query(vectors=to_vectors(query, field=f"{field}.vectors"))
    message = search_pb2.Query(text=query.text)
    if query.vectors is not None:
        vectors = to_vectors(
            query.vectors, field=f"{field}.vectors", model_fingerprint=query.model_fingerprint
        )
        message.vectors.CopyFrom(vectors)
    return message


def _invalid(message: str, field: str) -> SluiceError:
    return invalid(message, field=field, reason="INVALID_VECTORS")
