"""Hits as the frameworks' documents have them: a text, and metadata."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from .documents import FieldValue
from .filters import Bound, Filter
from .messages import SearchHit

FilterValue = str | bool | float | datetime


def passage_text(hit: SearchHit) -> str:
    """The hit's best passage; the title of a document without a text."""
    if hit.payload is None:
        return ""
    text = hit.payload.text or ""
    return text[hit.span.start : hit.span.end] or hit.payload.title or ""


def hit_metadata(hit: SearchHit) -> dict[str, FieldValue]:
    """The document's fields, and `key`, `title`, `score` and `passage_number` of the hit."""
    fields = {} if hit.payload is None else hit.payload.fields
    title = "" if hit.payload is None else hit.payload.title or ""
    return {
        **fields,
        "key": hit.key,
        "title": title,
        "score": hit.score,
        "passage_number": hit.passage_number,
    }


def compare(field: str, operator: str, value: object) -> Filter:
    """A comparison with the operator of a framework; ValueError for one without a counterpart.

    Bounds of ranges may be ISO 8601 times; `none` is a field that the document lacks.
    """
    match operator:
        case "==" if value is None:
            return ~Filter.exists(field)
        case "!=" if value is None:
            return Filter.exists(field)
        case "==":
            return Filter.any_of(field, cast(FilterValue, value))
        case "!=":
            return ~Filter.any_of(field, cast(FilterValue, value))
        case "in":
            return Filter.any_of(field, *_values(value))
        case "not in":
            return ~Filter.any_of(field, *_values(value))
        case ">":
            return Filter.range(field, more_than=_bound(field, value))
        case ">=":
            return Filter.range(field, at_least=_bound(field, value))
        case "<":
            return Filter.range(field, less_than=_bound(field, value))
        case "<=":
            return Filter.range(field, at_most=_bound(field, value))
        case _:
            raise ValueError(f"no filter of a server has the operator {operator!r}")


def _values(value: object) -> Sequence[FilterValue]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"a list of values is needed, not {value!r}")
    return value


def _bound(field: str, value: object) -> Bound:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, datetime)):
        raise ValueError(f"{field} is compared with a number or a time, not with {value!r}")
    return value
