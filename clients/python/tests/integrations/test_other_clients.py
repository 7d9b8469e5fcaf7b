"""Clients of other services, pointed at a server: the rows of docs/reference/clients.md."""

import cohere
import httpx
import litellm
import voyageai
from langchain_cohere import CohereRerank as LangChainCohereRerank
from langchain_core.documents import Document
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.postprocessor.cohere_rerank import CohereRerank as LlamaCohereRerank
from pydantic import SecretStr

from conftest import Server

QUERY = "how do rivers carve valleys"
TEXTS = [
    "The recipe asks for two eggs and a little flour.",
    "Running water wears away rock, and over ages a stream cuts a valley.",
    "Valleys were named after the families that farmed them.",
]
MODEL = "bge-small-en-v1.5-late"


def test_cohere(server: Server) -> None:
    for client in (
        cohere.ClientV2(api_key="unused", base_url=server.url),
        cohere.Client(api_key="unused", base_url=server.url),
    ):
        answer = client.rerank(model=MODEL, query=QUERY, documents=TEXTS, top_n=2)
        assert [one.index for one in answer.results] == [1, 2]
        assert 0 < answer.results[0].relevance_score <= 1


def test_voyageai(server: Server) -> None:
    client = voyageai.Client(api_key="unused", base_url=f"{server.url}/v1")
    answer = client.rerank(QUERY, TEXTS, model=MODEL, top_k=2)
    assert [one.index for one in answer.results] == [1, 2]
    assert answer.results[0].document == TEXTS[1]


def test_langchain_cohere(server: Server) -> None:
    reranker = LangChainCohereRerank(
        base_url=server.url, cohere_api_key=SecretStr("unused"), model=MODEL, top_n=1
    )
    documents = [Document(page_content=text) for text in TEXTS]
    (best,) = reranker.compress_documents(documents, QUERY)
    assert best.page_content == TEXTS[1]


def test_llama_index_cohere(server: Server) -> None:
    reranker = LlamaCohereRerank(base_url=server.url, api_key="unused", model=MODEL, top_n=1)
    nodes = [NodeWithScore(node=TextNode(text=text)) for text in TEXTS]
    (best,) = reranker.postprocess_nodes(nodes, query_str=QUERY)
    assert best.text == TEXTS[1]


def test_litellm(server: Server) -> None:
    for provider in ("cohere", "hosted_vllm"):
        answer = litellm.rerank(
            model=f"{provider}/{MODEL}",
            query=QUERY,
            documents=TEXTS,
            top_n=1,
            api_base=server.url,
            api_key="unused",
        )
        assert answer.results is not None
        assert answer.results[0]["index"] == 1, provider


def test_text_embeddings_inference(server: Server) -> None:
    body = {"query": QUERY, "texts": TEXTS, "raw_scores": False, "return_text": True}
    response = httpx.post(f"{server.url}/rerank", json=body)
    assert response.status_code == 200
    best = response.json()[0]
    assert (best["index"], best["text"]) == (1, TEXTS[1])
