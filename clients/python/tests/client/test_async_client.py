"""The client for asyncio against a real server."""

import asyncio
import os
from collections.abc import AsyncIterator

import numpy as np
import pytest

from conftest import RIVERS, Server
from sluice_client import (
    AsyncClient,
    Document,
    FieldUpdate,
    Filter,
    IngestAck,
    IngestError,
    SluiceError,
)

QUESTION = "which sea does the Volga reach"
# `make test-integrations` sets 10,000.
CALLS = int(os.environ.get("CALLS_AT_ONCE", "1000"))


def test_search_session_and_rerank(server: Server) -> None:
    async def run() -> None:
        async with AsyncClient(server.address) as client:
            stages = [update.stage async for update in client.search("rivers", QUESTION)]
            assert stages[-1] == "late_interaction"
            final = await client.search("rivers", QUESTION, k=1).final()
            assert [hit.key for hit in final.hits] == ["volga"]
            async with client.session("rivers") as session:
                await session.search("alp")
                last = await session.search("alps", k=1)
                await session.end()
                updates = [update async for update in session]
            assert updates[-1].query_number == last
            assert updates[-1].update.hits[0].key == "rhine"
            ranked = await client.rerank(
                "valleys", ["Two eggs.", "A stream cuts a valley."]
            ).final()
            assert ranked.hits[0].index == 1
            assert (await client.explain("rivers", "volga", "Caspian")).terms
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_ingest_of_an_async_iterable(server: Server) -> None:
    async def documents() -> AsyncIterator[Document]:
        for document in RIVERS:
            await asyncio.sleep(0)
            yield document
        yield Document(key="wrong", vectors=np.zeros(3, dtype=np.float32))

    async def run() -> None:
        async with AsyncClient(server.address) as client:
            await client.collections.create("async-rivers")
            answers = [answer async for answer in client.ingest("async-rivers", documents())]
            assert sum(isinstance(answer, IngestAck) for answer in answers) == len(RIVERS)
            (error,) = (answer for answer in answers if isinstance(answer, IngestError))
            assert error.reason == "INVALID_VECTORS"
            summary = await client.ingest("async-rivers", RIVERS, batch_size=1).finish()
            assert summary.acknowledged_count == len(RIVERS)
            assert summary.errors == ()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_the_other_calls(server: Server) -> None:
    async def run() -> None:
        async with AsyncClient(server.address) as client:
            await client.collections.create("async-calls")
            await client.ingest("async-calls", RIVERS).finish()
            assert [one.document.key async for one in client.documents("async-calls")] == [
                "danube",
                "rhine",
                "volga",
            ]
            update = FieldUpdate(key="rhine", set={"checked": True})
            assert (await client.update("async-calls", [update])).errors == ()
            (rhine,) = await client.get("async-calls", ["rhine"])
            assert rhine.document.fields["checked"] is True
            batches = [batch async for batch in client.export("async-calls", after_key="rhine")]
            assert [one.stored.document.key for batch in batches for one in batch] == ["volga"]
            deleted = await client.delete("async-calls", filter=Filter.exists("checked"))
            assert deleted.deleted_count == 1
            await client.send_feedback("async-calls", QUESTION, "volga", "relevant")
            assert [one.sent.kind async for one in client.feedback("async-calls")] == ["relevant"]
            names = [one.settings.name async for one in client.collections.list()]
            assert "async-calls" in names
            progress = await client.collections.optimize("async-calls").final()
            assert progress.progress.finished
            started = await client.operations.optimize("async-calls")
            assert (await client.operations.watch(started.id).final()).state == "succeeded"
            assert started.id in [one.id for one in await client.operations.list()]
            assert isinstance(await client.slow_searches(), tuple)
            await client.collections.drop("async-calls")
            with pytest.raises(SluiceError) as caught:
                await client.collections.describe("async-calls")
            assert caught.value.reason == "COLLECTION_NOT_FOUND"

    asyncio.run(run())


def test_an_error_of_the_documents_is_raised_after_the_answers(server: Server) -> None:
    async def documents() -> AsyncIterator[Document]:
        yield RIVERS[0]
        raise LookupError("no more")

    async def run() -> None:
        async with AsyncClient(server.address) as client:
            await client.collections.create("async-broken", if_not_exists=True)
            ingest = client.ingest("async-broken", documents())
            assert isinstance(await anext(ingest), IngestAck)
            with pytest.raises(LookupError, match="no more"):
                await anext(ingest)

    asyncio.run(run())


def test_calls_at_once_are_answered_or_refused_by_reason(server: Server) -> None:
    async def run() -> None:
        async with AsyncClient(server.address) as client:
            calls = [client.search("rivers", QUESTION, k=1).final() for _ in range(CALLS)]
            answers = await asyncio.gather(*calls, return_exceptions=True)
            refused = [one for one in answers if isinstance(one, BaseException)]
            assert len(refused) < len(answers)
            for error in refused:
                assert isinstance(error, SluiceError), repr(error)
                assert error.reason == "OVERLOADED"
                assert error.retryable
            assert asyncio.all_tasks() == {asyncio.current_task()}
            final = await client.search("rivers", QUESTION, k=1).final()
            assert final.hits[0].key == "volga"

    asyncio.run(run())
