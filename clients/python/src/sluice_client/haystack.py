"""Haystack: a retriever over a collection, and a ranker.

Needs `sluice-client[haystack]`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, TypeVar

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.utils import Secret

from ._hits import compare, hit_metadata, passage_text
from ._sync.client import Client
from .filters import Filter
from .options import RerankTextsOptions, SearchOptions

C = TypeVar("C")


class DocumentsOutput(TypedDict):
    """What both components return."""

    documents: list[Document]


@component
class SluiceRetriever:
    """The best passages for a query: by words and by meaning, re-ranked if the options say so.

    A document has the passage as `content`, and the fields, `key` and `title` in its `meta`.
    """

    def __init__(
        self,
        address: str,
        collection: str,
        top_k: int = 10,
        filters: dict[str, object] | None = None,
        options: SearchOptions | None = None,
        api_key: Secret | None = None,
    ) -> None:
        """`options` are those of a search, without `filter`, which `filters` stands for."""
        self.address = address
        self.collection = collection
        self.top_k = top_k
        self.filters = filters
        self.options = options
        self.api_key = api_key
        self._client: Client | None = None

    def to_dict(self) -> dict[str, object]:
        """The component as a pipeline is saved; a key only as the place that it comes from."""
        return dict(
            default_to_dict(
                self,
                address=self.address,
                collection=self.collection,
                top_k=self.top_k,
                filters=self.filters,
                options=self.options,
                api_key=None if self.api_key is None else self.api_key.to_dict(),
            )
        )

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> "SluiceRetriever":
        """The component of a saved pipeline."""
        return _from_dict(cls, data)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, filters: dict[str, object] | None = None, top_k: int | None = None
    ) -> DocumentsOutput:
        """`filters` and `top_k` replace those of the component. ValueError for a wrong filter."""
        options: SearchOptions = {**(self.options or {}), "k": top_k or self.top_k}
        chosen = filters or self.filters
        if chosen:
            options["filter"] = to_filter(chosen)
        self._client = self._client or _connect(self.address, self.api_key)
        final = self._client.search(self.collection, query, **options).final()
        documents = [
            Document(
                id=f"{hit.key}#{hit.passage_number}",
                content=passage_text(hit),
                meta=hit_metadata(hit),
                score=hit.score,
            )
            for hit in final.hits
        ]
        return {"documents": documents}


@component
class SluiceRanker:
    """Documents of any component, re-ranked by a model of the server."""

    def __init__(
        self,
        address: str,
        model: str = "",
        top_k: int | None = None,
        api_key: Secret | None = None,
    ) -> None:
        """`model` is a late-interaction or cross-encoder model; empty: the server's default."""
        self.address = address
        self.model = model
        self.top_k = top_k
        self.api_key = api_key
        self._client: Client | None = None

    def to_dict(self) -> dict[str, object]:
        """The component as a pipeline is saved; a key only as the place that it comes from."""
        return dict(
            default_to_dict(
                self,
                address=self.address,
                model=self.model,
                top_k=self.top_k,
                api_key=None if self.api_key is None else self.api_key.to_dict(),
            )
        )

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> "SluiceRanker":
        """The component of a saved pipeline."""
        return _from_dict(cls, data)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, documents: list[Document], top_k: int | None = None
    ) -> DocumentsOutput:
        """The documents that have a text, best first, at most `top_k`."""
        with_text = [one for one in documents if one.content]
        if not with_text:
            return {"documents": []}
        options: RerankTextsOptions = {"model": self.model}
        limit = top_k or self.top_k
        if limit is not None:
            options["top_n"] = limit
        self._client = self._client or _connect(self.address, self.api_key)
        texts = [one.content or "" for one in with_text]
        final = self._client.rerank(query, texts, **options).final()
        return {"documents": [replace(with_text[hit.index], score=hit.score) for hit in final.hits]}


def to_filter(filters: Mapping[str, object]) -> Filter:
    """A filter of Haystack as one of the server; ValueError where there is no counterpart."""
    operator = str(filters.get("operator"))
    if "field" in filters:
        field = str(filters["field"]).removeprefix("meta.")
        return compare(field, operator, filters.get("value"))
    conditions = filters.get("conditions")
    if operator not in ("AND", "OR", "NOT") or not isinstance(conditions, list):
        raise ValueError(f"a filter has a field, or AND, OR or NOT of conditions: {filters!r}")
    converted = [to_filter(one) for one in conditions]
    if operator == "OR":
        return Filter.any(*converted)
    both = Filter.all(*converted)
    return ~both if operator == "NOT" else both


def _connect(address: str, api_key: Secret | None) -> Client:
    return Client(address, api_key=None if api_key is None else api_key.resolve_value())


def _from_dict(cls: type[C], data: dict[str, object]) -> C:
    parameters = data["init_parameters"]
    if isinstance(parameters, dict) and parameters.get("api_key") is not None:
        parameters["api_key"] = Secret.from_dict(parameters["api_key"])
    built = default_from_dict(cls, data)
    assert isinstance(built, cls)
    return built
