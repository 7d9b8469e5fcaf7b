"""A LlamaIndex query engine: hybrid search with a filter, re-ranking, and an answer."""

from llama_index.core.llms import LLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.vector_stores import MetadataFilters

from sluice_client import Client
from sluice_client.llama_index import SluiceRerank, SluiceRetriever


def build_engine(
    client: Client, collection: str, llm: LLM, filters: MetadataFilters | None = None
) -> RetrieverQueryEngine:
    """An engine that answers from the four best passages."""
    retriever = SluiceRetriever(
        client, collection, k=20, filters=filters, options={"lexical_weight": 0.3}
    )
    reranker = SluiceRerank(client=client, top_n=4, model="sluice-rerank-small")
    synthesizer = get_response_synthesizer(llm=llm)
    return RetrieverQueryEngine(retriever, synthesizer, node_postprocessors=[reranker])
