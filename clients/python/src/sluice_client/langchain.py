"""LangChain: a retriever over a collection, and a document compressor that re-ranks.

Needs `sluice-client[langchain]`.
"""

from collections.abc import Sequence
from typing import cast

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
    Callbacks,
)
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from ._asyncio.client import AsyncClient
from ._hits import hit_metadata, passage_text
from ._sync.client import Client
from .messages import RerankUpdate, SearchUpdate
from .options import RerankTextsOptions, SearchOptions


class SluiceRetriever(BaseRetriever):
    """The best passages for a query: by words and by meaning, re-ranked if the options say so.

    A document has the passage as `page_content`, the key as `id`, and the fields, `title` and
    `score` in its metadata. Without `async_client` asynchronous calls run in a thread.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: Client = Field(exclude=True)
    async_client: AsyncClient | None = Field(default=None, exclude=True)
    collection: str
    k: int = 10
    options: dict[str, object] = Field(default_factory=dict, exclude=True)
    """Options of `Client.search` (`SearchOptions`), such as `rerank` and `filter`."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return _documents(self.client.search(self.collection, query, **self._options()).final())

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        if self.async_client is None:
            return await super()._aget_relevant_documents(query, run_manager=run_manager)
        stream = self.async_client.search(self.collection, query, **self._options())
        return _documents(await stream.final())

    def _options(self) -> SearchOptions:
        return cast(SearchOptions, {"k": self.k, **self.options})


class SluiceRerank(BaseDocumentCompressor):
    """Documents of any retriever, re-ranked by a model of the server.

    The result has `relevance_score` in its metadata. Without `async_client` asynchronous calls run
    in a thread.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client: Client = Field(exclude=True)
    async_client: AsyncClient | None = Field(default=None, exclude=True)
    top_n: int | None = None
    model: str = ""
    """A late-interaction or cross-encoder model of the server; empty: its default."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The documents, best first, at most `top_n`."""
        if not documents:
            return []
        texts = [document.page_content for document in documents]
        return _ranked(documents, self.client.rerank(query, texts, **self._options()).final())

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The same for asyncio."""
        if self.async_client is None:
            return await super().acompress_documents(documents, query, callbacks)
        if not documents:
            return []
        texts = [document.page_content for document in documents]
        stream = self.async_client.rerank(query, texts, **self._options())
        return _ranked(documents, await stream.final())

    def _options(self) -> RerankTextsOptions:
        options: RerankTextsOptions = {"model": self.model}
        if self.top_n is not None:
            options["top_n"] = self.top_n
        return options


def _documents(final: SearchUpdate) -> list[Document]:
    return [
        Document(id=hit.key, page_content=passage_text(hit), metadata=hit_metadata(hit))
        for hit in final.hits
    ]


def _ranked(documents: Sequence[Document], final: RerankUpdate) -> list[Document]:
    ranked = []
    for hit in final.hits:
        one = documents[hit.index]
        metadata = {**one.metadata, "relevance_score": hit.score}
        ranked.append(Document(id=one.id, page_content=one.page_content, metadata=metadata))
    return ranked
