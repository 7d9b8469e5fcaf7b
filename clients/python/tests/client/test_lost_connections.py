"""Lost connections and cancellation at every point, without leaks of threads, tasks or calls."""

import asyncio
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from conftest import Server, StartServer
from sluice_client import AsyncClient, Client, Document, IngestAck, SluiceError

QUESTION = "which sea does the Volga reach"
# A search that waits for this sequence waits until it is cancelled.
NEVER = 2**40


def wait_until(is_true: Callable[[], bool]) -> None:
    """Polls; the time-out is that of the whole run."""
    pause = threading.Event()
    while not is_true():
        pause.wait(0.02)


def running_searches(server: Server) -> float:
    with urllib.request.urlopen(f"{server.url}/metrics") as response:
        text = response.read().decode()
    return sum(
        float(line.split()[-1])
        for line in text.splitlines()
        if line.startswith("sluice_searches_running ")
    )


def endless(acknowledged: threading.Event) -> Iterator[Document]:
    """Documents that come as long as they are asked for."""
    number = 0
    while True:
        yield Document(key=f"d{number}", text=f"Document {number}.")
        number += 1
        if number > 8:
            acknowledged.wait()


def test_cancelling_at_every_point_leaves_no_thread(server: Server) -> None:
    before = threading.active_count()
    with Client(server.address) as client:
        client.collections.create("cancelled", if_not_exists=True)
        for read_count in range(4):
            stream = client.search("rivers", QUESTION)
            for _ in range(read_count):
                next(stream, None)
            stream.cancel()
            with pytest.raises((SluiceError, StopIteration)) as caught:
                while True:
                    next(stream)
            assert getattr(caught.value, "reason", "CANCELLED") == "CANCELLED"
        for read_count in range(2):
            with client.session("rivers") as session:
                session.search("alps")
                for _ in range(read_count):
                    next(session)
        for read_count in (0, 1, 5):
            released = threading.Event()
            with client.ingest("cancelled", endless(released), batch_size=1) as ingest:
                answers = [next(ingest) for _ in range(read_count)]
                assert all(isinstance(answer, IngestAck) for answer in answers)
            released.set()
            assert ingest.summary().acknowledged_count >= read_count
    wait_until(lambda: threading.active_count() <= before)


def test_a_stream_that_is_dropped_ends_on_the_server(server: Server) -> None:
    with Client(server.address) as client:
        streams = [client.search("rivers", QUESTION, min_sequence=NEVER) for _ in range(3)]
        sessions = [client.session("rivers") for _ in range(3)]
        for session in sessions:
            session.search(QUESTION, min_sequence=NEVER)
        wait_until(lambda: running_searches(server) == 6)
        del streams, sessions, session
        wait_until(lambda: running_searches(server) == 0)


def test_a_waiting_search_is_cancelled_from_another_thread(client: Client) -> None:
    stream = client.search("rivers", QUESTION, min_sequence=NEVER)
    reader_is_waiting = threading.Timer(0.05, stream.cancel)
    reader_is_waiting.start()
    with pytest.raises(SluiceError) as caught:
        stream.final()
    assert caught.value.reason == "CANCELLED"
    reader_is_waiting.join()


def test_a_deadline_ends_a_waiting_search(client: Client) -> None:
    with pytest.raises(SluiceError) as caught:
        client.search("rivers", QUESTION, min_sequence=NEVER, timeout_s=0.2).final()
    assert caught.value.status == "DEADLINE_EXCEEDED"


def test_tasks_are_cancelled_at_every_point(server: Server) -> None:
    async def waiting() -> AsyncIterator[Document]:
        yield Document(key="first", text="A text.")
        await asyncio.Event().wait()

    async def run() -> None:
        async with AsyncClient(server.address) as client:
            await client.collections.create("cancelled", if_not_exists=True)

            async def ingest_all() -> None:
                async with client.ingest("cancelled", waiting(), batch_size=1) as ingest:
                    await ingest.finish()

            calls = [
                lambda: client.search("rivers", QUESTION, min_sequence=NEVER).final(),
                lambda: client.collections.describe("rivers"),
                ingest_all,
            ]
            for call in calls:
                for turns in range(6):
                    task = asyncio.ensure_future(call())
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await task
            stream = client.search("rivers", QUESTION, min_sequence=NEVER)
            asyncio.get_running_loop().call_soon(stream.cancel)
            with pytest.raises(SluiceError) as caught:
                await stream.final()
            assert caught.value.reason == "CANCELLED"
            async with client.session("rivers") as session:
                await session.search("alps")
                assert (await anext(session)).query_number == 1
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*rest, return_exceptions=True)

    asyncio.run(run())


def test_a_lost_server_ends_streams_and_an_ingest_resumes(
    tmp_path: Path, start: StartServer
) -> None:
    data = tmp_path / "data"
    first = start(data)
    port = first.address.rsplit(":", 1)[1]
    with Client(first.address) as client:
        client.collections.create("lost", dim=16)
        stream = client.search("lost", QUESTION, min_sequence=NEVER)
        session = client.session("lost")
        session.search("first")
        while not next(session).update.final:
            pass
        count = 600
        rows = np.eye(2, 16, dtype=np.float32)
        is_lost = threading.Event()

        def documents() -> Iterator[Document]:
            for i in range(count):
                if i == count // 2:
                    is_lost.wait()
                yield Document(key=f"d{i}", vectors=rows)

        ingest = client.ingest("lost", documents())
        assert isinstance(next(ingest), IngestAck)
        first.kill()
        is_lost.set()
        for read in (stream.final, lambda: next(session)):
            with pytest.raises(SluiceError) as caught:
                read()
            assert caught.value.reason == "UNAVAILABLE"
        start(data, grpc_port=port)
        summary = ingest.finish()
        assert summary.acknowledged_count >= count
        assert summary.failed_count == 0
        assert client.collections.describe("lost").collection.document_count == count
