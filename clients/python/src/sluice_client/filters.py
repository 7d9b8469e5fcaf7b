"""Filters: which documents are eligible."""

from datetime import datetime

from ._wire import types_pb2
from .documents import FieldValue, to_field, to_time_ms

Bound = float | datetime


class Filter:
    """A condition on documents; `&`, `|` and `~` combine conditions.

    `Filter.any_of("topic", "mining") & Filter.range("year", less_than=1890)`
    """

    __slots__ = ("message",)

    def __init__(self, message: types_pb2.Filter) -> None:
        self.message = message

    @staticmethod
    def any_of(field: str, *values: str | bool | float | datetime) -> "Filter":
        """True when the field has one of the values, 1 to 1,024."""
        messages = [_nameless(field, value) for value in values]
        condition = types_pb2.FieldAnyOf(field=field, values=messages)
        return Filter(types_pb2.Filter(any_of=condition))

    @staticmethod
    def range(
        field: str,
        *,
        at_least: Bound | None = None,
        more_than: Bound | None = None,
        at_most: Bound | None = None,
        less_than: Bound | None = None,
    ) -> "Filter":
        """True when a number or a time lies in the range; a bound that is None is open."""
        condition = types_pb2.FieldRange(
            field=field,
            at_least=_bound(field, at_least),
            more_than=_bound(field, more_than),
            at_most=_bound(field, at_most),
            less_than=_bound(field, less_than),
        )
        return Filter(types_pb2.Filter(range=condition))

    @staticmethod
    def exists(field: str) -> "Filter":
        """True when the document has a field of this name."""
        return Filter(types_pb2.Filter(exists=field))

    @staticmethod
    def prefix(field: str, prefix: str) -> "Filter":
        """True when a keyword of the field begins with the prefix."""
        return Filter(types_pb2.Filter(prefix=types_pb2.FieldPrefix(field=field, prefix=prefix)))

    @staticmethod
    def key_any_of(*keys: str) -> "Filter":
        """True when the document's key is one of the keys, 1 to 1,024."""
        return Filter(types_pb2.Filter(key_any_of=types_pb2.KeyAnyOf(keys=keys)))

    @staticmethod
    def key_prefix(prefix: str) -> "Filter":
        """True when the document's key begins with the prefix."""
        return Filter(types_pb2.Filter(key_prefix=prefix))

    @staticmethod
    def all(*filters: "Filter") -> "Filter":
        """True when every filter is true; without filters always."""
        return Filter(types_pb2.Filter(all=_list_of(filters)))

    @staticmethod
    def any(*filters: "Filter") -> "Filter":
        """True when at least one filter is true; without filters never."""
        return Filter(types_pb2.Filter(any=_list_of(filters)))

    def __and__(self, other: "Filter") -> "Filter":
        return Filter.all(self, other)

    def __or__(self, other: "Filter") -> "Filter":
        return Filter.any(self, other)

    def __invert__(self) -> "Filter":
        # `not` is a keyword of Python, so the message has no attribute of this name.
        message = types_pb2.Filter()
        getattr(message, "not").CopyFrom(self.message)
        return Filter(message)

    def __repr__(self) -> str:
        return f"Filter({self.message})"


def _list_of(filters: tuple[Filter, ...]) -> types_pb2.FilterList:
    return types_pb2.FilterList(filters=[one.message for one in filters])


def _nameless(field: str, value: FieldValue) -> types_pb2.Field:
    message = to_field(field, value)
    message.ClearField("name")
    return message


def _bound(field: str, value: Bound | None) -> float | None:
    return to_time_ms(value, field=field) if isinstance(value, datetime) else value
