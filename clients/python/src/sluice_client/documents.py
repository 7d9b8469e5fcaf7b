"""Documents, and the typed values of their fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from numbers import Integral, Real

import numpy as np

from ._wire import types_pb2
from .errors import invalid
from .vectors import RowsLike, to_vectors

FieldValue = (
    str
    | bool
    | int
    | float
    | datetime
    | Sequence[str]
    | Sequence[int]
    | Sequence[float]
    | Sequence[datetime]
)
"""A keyword, boolean, integer (64 bits), float or time, or up to 256 of one kind but boolean.

A datetime needs a time zone; it is kept to the millisecond, and received in UTC. A time outside of
the years 1 to 9999, and a list with one, is received as integers, milliseconds since 1970.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A text that is stored and searched, with its metadata."""

    key: str
    """Unique in its collection: 1 to 512 bytes of UTF-8."""

    text: str = ""
    """At most 4 MiB. Empty only when `vectors` or `title` is given."""

    title: str = ""
    """At most 4,096 bytes."""

    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """Up to 64, by names of 1 to 64 bytes."""

    vectors: RowsLike | None = None
    """Token vectors, 1 to 10,000 rows; then the document is one passage, and no model is used."""

    model_fingerprint: str = ""
    """SHA-256 of the model folder that produced `vectors`; empty: only `dim` is compared."""

    if_sequence: int | None = None
    """Write only over the stored document of this sequence, with 0 only where there is none."""


def to_document(document: Document) -> types_pb2.Document:
    """Raises INVALID_FIELD or INVALID_VECTORS for what no message can hold."""
    try:
        message = types_pb2.Document(
            key=document.key,
            title=document.title,
            text=document.text,
            fields=to_fields(document.fields),
        )
    except (TypeError, ValueError) as error:
        raise invalid(f"document {document.key!r}: {error}", field="document") from error
    if document.vectors is not None:
        vectors = to_vectors(
            document.vectors, field="vectors", model_fingerprint=document.model_fingerprint
        )
        message.vectors.CopyFrom(vectors)
    return message


def from_document(message: types_pb2.Document) -> Document:
    return Document(
        key=message.key,
        title=message.title,
        text=message.text,
        fields=from_fields(message.fields),
    )


def to_fields(values: Mapping[str, FieldValue]) -> list[types_pb2.Field]:
    return [to_field(name, value) for name, value in values.items()]


def from_fields(messages: Iterable[types_pb2.Field]) -> dict[str, FieldValue]:
    return {message.name: _value_of(message) for message in messages}


def to_field(name: str, value: FieldValue) -> types_pb2.Field:
    """Raises INVALID_FIELD for a value of no kind that a field can have."""
    field = f"fields.{name}"
    message = types_pb2.Field(name=name)
    try:
        if isinstance(value, str):
            message.keyword = value
        elif isinstance(value, (bool, np.bool_)):
            message.boolean = bool(value)
        elif isinstance(value, datetime):
            message.time_ms = to_time_ms(value, field=field)
        elif isinstance(value, Integral):
            message.integer = int(value)
        elif isinstance(value, Real):
            message.float = float(value)
        elif isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
            _set_values(message, list(value), field)
        else:
            raise invalid(f"no field can hold a value of type {type(value).__name__}", field=field)
    except (TypeError, ValueError) as error:
        raise invalid(str(error), field=field) from error
    return message


def _set_values(message: types_pb2.Field, values: Sequence[object], field: str) -> None:
    """Without values the kind is that of keywords."""
    keywords = [value for value in values if isinstance(value, str)]
    times = [value for value in values if isinstance(value, datetime)]
    booleans = [value for value in values if isinstance(value, (bool, np.bool_))]
    integers = [value for value in values if isinstance(value, Integral)]
    numbers = [value for value in values if isinstance(value, Real)]
    if len(keywords) == len(values):
        message.keywords.SetInParent()
        message.keywords.values.extend(keywords)
    elif len(times) == len(values):
        message.times.values_ms.extend(to_time_ms(value, field=field) for value in times)
    elif booleans or len(numbers) < len(values):
        raise invalid("the values of a list are keywords, numbers or times", field=field)
    elif len(integers) == len(values):
        message.integers.values.extend(int(value) for value in integers)
    else:
        message.floats.values.extend(float(value) for value in numbers)


def _value_of(message: types_pb2.Field) -> FieldValue:
    match message.WhichOneof("value"):
        case "keyword":
            return message.keyword
        case "keywords":
            return list(message.keywords.values)
        case "integer":
            return message.integer
        case "integers":
            return list(message.integers.values)
        case "float":
            return message.float
        case "floats":
            return list(message.floats.values)
        case "boolean":
            return message.boolean
        case "time_ms":
            return _from_time_ms(message.time_ms)
        case "times":
            return _from_times(message.times.values_ms)
        case _:
            # A kind that a later version has added.
            return ""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_time_ms(value: datetime, *, field: str) -> int:
    """Milliseconds since 1970, rounded down. Raises INVALID_FIELD for a datetime without a zone."""
    if value.tzinfo is None:
        raise invalid("a datetime needs a time zone", field=field)
    return (value - _EPOCH) // timedelta(milliseconds=1)


def _from_time_ms(value: int) -> datetime | int:
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return value


def _from_times(values: Iterable[int]) -> list[datetime] | list[int]:
    times = [_from_time_ms(value) for value in values]
    if all(isinstance(time, datetime) for time in times):
        return [time for time in times if isinstance(time, datetime)]
    return list(values)
