"""What ingest streams of both clients share: numbers, the bound on what is in flight, answers."""

import time
from dataclasses import dataclass

from ._wire.documents_pb2 import IngestItem, IngestRequest, IngestResponse
from .decode import decode
from .documents import Document, to_document
from .errors import SluiceError, invalid
from .messages import IngestAck, IngestError
from .retries import backoff_s, may_pass

IngestAnswer = IngestAck | IngestError
"""The answer to one document: it is on disk and visible, or it was refused."""

IN_FLIGHT_MAX = 1_024
IN_FLIGHT_BYTES_MAX = 64 * 1024 * 1024
BATCH_SIZE_MAX = 256
_BATCH_BYTES = 512 * 1024
_ERRORS_KEPT_MAX = 100
_RESUME_MAX_S = 60.0
"""A server that is started again answers sooner, also on a slow machine."""


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What became of the documents of one ingest."""

    acknowledged_count: int
    """Documents that are on disk and visible."""

    failed_count: int
    """Documents that were refused."""

    last_sequence: int
    """Highest sequence of the acknowledgments, for a search's `min_sequence`; 0: none."""

    errors: tuple[IngestError, ...]
    """The first 100 refusals."""


class IngestState:
    """Documents in flight, by their numbers, and the counts of the answers. Not thread-safe."""

    def __init__(self, collection: str, batch_size: int) -> None:
        if not 1 <= batch_size <= BATCH_SIZE_MAX:
            raise invalid(f"batch_size is 1 to {BATCH_SIZE_MAX}", field="batch_size")
        self._collection = collection
        self._batch_size = batch_size
        self._in_flight: dict[int, IngestItem] = {}
        self._in_flight_bytes = 0
        self._number = 0
        self._attempt_count = 0
        self._failing_since_s: float | None = None
        self._acknowledged_count = 0
        self._failed_count = 0
        self._last_sequence = 0
        self._errors: list[IngestError] = []

    @property
    def has_room(self) -> bool:
        return len(self._in_flight) < IN_FLIGHT_MAX and self._in_flight_bytes < IN_FLIGHT_BYTES_MAX

    def add(self, document: Document) -> IngestItem | IngestError:
        """Gives the document its number; returns an error for one that no message can hold."""
        self._number += 1
        number = self._number
        try:
            item = IngestItem(
                client_sequence=number,
                document=to_document(document),
                if_sequence=document.if_sequence,
            )
        except SluiceError as error:
            refusal = IngestError(
                client_sequence=number,
                key=document.key,
                reason=error.reason,
                message=error.message,
                field=error.field or "",
                retryable=False,
            )
            self._count_error(refusal)
            return refusal
        self._in_flight[number] = item
        self._in_flight_bytes += item.ByteSize()
        return item

    def new_batch(self) -> "Batch":
        return Batch(self._batch_size)

    def to_request(self, batch: "Batch") -> IngestRequest:
        return IngestRequest(collection=self._collection, items=batch.items)

    def in_flight_batches(self) -> "list[Batch]":
        """What a new stream sends again."""
        batches: list[Batch] = []
        for item in self._in_flight.values():
            if not batches or batches[-1].is_full:
                batches.append(self.new_batch())
            batches[-1].add(item)
        return batches

    def take(self, response: IngestResponse) -> list[IngestAnswer]:
        """The answers of one response, acknowledgments first."""
        answers: list[IngestAnswer] = []
        for ack in response.acks:
            self._settle(ack.client_sequence)
            self._acknowledged_count += 1
            self._last_sequence = max(self._last_sequence, ack.sequence)
            answers.append(decode(ack, IngestAck))
        for message in response.errors:
            self._settle(message.client_sequence)
            error = decode(message, IngestError)
            self._count_error(error)
            answers.append(error)
        if answers:
            self._attempt_count = 0
            self._failing_since_s = None
        return answers

    def delay_after(self, error: SluiceError) -> float | None:
        """Seconds until a new stream resumes; None after a minute of attempts without an answer."""
        now_s = time.monotonic()
        if self._failing_since_s is None:
            self._failing_since_s = now_s
        if not may_pass(error) or now_s - self._failing_since_s > _RESUME_MAX_S:
            return None
        self._attempt_count += 1
        return backoff_s(error, self._attempt_count)

    def summary(self) -> IngestSummary:
        return IngestSummary(
            acknowledged_count=self._acknowledged_count,
            failed_count=self._failed_count,
            last_sequence=self._last_sequence,
            errors=tuple(self._errors),
        )

    def _settle(self, number: int) -> None:
        item = self._in_flight.pop(number, None)
        if item is not None:
            self._in_flight_bytes -= item.ByteSize()

    def _count_error(self, error: IngestError) -> None:
        self._failed_count += 1
        if len(self._errors) < _ERRORS_KEPT_MAX:
            self._errors.append(error)


class Batch:
    """Documents of one message."""

    def __init__(self, size: int) -> None:
        self.items: list[IngestItem] = []
        self._size = size
        self._bytes = 0

    def add(self, item: IngestItem) -> None:
        self.items.append(item)
        self._bytes += item.ByteSize()

    @property
    def is_full(self) -> bool:
        """The server is fastest below 1 MiB a message."""
        return len(self.items) >= self._size or self._bytes >= _BATCH_BYTES
