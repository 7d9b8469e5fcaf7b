"""Ingest for threads: a stream that resumes after a lost connection."""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self, cast

import grpc

from .._wire import documents_pb2 as d
from ..documents import Document
from ..errors import FailedCall, SluiceError, from_failed_call
from ..ingest import Batch, IngestAnswer, IngestState, IngestSummary
from ..messages import IngestError
from ..methods import INGEST
from .transport import Responses, Transport


class Ingest:
    """Answers of an ingest as documents become durable; reading them drives it.

    At most 1,024 documents and 64 MiB are in flight. When the connection is lost, a new stream
    resumes with the documents that have no answer: one that was stored already is replaced by the
    same content.
    Leaving the `with` block, or dropping the last reference, cancels the stream.
    """

    def __init__(
        self,
        transport: Transport,
        collection: str,
        documents: Iterable[Document],
        *,
        batch_size: int,
        timeout_s: float | None,
    ) -> None:
        self._transport = transport
        self._end_s = None if timeout_s is None else time.monotonic() + timeout_s
        self._feed = _Feed(IngestState(collection, batch_size), iter(documents))
        self._cancelled = threading.Event()
        self._responses = self._open()

    def __iter__(self) -> Iterator[IngestAnswer]:
        return self

    def __next__(self) -> IngestAnswer:
        """Raises SluiceError for errors of the stream, and errors of the iterable of documents."""
        while True:
            answer = self._feed.next_answer()
            if answer is not None:
                return answer
            try:
                self._feed.take(next(self._responses))
            except StopIteration:
                if self._feed.end():
                    raise
            except grpc.RpcError as error:
                self._feed.leave_stream()
                self._resume(from_failed_call(cast(FailedCall, error)), error)

    def finish(self) -> IngestSummary:
        """Reads all answers and counts them."""
        for _ in self:
            pass
        return self.summary()

    def summary(self) -> IngestSummary:
        """What is known so far."""
        return self._feed.summary()

    def cancel(self) -> None:
        """Ends the stream at once, from any thread; unanswered documents may be stored or not."""
        self._cancelled.set()
        self._feed.leave_stream()
        self._responses.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # Absent when the call could not begin.
        if hasattr(self, "_responses"):
            self.cancel()

    def _open(self) -> Responses[d.IngestResponse]:
        left_s = None if self._end_s is None else max(0.0, self._end_s - time.monotonic())
        return self._transport.duplex_stream(
            INGEST, self._feed.requests(self._feed.stream_number), left_s
        )

    def _resume(self, error: SluiceError, cause: BaseException) -> None:
        delay_s = self._feed.delay_after(error)
        if delay_s is None or self._cancelled.wait(delay_s):
            raise error from cause
        self._responses = self._open()
        if self._cancelled.is_set():
            self._responses.cancel()


class _Feed:
    """Documents on their way to the server. It does not refer to `Ingest`, which may be dropped."""

    def __init__(self, state: IngestState, documents: Iterator[Document]) -> None:
        self._state = state
        self._documents = documents
        self._source_error: BaseException | None = None
        self._answers: deque[IngestAnswer] = deque()
        # Held while a document is taken, so that the thread of a later stream misses none.
        self._source = threading.Lock()
        # Guards the rest, and is notified when there is room or a stream has ended.
        self._changed = threading.Condition()
        self.stream_number = 0

    def requests(self, stream_number: int) -> Iterator[d.IngestRequest]:
        """Documents in flight, then new ones; grpc reads them in a thread of its own."""
        with self._source, self._changed:
            again = self._state.in_flight_batches()
        for batch in again:
            yield self._state.to_request(batch)
        while (batch := self._next_batch(stream_number)).items:
            yield self._state.to_request(batch)

    def take(self, response: d.IngestResponse) -> None:
        with self._changed:
            self._answers.extend(self._state.take(response))
            self._changed.notify_all()

    def next_answer(self) -> IngestAnswer | None:
        with self._changed:
            return self._answers.popleft() if self._answers else None

    def end(self) -> bool:
        """After the last response: whether all answers were read. Raises the source's error."""
        with self._changed:
            if self._answers:
                return False
        self.leave_stream()
        if self._source_error is not None:
            raise self._source_error
        return True

    def leave_stream(self) -> None:
        """Ends the requests of the present stream, also where they wait for room."""
        with self._changed:
            self.stream_number += 1
            self._changed.notify_all()

    def delay_after(self, error: SluiceError) -> float | None:
        with self._changed:
            return self._state.delay_after(error)

    def summary(self) -> IngestSummary:
        with self._changed:
            return self._state.summary()

    def _next_batch(self, stream_number: int) -> Batch:
        """Without documents at the end of the documents or of the stream."""
        batch = self._state.new_batch()
        while not batch.is_full:
            with self._source:
                if not self._wait_for_room(stream_number, send_now=len(batch.items) > 0):
                    break
                if not self._take_document(batch):
                    break
        return batch

    def _wait_for_room(self, stream_number: int, *, send_now: bool) -> bool:
        """False when the stream has ended, or when there is no room and something to send."""

        def is_left() -> bool:
            return self.stream_number != stream_number

        with self._changed:
            if not send_now:
                self._changed.wait_for(lambda: is_left() or self._state.has_room)
            return self._state.has_room and not is_left()

    def _take_document(self, batch: Batch) -> bool:
        """False at the end of the documents, and after an error of theirs."""
        try:
            document = next(self._documents)
        except StopIteration:
            return False
        except BaseException as error:  # noqa: BLE001 raised again where the answers are read
            self._source_error = error
            return False
        with self._changed:
            added = self._state.add(document)
            if isinstance(added, IngestError):
                self._answers.append(added)
            else:
                batch.add(added)
        return True
