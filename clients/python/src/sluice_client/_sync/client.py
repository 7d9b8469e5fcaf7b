"""The client for threads."""

from collections.abc import Iterable, Iterator
from typing import Self, Unpack

from .. import requests
from .._wire import documents_pb2 as d
from .._wire import search_pb2 as s
from ..channel import Tls
from ..decode import decode
from ..documents import Document
from ..enums import FeedbackKind
from ..filters import Filter
from ..messages import (
    DeleteResult,
    Explanation,
    ExportedDocument,
    FeedbackAck,
    FeedbackEvent,
    RerankUpdate,
    SearchUpdate,
    SlowSearch,
    StoredDocument,
    UpdateResult,
)
from ..methods import (
    DELETE,
    EXPLAIN,
    EXPORT,
    GET,
    LIST,
    LIST_FEEDBACK,
    LIST_SLOW_SEARCHES,
    RERANK,
    SEARCH,
    SEND_FEEDBACK,
    UPDATE,
)
from ..options import (
    ExplainOptions,
    ExportOptions,
    FeedbackOptions,
    RerankTextsOptions,
    SearchOptions,
)
from ..requests import FieldUpdate, RerankItem
from ..vectors import QueryLike
from .collections import Collections
from .ingest import Ingest
from .operations import Operations
from .session import Session
from .transport import Stream, Transport


class Client:
    """A connection to a server; thread-safe.

    It connects on the first call, and again after the connection was lost. All methods raise
    SluiceError. Calls that read are retried until their first answer, within a shared budget.
    """

    def __init__(
        self,
        address: str,
        *,
        api_key: str | None = None,
        tls: Tls | None = None,
        timeout_s: float = 30.0,
        allow_plaintext_key: bool = False,
    ) -> None:
        """`address` is `host:port` or a target of gRPC; `timeout_s` limits calls with one answer.

        INVALID_CONFIG for a key that would go to another machine unencrypted, unless
        `allow_plaintext_key` is set.
        """
        self._timeout_s = timeout_s
        self._transport = Transport(
            address, api_key=api_key, tls=tls, allow_plaintext_key=allow_plaintext_key
        )
        self.collections = Collections(self._transport, timeout_s)
        self.operations = Operations(self._transport, timeout_s)

    def search(
        self,
        collection: str,
        query: QueryLike | None = None,
        *,
        timeout_s: float | None = None,
        **options: Unpack[SearchOptions],
    ) -> Stream[SearchUpdate]:
        """Whole rankings, each at least as good as the one before; `.final()` waits for the last.

        `timeout_s` is a deadline: the best ranking is sent a little before it.
        """
        request = requests.search(collection, query, options)
        responses = self._transport.server_stream(SEARCH, request, timeout_s)
        return Stream(responses, _search_update)

    def session(self, collection: str, *, timeout_s: float | None = None) -> Session:
        """Search as you type, over one stream."""
        return Session(self._transport, collection, timeout_s)

    def rerank(
        self,
        query: QueryLike,
        items: Iterable[str | RerankItem],
        *,
        timeout_s: float | None = None,
        **options: Unpack[RerankTextsOptions],
    ) -> Stream[RerankUpdate]:
        """Rankings of 1 to 10,000 texts or items of the caller; `.final()` waits for the last."""
        request = requests.rerank(query, items, options)
        responses = self._transport.server_stream(RERANK, request, timeout_s)
        return Stream(responses, lambda response: decode(response, RerankUpdate))

    def explain(
        self, collection: str, key: str, query: QueryLike, **options: Unpack[ExplainOptions]
    ) -> Explanation:
        """How a passage of the document gets its score, token by token."""
        request = requests.explain(collection, key, query, options)
        return decode(self._transport.unary(EXPLAIN, request, self._timeout_s), Explanation)

    def ingest(
        self,
        collection: str,
        documents: Iterable[Document],
        *,
        batch_size: int = 64,
        timeout_s: float | None = None,
    ) -> Ingest:
        """Writes documents; iterate over the answers, or call `.finish()`.

        The iterable is read in another thread. A document that is refused does not end the stream.
        A message has `batch_size` documents, 1 to 256; set it to 1 where the iterable waits for
        answers.
        """
        return Ingest(
            self._transport, collection, documents, batch_size=batch_size, timeout_s=timeout_s
        )

    def update(self, collection: str, updates: Iterable[FieldUpdate]) -> UpdateResult:
        """Changes fields of 1 to 1,000 documents without encoding their texts again."""
        request = requests.update(collection, updates)
        return decode(self._transport.unary(UPDATE, request, self._timeout_s), UpdateResult)

    def get(self, collection: str, keys: Iterable[str]) -> tuple[StoredDocument, ...]:
        """The documents of 1 to 1,000 keys, in their order; unknown keys are left out."""
        response = self._transport.unary(GET, requests.get(collection, keys), self._timeout_s)
        return tuple(decode(one, StoredDocument) for one in response.documents)

    def delete(
        self, collection: str, keys: Iterable[str] = (), *, filter: Filter | None = None
    ) -> DeleteResult:
        """Deletes documents by up to 1,000 keys, or all that match; durable when it returns."""
        request = requests.delete(collection, keys, filter)
        return decode(self._transport.unary(DELETE, request, self._timeout_s), DeleteResult)

    def documents(self, collection: str) -> Iterator[StoredDocument]:
        """All documents in byte order of their keys, read page by page."""
        token = ""
        while True:
            request = d.DocumentServiceListRequest(collection=collection, page_token=token)
            page = self._transport.unary(LIST, request, self._timeout_s)
            yield from (decode(one, StoredDocument) for one in page.documents)
            token = page.next_page_token
            if token == "":
                return

    def export(
        self, collection: str, **options: Unpack[ExportOptions]
    ) -> Stream[tuple[ExportedDocument, ...]]:
        """Batches of documents, all as they are when the call begins; the first may be empty.

        After an error call again with `after_key`.
        """
        request = requests.export(collection, options)
        return Stream(self._transport.server_stream(EXPORT, request, None), _exported)

    def send_feedback(
        self,
        collection: str,
        query_text: str,
        key: str,
        kind: FeedbackKind,
        **options: Unpack[FeedbackOptions],
    ) -> FeedbackAck:
        """Records what a user did with a hit; on disk when it returns."""
        request = requests.feedback(collection, query_text, key, kind, options)
        return decode(self._transport.unary(SEND_FEEDBACK, request, self._timeout_s), FeedbackAck)

    def feedback(self, collection: str, *, since_ms: int | None = None) -> Iterator[FeedbackEvent]:
        """Recorded feedback, oldest first, read page by page."""
        token = ""
        while True:
            request = s.ListFeedbackRequest(
                collection=collection, page_token=token, since_ms=since_ms
            )
            page = self._transport.unary(LIST_FEEDBACK, request, self._timeout_s)
            yield from (decode(one, FeedbackEvent) for one in page.events)
            token = page.next_page_token
            if token == "":
                return

    def slow_searches(self) -> tuple[SlowSearch, ...]:
        """The last slow searches, the newest first; needs `admin` on their collections."""
        request = s.ListSlowSearchesRequest()
        response = self._transport.unary(LIST_SLOW_SEARCHES, request, self._timeout_s)
        return tuple(decode(one, SlowSearch) for one in response.searches)

    def close(self) -> None:
        """Ends all calls and the connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _search_update(response: s.SearchResponse) -> SearchUpdate:
    return decode(response.update, SearchUpdate)


def _exported(response: d.ExportResponse) -> tuple[ExportedDocument, ...]:
    return tuple(decode(one, ExportedDocument) for one in response.documents)
