"""Ingest for asyncio: a stream that resumes after a lost connection."""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import suppress
from typing import Self

import grpc.aio

from .._wire import documents_pb2 as d
from ..documents import Document
from ..errors import SluiceError
from ..ingest import Batch, IngestAnswer, IngestState, IngestSummary
from ..messages import IngestError
from ..methods import INGEST
from .transport import Duplex, Transport, read

IngestCall = Duplex[d.IngestRequest, d.IngestResponse]


class Ingest:
    """Answers of an ingest as documents become durable; reading them drives it.

    At most 1,024 documents and 64 MiB are in flight. When the connection is lost, a new stream
    resumes with the documents that have no answer: one that was stored already is replaced by the
    same content.
    Leave it through its `async with` block, or read it to the end; else its tasks go on.
    """

    def __init__(
        self,
        transport: Transport,
        collection: str,
        documents: Iterable[Document] | AsyncIterable[Document],
        *,
        batch_size: int,
        timeout_s: float | None,
    ) -> None:
        self._transport = transport
        loop_time = asyncio.get_running_loop().time
        self._time = loop_time
        self._end_s = None if timeout_s is None else loop_time() + timeout_s
        self._state = IngestState(collection, batch_size)
        self._source = _Source(documents)
        self._answers: deque[IngestAnswer] = deque()
        self._has_room = asyncio.Event()
        self._is_cancelled = False
        self._open()

    def __aiter__(self) -> AsyncIterator[IngestAnswer]:
        return self

    async def __anext__(self) -> IngestAnswer:
        """Raises SluiceError for errors of the stream, and errors of the iterable of documents."""
        while not self._answers:
            try:
                response = await read(self._call)
            except SluiceError as error:
                await self._resume(error)
                continue
            except asyncio.CancelledError:
                self.cancel()
                raise
            if response is None:
                await self._writer
                if not self._answers:
                    self._source.raise_error()
                    raise StopAsyncIteration
                break
            self._answers.extend(self._state.take(response))
            self._has_room.set()
        return self._answers.popleft()

    async def finish(self) -> IngestSummary:
        """Reads all answers and counts them."""
        async for _ in self:
            pass
        return self.summary()

    def summary(self) -> IngestSummary:
        """What is known so far."""
        return self._state.summary()

    def cancel(self) -> None:
        """Ends the stream at once; unanswered documents may be stored or not."""
        self._is_cancelled = True
        self._call.cancel()
        self._writer.cancel()
        self._source.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()
        await asyncio.wait([self._writer])

    def _open(self) -> None:
        left_s = None if self._end_s is None else max(0.0, self._end_s - self._time())
        self._call: IngestCall = self._transport.duplex_stream(INGEST, left_s)
        self._writer = asyncio.create_task(self._write_all(self._call))

    async def _resume(self, error: SluiceError) -> None:
        self._writer.cancel()
        await asyncio.wait([self._writer])
        delay_s = self._state.delay_after(error)
        if delay_s is None or self._is_cancelled:
            self.cancel()
            raise error
        await asyncio.sleep(delay_s)
        self._open()

    async def _write_all(self, call: IngestCall) -> None:
        """Documents in flight, then new ones. Reading reports a call that has ended."""
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            for batch in self._state.in_flight_batches():
                await call.write(self._state.to_request(batch))
            while (batch := await self._next_batch()).items:
                await call.write(self._state.to_request(batch))
            await call.done_writing()

    async def _next_batch(self) -> Batch:
        """Without documents at the end of the documents."""
        batch = self._state.new_batch()
        while not batch.is_full:
            while not self._state.has_room:
                if batch.items:
                    return batch
                self._has_room.clear()
                await self._has_room.wait()
            document = await self._source.next()
            if document is None:
                break
            added = self._state.add(document)
            if isinstance(added, IngestError):
                self._answers.append(added)
            else:
                batch.add(added)
        return batch


class _Source:
    """Documents of the caller; one that is awaited survives the stream that asked for it."""

    def __init__(self, documents: Iterable[Document] | AsyncIterable[Document]) -> None:
        self._iterator = (
            aiter(documents) if isinstance(documents, AsyncIterable) else iter(documents)
        )
        self._pending: asyncio.Task[Document | None] | None = None
        self._error: BaseException | None = None

    async def next(self) -> Document | None:
        """None at the end, and after an error, which `raise_error` raises."""
        if not isinstance(self._iterator, AsyncIterator):
            return self._next_now()
        if self._pending is None:
            self._pending = asyncio.create_task(self._next_later(self._iterator))
        document = await asyncio.shield(self._pending)
        self._pending = None
        return document

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def cancel(self) -> None:
        if self._pending is not None:
            self._pending.cancel()

    def _next_now(self) -> Document | None:
        try:
            return next(self._iterator, None)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 raised again where the answers are read
            self._error = error
            return None

    async def _next_later(self, iterator: AsyncIterator[Document]) -> Document | None:
        try:
            return await anext(iterator, None)
        except Exception as error:  # noqa: BLE001 raised again where the answers are read
            self._error = error
            return None
