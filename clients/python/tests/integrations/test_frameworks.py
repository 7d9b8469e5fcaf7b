"""LangChain, LlamaIndex and Haystack with the real libraries, against a real server."""

import asyncio
from typing import Any

import pytest
from haystack import Document as HaystackDocument
from haystack import Pipeline
from haystack.utils import Secret
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document as LangChainDocument
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.vector_stores import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from conftest import Server
from sluice_client import AsyncClient, Client, haystack, langchain, llama_index

QUESTION = "which sea does the Volga reach"
TEXTS = ["Two eggs and a little flour.", "The Volga reaches the Caspian Sea."]


def test_langchain_retrieves_and_re_ranks(client: Client) -> None:
    retriever = langchain.SluiceRetriever(client=client, collection="rivers", k=3)
    documents = retriever.invoke(QUESTION)
    assert documents[0].id == "volga"
    assert documents[0].page_content == "The Volga flows into the Caspian Sea."
    assert documents[0].metadata["length"] == 3531
    compressor = langchain.SluiceRerank(client=client, top_n=1)
    pipeline = ContextualCompressionRetriever(base_compressor=compressor, base_retriever=retriever)
    (best,) = pipeline.invoke(QUESTION)
    assert best.id == "volga"
    assert 0 < best.metadata["relevance_score"] <= 1
    assert compressor.compress_documents([], QUESTION) == []


def test_langchain_in_asyncio(server: Server, client: Client) -> None:
    async def run() -> None:
        async with AsyncClient(server.address) as async_client:
            for own in (async_client, None):
                retriever = langchain.SluiceRetriever(
                    client=client,
                    async_client=own,
                    collection="rivers",
                    options={"exhaustive": True},
                )
                documents = await retriever.ainvoke(QUESTION)
                assert documents[0].id == "volga"
                compressor = langchain.SluiceRerank(client=client, async_client=own)
                given = [LangChainDocument(page_content=text) for text in TEXTS]
                ranked = await compressor.acompress_documents(given, QUESTION)
                assert [one.page_content for one in ranked] == TEXTS[::-1]

    asyncio.run(run())


def test_llama_index_retrieves_re_ranks_and_answers(server: Server, client: Client) -> None:
    retriever = llama_index.SluiceRetriever(client, "rivers", k=3)
    nodes = retriever.retrieve(QUESTION)
    assert nodes[0].node.node_id == "volga#0"
    assert nodes[0].node.metadata["sea"] == "Caspian Sea"
    reranker = llama_index.SluiceRerank(client=client, top_n=1)
    synthesizer = get_response_synthesizer(llm=MockLLM())
    engine = RetrieverQueryEngine(retriever, synthesizer, node_postprocessors=[reranker])
    (source,) = engine.query(QUESTION).source_nodes
    assert source.node.node_id == "volga#0"

    async def run() -> None:
        async with AsyncClient(server.address) as own:
            retriever = llama_index.SluiceRetriever(client, "rivers", async_client=own)
            assert (await retriever.aretrieve(QUESTION))[0].node.node_id == "volga#0"
            given = [NodeWithScore(node=TextNode(text=text)) for text in TEXTS]
            for async_client in (own, None):
                reranker = llama_index.SluiceRerank(client=client, async_client=async_client)
                ranked = await reranker.apostprocess_nodes(given, query_str=QUESTION)
                assert [one.text for one in ranked] == TEXTS[::-1]

    asyncio.run(run())


LLAMA_FILTERS: list[tuple[FilterOperator, Any, set[str]]] = [
    (FilterOperator.EQ, "Black Sea", {"danube"}),
    (FilterOperator.NE, "Black Sea", {"rhine", "volga"}),
    (FilterOperator.IN, ["Black Sea", "North Sea"], {"danube", "rhine"}),
    (FilterOperator.NIN, ["Black Sea", "North Sea"], {"volga"}),
    (FilterOperator.ANY, ["Black Sea"], {"danube"}),
    (FilterOperator.ALL, ["Black Sea"], {"danube"}),
    (FilterOperator.CONTAINS, "Black Sea", {"danube"}),
    (FilterOperator.IS_EMPTY, None, set()),
]


@pytest.mark.parametrize(("operator", "value", "keys"), LLAMA_FILTERS)
def test_llama_index_filters(
    client: Client, operator: FilterOperator, value: Any, keys: set[str]
) -> None:
    filters = MetadataFilters(filters=[MetadataFilter(key="sea", value=value, operator=operator)])
    retriever = llama_index.SluiceRetriever(client, "rivers", filters=filters)
    assert {one.node.metadata["key"] for one in retriever.retrieve("river")} == keys


def test_llama_index_filters_combine_and_refuse(client: Client) -> None:
    longer = MetadataFilter(key="length", value=2000, operator=FilterOperator.GT)
    shorter = MetadataFilter(key="length", value=3000, operator=FilterOperator.LTE)
    for condition, count in ((FilterCondition.AND, 1), (FilterCondition.OR, 3)):
        filters = MetadataFilters(filters=[longer, shorter], condition=condition)
        retriever = llama_index.SluiceRetriever(client, "rivers", filters=filters)
        assert len(retriever.retrieve("river")) == count
    unknown = MetadataFilter(key="sea", value="Sea", operator=FilterOperator.TEXT_MATCH)
    with pytest.raises(ValueError, match="text_match"):
        llama_index.SluiceRetriever(client, "rivers", filters=MetadataFilters(filters=[unknown]))


def test_haystack_retrieves_ranks_and_is_saved(server: Server) -> None:
    pipeline = Pipeline()
    longer = {"field": "meta.length", "operator": ">", "value": 2000}
    retriever = haystack.SluiceRetriever(server.address, "rivers", filters=longer)
    pipeline.add_component("retriever", retriever)
    pipeline.add_component("ranker", haystack.SluiceRanker(server.address, top_k=1))
    pipeline.connect("retriever.documents", "ranker.documents")
    loaded = Pipeline.loads(pipeline.dumps(), allowed_modules=["sluice_client.haystack"])
    for one in (pipeline, loaded):
        result = one.run({"retriever": {"query": QUESTION}, "ranker": {"query": QUESTION}})
        (best,) = result["ranker"]["documents"]
        assert best.id == "volga#0"
        assert best.meta["sea"] == "Caspian Sea"
    ranker = haystack.SluiceRanker(server.address)
    given = [HaystackDocument(content=text) for text in TEXTS]
    ranked = ranker.run(query=QUESTION, documents=given)["documents"]
    assert [one.content for one in ranked] == TEXTS[::-1]
    assert ranker.run(query=QUESTION, documents=[])["documents"] == []


def test_a_saved_haystack_pipeline_has_the_place_of_its_key(server: Server) -> None:
    key = Secret.from_env_var("SLUICE_KEY", strict=False)
    saved = haystack.SluiceRanker(server.address, api_key=key).to_dict()
    assert haystack.SluiceRanker.from_dict(saved).api_key == key


def test_haystack_filters(server: Server) -> None:
    retriever = haystack.SluiceRetriever(server.address, "rivers")

    def found(filters: dict[str, Any]) -> set[object]:
        documents = retriever.run(query="river", filters=filters)["documents"]
        return {one.meta["key"] for one in documents}

    north = {"field": "meta.sea", "operator": "==", "value": "North Sea"}
    long = {"field": "meta.length", "operator": ">=", "value": 2850}
    assert found({"operator": "OR", "conditions": [north, long]}) == {"rhine", "danube", "volga"}
    assert found({"operator": "NOT", "conditions": [north]}) == {"danube", "volga"}
    assert found({"field": "meta.absent", "operator": "==", "value": None}) == {
        "rhine",
        "danube",
        "volga",
    }
    assert found({"field": "meta.sea", "operator": "not in", "value": ["Black Sea"]}) == {
        "rhine",
        "volga",
    }
    for wrong in ({"operator": "XOR", "conditions": []}, {**north, "operator": "like"}):
        with pytest.raises(ValueError):
            retriever.run(query="river", filters=wrong)
