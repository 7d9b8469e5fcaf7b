"""Calls over one channel of grpc.aio, with the errors of this package."""

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, Self, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from ..channel import Tls, call_metadata, channel_options
from ..errors import SluiceError, from_failed_call
from ..methods import Method
from ..retries import Attempts, Retries

Q = TypeVar("Q", bound=Message)
Q_contra = TypeVar("Q_contra", bound=Message, contravariant=True)
R = TypeVar("R", bound=Message)
R_co = TypeVar("R_co", bound=Message, covariant=True)
T = TypeVar("T")


class Responses(Protocol[R_co]):
    """A running call of grpc.aio that answers with a stream."""

    async def read(self) -> object: ...
    def cancel(self) -> bool: ...


class Duplex(Responses[R_co], Protocol[Q_contra, R_co]):
    """A running call with streams in both directions."""

    async def write(self, request: Q_contra) -> None: ...
    async def done_writing(self) -> None: ...


class Transport:
    """For one event loop."""

    def __init__(
        self, address: str, *, api_key: str | None, tls: Tls | None, allow_plaintext_key: bool
    ) -> None:
        self._metadata = call_metadata(
            address, api_key=api_key, tls=tls, allow_plaintext_key=allow_plaintext_key
        )
        options = channel_options(tls)
        self._channel = (
            grpc.aio.insecure_channel(address, options)
            if tls is None
            else grpc.aio.secure_channel(address, tls.credentials(), options)
        )
        self._calls: dict[str, Callable[..., object]] = {}
        self._retries = Retries()
        self._is_closed = False

    async def unary(self, method: Method[Q, R], request: Q, timeout_s: float | None) -> R:
        call = self._call(method, self._channel.unary_unary)
        attempts = Attempts(self._retries, method, timeout_s)
        while True:
            try:
                running = call(request, timeout=attempts.left_s(), metadata=self._metadata)
                response = await cast("asyncio.Future[R]", running)
            except grpc.aio.AioRpcError as error:
                failure = from_failed_call(error)
                delay_s = attempts.delay_s(failure)
                if delay_s is None:
                    raise failure from error
                await asyncio.sleep(delay_s)
            except asyncio.CancelledError as error:
                raise cancellation(error) from error
            else:
                attempts.succeeded()
                return response

    def server_stream(
        self, method: Method[Q, R], request: Q, timeout_s: float | None
    ) -> Responses[R]:
        """Retried until the first response, if the method may be repeated."""
        call = self._call(method, self._channel.unary_stream)
        attempts = Attempts(self._retries, method, timeout_s)

        def open_call() -> Responses[R]:
            running = call(request, timeout=attempts.left_s(), metadata=self._metadata)
            return cast(Responses[R], running)

        return _Retried(open_call, attempts)

    def duplex_stream(self, method: Method[Q, R], timeout_s: float | None) -> Duplex[Q, R]:
        call = self._call(method, self._channel.stream_stream)
        return cast("Duplex[Q, R]", call(timeout=timeout_s, metadata=self._metadata))

    async def close(self) -> None:
        self._is_closed = True
        await self._channel.close()

    def _call(
        self, method: Method[Q, R], kind: Callable[..., Callable[..., object]]
    ) -> Callable[..., object]:
        if self._is_closed:
            raise SluiceError("the client is closed", reason="CANCELLED", status="CANCELLED")
        call = self._calls.get(method.path)
        if call is None:
            serialize, deserialize = method.request.SerializeToString, method.response.FromString
            call = kind(
                method.path, request_serializer=serialize, response_deserializer=deserialize
            )
            self._calls[method.path] = call
        return call


class _Retried(Generic[R]):
    """Responses of a call that is opened again until the first one has arrived."""

    def __init__(self, open_call: Callable[[], Responses[R]], attempts: Attempts) -> None:
        self._open_call = open_call
        self._attempts = attempts
        self._has_answered = False
        self._is_cancelled = False
        self._responses = open_call()

    async def read(self) -> object:
        while True:
            try:
                response = await self._responses.read()
            except grpc.aio.AioRpcError as error:
                if self._has_answered or self._is_cancelled:
                    raise
                delay_s = self._attempts.delay_s(from_failed_call(error))
                if delay_s is None:
                    raise
                await asyncio.sleep(delay_s)
                self._responses = self._open_call()
                if self._is_cancelled:
                    self._responses.cancel()
            else:
                if not self._has_answered:
                    self._attempts.succeeded()
                    self._has_answered = True
                return response

    def cancel(self) -> bool:
        self._is_cancelled = True
        return self._responses.cancel()


def cancellation(error: asyncio.CancelledError) -> BaseException:
    """grpc.aio raises CancelledError also for a call that was cancelled while its task was not.

    Raised as it is, it would look like a cancellation of the caller's task.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling() > 0:
        return error
    return SluiceError("the call was cancelled", reason="CANCELLED", status="CANCELLED")


async def read(responses: Responses[R]) -> R | None:
    """The next response; None at the end of a call that succeeded. Raises SluiceError."""
    try:
        response = await responses.read()
    except grpc.aio.AioRpcError as error:
        raise from_failed_call(error) from error
    except asyncio.CancelledError as error:
        raise cancellation(error) from error
    return None if response is grpc.aio.EOF else cast(R, response)


class Stream(Generic[T]):
    """Answers of one call, in the order of arrival; the call has begun.

    Leaving the `async with` block, or dropping the last reference, cancels the call on the server.
    """

    def __init__(self, responses: Responses[R], convert: Callable[[R], T]) -> None:
        self._responses = responses
        self._convert = cast(Callable[[object], T], convert)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Raises SluiceError when the call fails; CANCELLED after `cancel`."""
        response: object = await read(self._responses)
        if response is None:
            raise StopAsyncIteration
        return self._convert(response)

    async def final(self) -> T:
        """Reads to the end and returns the last answer."""
        last: T | None = None
        async for answer in self:
            last = answer
        if last is None:
            raise SluiceError("the stream has no answer", reason="INTERNAL", status="INTERNAL")
        return last

    def cancel(self) -> None:
        """Ends the call; has no effect on one that has ended."""
        self._responses.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # grpc's own tasks keep a running call, so it would go on.
        self._responses.cancel()
