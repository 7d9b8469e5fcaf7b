"""A LangChain pipeline: hybrid search, re-ranking, and an answer from the passages that remain."""

from collections.abc import Sequence

from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from sluice_client import Client
from sluice_client.langchain import SluiceRerank, SluiceRetriever

PROMPT = ChatPromptTemplate.from_template(
    "Answer from these passages, and name their keys.\n\n{context}\n\nQuestion: {question}"
)


def build_chain(client: Client, collection: str, llm: BaseChatModel) -> Runnable[str, str]:
    """A chain from a question to an answer."""
    # One search scores words (BM25) and meaning (late interaction); a higher weight favours words.
    retriever = SluiceRetriever(
        client=client, collection=collection, k=20, options={"lexical_weight": 0.3, "typos": True}
    )
    best = ContextualCompressionRetriever(
        base_compressor=SluiceRerank(client=client, top_n=4, model="sluice-rerank-small"),
        base_retriever=retriever,
    )
    inputs = {"context": best | RunnableLambda(as_text), "question": RunnablePassthrough()}
    return inputs | PROMPT | llm | StrOutputParser()


def as_text(documents: Sequence[Document]) -> str:
    """Passages with their sources."""
    return "\n\n".join(f"[{one.metadata['key']}] {one.page_content}" for one in documents)
