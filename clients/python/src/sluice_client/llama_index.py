"""LlamaIndex: a retriever over a collection, and a node postprocessor that re-ranks.

Needs `sluice-client[llama-index]`.
"""

import asyncio

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.bridge.pydantic import Field
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from ._asyncio.client import AsyncClient
from ._hits import compare, hit_metadata, passage_text
from ._sync.client import Client
from .filters import Filter
from .messages import RerankUpdate, SearchHit, SearchUpdate
from .options import RerankTextsOptions, SearchOptions


class SluiceRetriever(BaseRetriever):
    """The best passages for a query: by words and by meaning, re-ranked if the options say so.

    A node is a passage, with the fields, `key`, `title` and `score` of its document as metadata.
    Without `async_client` asynchronous calls run in a thread.
    """

    def __init__(
        self,
        client: Client,
        collection: str,
        *,
        async_client: AsyncClient | None = None,
        k: int = 10,
        filters: MetadataFilters | None = None,
        options: SearchOptions | None = None,
    ) -> None:
        """`filters` is added to a filter among the options. ValueError for an unknown operator."""
        super().__init__()
        self._client = client
        self._async_client = async_client
        self._collection = collection
        self._options: SearchOptions = {"k": k, **(options or {})}
        if filters is not None:
            given = self._options.get("filter")
            added = to_filter(filters)
            self._options["filter"] = added if given is None else given & added

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        stream = self._client.search(self._collection, query_bundle.query_str, **self._options)
        return _nodes(stream.final())

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if self._async_client is None:
            return await asyncio.to_thread(self._retrieve, query_bundle)
        query = query_bundle.query_str
        stream = self._async_client.search(self._collection, query, **self._options)
        return _nodes(await stream.final())


class SluiceRerank(BaseNodePostprocessor):
    """Nodes of any retriever, re-ranked by a model of the server."""

    client: Client = Field(exclude=True)
    async_client: AsyncClient | None = Field(default=None, exclude=True)
    top_n: int | None = None
    model: str = ""
    """A late-interaction or cross-encoder model of the server; empty: its default."""

    @classmethod
    def class_name(cls) -> str:
        """Name under which LlamaIndex serializes the component."""
        return "SluiceRerank"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if not nodes or query_bundle is None:
            return nodes
        stream = self.client.rerank(query_bundle.query_str, _texts(nodes), **self._options())
        return _ranked(nodes, stream.final())

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if self.async_client is None:
            return await super()._apostprocess_nodes(nodes, query_bundle)
        if not nodes or query_bundle is None:
            return nodes
        stream = self.async_client.rerank(query_bundle.query_str, _texts(nodes), **self._options())
        return _ranked(nodes, await stream.final())

    def _options(self) -> RerankTextsOptions:
        options: RerankTextsOptions = {"model": self.model}
        if self.top_n is not None:
            options["top_n"] = self.top_n
        return options


def to_filter(filters: MetadataFilters) -> Filter:
    """The filter of a server; ValueError for an operator without a counterpart."""
    conditions = [
        to_filter(one) if isinstance(one, MetadataFilters) else _condition(one)
        for one in filters.filters
    ]
    if filters.condition == FilterCondition.OR:
        return Filter.any(*conditions)
    both = Filter.all(*conditions)
    return ~both if filters.condition == FilterCondition.NOT else both


def _condition(one: MetadataFilter) -> Filter:
    match one.operator:
        case FilterOperator.IS_EMPTY:
            return ~Filter.exists(one.key)
        case FilterOperator.CONTAINS:
            return compare(one.key, "==", one.value)
        case FilterOperator.ANY:
            return compare(one.key, "in", one.value)
        case FilterOperator.NIN:
            return compare(one.key, "not in", one.value)
        case FilterOperator.ALL if isinstance(one.value, list):
            return Filter.all(*(compare(one.key, "==", value) for value in one.value))
        case _:
            return compare(one.key, one.operator.value, one.value)


def _nodes(final: SearchUpdate) -> list[NodeWithScore]:
    return [NodeWithScore(node=_node(hit), score=hit.score) for hit in final.hits]


def _node(hit: SearchHit) -> TextNode:
    return TextNode(
        id_=f"{hit.key}#{hit.passage_number}",
        text=passage_text(hit),
        metadata=hit_metadata(hit),
        start_char_idx=hit.span.start,
        end_char_idx=hit.span.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.key)},
    )


def _texts(nodes: list[NodeWithScore]) -> list[str]:
    return [one.node.get_content(metadata_mode=MetadataMode.NONE) for one in nodes]


def _ranked(nodes: list[NodeWithScore], final: RerankUpdate) -> list[NodeWithScore]:
    return [NodeWithScore(node=nodes[hit.index].node, score=hit.score) for hit in final.hits]
