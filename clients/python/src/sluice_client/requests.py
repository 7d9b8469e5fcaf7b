"""Requests of the calls that both clients make, from Python values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

from ._wire import collections_pb2 as c
from ._wire import documents_pb2 as d
from ._wire import search_pb2 as s
from ._wire import types_pb2 as t
from .documents import FieldValue, to_fields
from .encode import to_message
from .enums import FeedbackKind
from .errors import invalid
from .filters import Filter
from .messages import ScoreMap
from .vectors import QueryLike, RowsLike, to_query, to_vectors

Options = Mapping[str, object]
"""A TypedDict of `options.py`, whose keys and types the signature of the method has checked."""

# Places of texts are those of Python's strings: text[span.start : span.end].
_SPAN_UNIT = t.SPAN_UNIT_CODE_POINTS


@dataclass(frozen=True, slots=True)
class RerankItem:
    """One item to re-rank; text or vectors are required."""

    text: str = ""
    """At most 4 MiB."""

    key: str = ""
    """The caller's name for it, at most 512 bytes; it comes back in the ranking."""

    vectors: RowsLike | None = None
    """Token vectors; then no model is used for it."""


@dataclass(frozen=True, slots=True)
class FieldUpdate:
    """A change of one document's fields."""

    key: str
    """Key of the document."""

    set: Mapping[str, FieldValue] = field(default_factory=dict)
    """Fields to add or to replace, at most 64."""

    remove: Sequence[str] = ()
    """Names of fields to remove, at most 64."""

    if_sequence: int | None = None
    """Change only the stored document of this sequence."""


def search(collection: str, query: QueryLike | None, options: object) -> s.SearchRequest:
    request = s.SearchRequest(collection=collection, span_unit=_SPAN_UNIT)
    if query is not None:
        request.query.CopyFrom(to_query(query))
    return to_message(request, cast(Options, options))


def session_query(
    number: int, collection: str, query: QueryLike | None, options: object
) -> s.SearchSessionRequest:
    return s.SearchSessionRequest(query_number=number, search=search(collection, query, options))


def rerank(query: QueryLike, items: Iterable[str | RerankItem], options: object) -> s.RerankRequest:
    messages = [_rerank_item(item, i) for i, item in enumerate(items)]
    request = s.RerankRequest(query=to_query(query), items=messages)
    return to_message(request, cast(Options, options))


def _rerank_item(item: str | RerankItem, index: int) -> s.RerankItem:
    if isinstance(item, str):
        return s.RerankItem(text=item)
    if not isinstance(item, RerankItem):
        name = type(item).__name__
        raise invalid(f"an item is a text or a RerankItem, not {name}", field=f"items[{index}]")
    message = s.RerankItem(text=item.text, key=item.key)
    if item.vectors is not None:
        vectors = to_vectors(item.vectors, field=f"items[{index}].vectors")
        message.vectors.CopyFrom(vectors)
    return message


def explain(collection: str, key: str, query: QueryLike, options: object) -> s.ExplainRequest:
    request = s.ExplainRequest(
        collection=collection, key=key, query=to_query(query), span_unit=_SPAN_UNIT
    )
    return to_message(request, cast(Options, options))


def feedback(
    collection: str, query_text: str, key: str, kind: FeedbackKind, options: object
) -> s.SendFeedbackRequest:
    request = s.SendFeedbackRequest(collection=collection, query_text=query_text, key=key)
    return to_message(request, {"kind": kind, **cast(Options, options)})


def update(collection: str, updates: Iterable[FieldUpdate]) -> d.DocumentServiceUpdateRequest:
    messages = [
        d.FieldUpdate(
            key=one.key,
            set=to_fields(one.set),
            remove=one.remove,
            if_sequence=one.if_sequence,
        )
        for one in updates
    ]
    return d.DocumentServiceUpdateRequest(collection=collection, updates=messages)


def get(collection: str, keys: Iterable[str]) -> d.DocumentServiceGetRequest:
    return to_message(d.DocumentServiceGetRequest(collection=collection), {"keys": keys})


def delete(
    collection: str, keys: Iterable[str], matching: Filter | None
) -> d.DocumentServiceDeleteRequest:
    request = d.DocumentServiceDeleteRequest(collection=collection)
    return to_message(request, {"keys": keys, "filter": matching})


def export(collection: str, options: object) -> d.ExportRequest:
    return to_message(d.ExportRequest(collection=collection), cast(Options, options))


def create(name: str, options: object) -> c.CollectionServiceCreateRequest:
    return to_message(c.CollectionServiceCreateRequest(name=name), cast(Options, options))


def calibrate(name: str, options: object) -> c.CollectionServiceCalibrateRequest:
    return to_message(c.CollectionServiceCalibrateRequest(name=name), cast(Options, options))


def optimize(name: str, *, full: bool, reanalyze: bool) -> c.CollectionServiceOptimizeRequest:
    return c.CollectionServiceOptimizeRequest(name=name, full=full, reanalyze=reanalyze)


def snapshot(name: str, *, snapshot_name: str, backup: bool) -> c.CollectionServiceSnapshotRequest:
    return c.CollectionServiceSnapshotRequest(name=name, snapshot_name=snapshot_name, backup=backup)


def restore(snapshot_name: str, *, name: str, backup: bool) -> c.CollectionServiceRestoreRequest:
    return c.CollectionServiceRestoreRequest(snapshot_name=snapshot_name, name=name, backup=backup)


def score_maps(name: str, maps: Iterable[ScoreMap]) -> c.CollectionServiceSetScoreMapsRequest:
    request = c.CollectionServiceSetScoreMapsRequest(name=name)
    return to_message(request, {"score_maps": [asdict(one) for one in maps]})
