"""The examples, run as their readers would."""

import json

import fastapi_service
import langchain_pipeline
import llama_index_pipeline
import pytest
from fastapi.testclient import TestClient
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import BaseMessage
from llama_index.core.llms import MockLLM
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

from conftest import Server
from sluice_client import Client

QUESTION = "which sea does the Volga reach"


def test_the_fastapi_service(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_ADDRESS", server.address)
    with TestClient(fastapi_service.app) as http:
        body = http.get("/search", params={"collection": "rivers", "q": QUESTION}).text
        events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: ")]
        assert events[-1]["final"]
        assert events[-1]["hits"][0]["key"] == "volga"
        passages = http.get("/context", params={"collection": "rivers", "q": QUESTION}).json()
        assert passages[0]["key"] == "volga"
        body = http.get("/search", params={"collection": "absent", "q": QUESTION}).text
        assert "COLLECTION_NOT_FOUND" in body
        answer = http.get("/context", params={"collection": "absent", "q": QUESTION})
        assert (answer.status_code, answer.json()["reason"]) == (404, "COLLECTION_NOT_FOUND")


def test_the_langchain_pipeline(client: Client) -> None:
    prompts: list[BaseMessage] = []

    class RecordingModel(FakeListChatModel):
        def _call(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> str:
            prompts.extend(messages)
            return "The Caspian Sea [volga]."

    chain = langchain_pipeline.build_chain(client, "rivers", RecordingModel(responses=[""]))
    assert chain.invoke(QUESTION) == "The Caspian Sea [volga]."
    (prompt,) = prompts
    assert "[volga] The Volga flows into the Caspian Sea." in str(prompt.content)


def test_the_llama_index_pipeline(client: Client) -> None:
    longer = MetadataFilter(key="length", value=2000, operator=FilterOperator.GT)
    filters = MetadataFilters(filters=[longer])
    engine = llama_index_pipeline.build_engine(client, "rivers", MockLLM(), filters)
    answer = engine.query(QUESTION)
    assert [one.node.metadata["key"] for one in answer.source_nodes] == ["volga", "danube"]
    assert "The Volga flows into the Caspian Sea." in str(answer)
