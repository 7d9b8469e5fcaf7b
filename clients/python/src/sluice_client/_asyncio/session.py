"""Search as you type, for asyncio."""

import asyncio
from typing import Self, Unpack

import grpc.aio

from .. import requests
from ..decode import decode
from ..messages import SessionUpdate
from ..methods import SESSION
from ..options import SearchOptions
from ..vectors import QueryLike
from .transport import Transport, cancellation, read


class Session:
    """One stream of queries, each of which cancels the one before. The stream is not retried."""

    def __init__(self, transport: Transport, collection: str, timeout_s: float | None) -> None:
        self._collection = collection
        self._number = 0
        self._call = transport.duplex_stream(SESSION, timeout_s)

    async def search(self, query: QueryLike | None = None, **options: Unpack[SearchOptions]) -> int:
        """Sends the next query and returns the number that its updates have.

        What it does not set keeps its value; without a query the options alone change. When the
        stream has ended, reading the updates raises its error.
        """
        number = self._number + 1
        request = requests.session_query(number, self._collection, query, options)
        self._number = number
        try:
            await self._call.write(request)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            # The call has ended; reading raises its error.
            pass
        except asyncio.CancelledError as error:
            raise cancellation(error) from error
        return number

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionUpdate:
        """The next update of the newest query; none of an older number follows."""
        response = await read(self._call)
        if response is None:
            raise StopAsyncIteration
        return decode(response, SessionUpdate)

    async def end(self) -> None:
        """No query follows; the updates end after the final one of the last query."""
        await self._call.done_writing()

    def cancel(self) -> None:
        """Ends the stream at once."""
        self._call.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # grpc's own tasks keep a running call, so it would go on.
        if hasattr(self, "_call"):
            self._call.cancel()
