"""Search as you type, for threads."""

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Self, Unpack, cast

import grpc

from .. import requests
from .._wire import search_pb2
from ..decode import decode
from ..errors import FailedCall, from_failed_call
from ..messages import SessionUpdate
from ..methods import SESSION
from ..options import SearchOptions
from ..vectors import QueryLike
from .transport import Transport


class Session:
    """One stream of queries, each of which cancels the one before. The stream is not retried.

    Queries may be sent from one thread while another reads the updates.
    """

    def __init__(self, transport: Transport, collection: str, timeout_s: float | None) -> None:
        self._collection = collection
        self._number = 0
        self._requests: SimpleQueue[search_pb2.SearchSessionRequest | None] = SimpleQueue()
        self._responses = transport.duplex_stream(SESSION, self._sent(), timeout_s)

    def search(self, query: QueryLike | None = None, **options: Unpack[SearchOptions]) -> int:
        """Sends the next query and returns the number that its updates have.

        What it does not set keeps its value; without a query the options alone change.
        """
        number = self._number + 1
        request = requests.session_query(number, self._collection, query, options)
        self._number = number
        self._requests.put(request)
        return number

    def __iter__(self) -> Iterator[SessionUpdate]:
        return self

    def __next__(self) -> SessionUpdate:
        """The next update of the newest query; none of an older number follows."""
        try:
            return decode(next(self._responses), SessionUpdate)
        except grpc.RpcError as error:
            raise from_failed_call(cast(FailedCall, error)) from error

    def end(self) -> None:
        """No query follows; the updates end after the final one of the last query."""
        self._requests.put(None)

    def cancel(self) -> None:
        """Ends the stream at once, from any thread."""
        self._responses.cancel()
        self._requests.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # Ends the thread of grpc that waits for queries.
        self._requests.put(None)

    def _sent(self) -> Iterator[search_pb2.SearchSessionRequest]:
        """Holds no reference to the session, so that a dropped one can be collected."""
        return iter(self._requests.get, None)
