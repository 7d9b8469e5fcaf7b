"""Calls over one channel of grpc, with the errors of this package."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, Self, TypeVar, cast

import grpc
from google.protobuf.message import Message

from ..channel import Tls, call_metadata, channel_options
from ..errors import FailedCall, SluiceError, from_failed_call
from ..methods import Method
from ..retries import Attempts, Retries

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
R_co = TypeVar("R_co", bound=Message, covariant=True)
T = TypeVar("T")


class Responses(Protocol[R_co]):
    """A running call of grpc that answers with a stream."""

    def __iter__(self) -> Iterator[R_co]: ...
    def __next__(self) -> R_co: ...
    def cancel(self) -> bool: ...


class Transport:
    """Thread-safe."""

    def __init__(
        self, address: str, *, api_key: str | None, tls: Tls | None, allow_plaintext_key: bool
    ) -> None:
        self._metadata = call_metadata(
            address, api_key=api_key, tls=tls, allow_plaintext_key=allow_plaintext_key
        )
        options = channel_options(tls)
        self._channel = (
            grpc.insecure_channel(address, options)
            if tls is None
            else grpc.secure_channel(address, tls.credentials(), options)
        )
        self._calls: dict[str, Callable[..., object]] = {}
        self._retries = Retries()

    def unary(self, method: Method[Q, R], request: Q, timeout_s: float | None) -> R:
        call = self._call(method, self._channel.unary_unary)
        attempts = Attempts(self._retries, method, timeout_s)
        while True:
            try:
                response = call(request, timeout=attempts.left_s(), metadata=self._metadata)
            except grpc.RpcError as error:
                failure = from_failed_call(cast(FailedCall, error))
                delay_s = attempts.delay_s(failure)
                if delay_s is None:
                    raise failure from error
                time.sleep(delay_s)
            except ValueError as error:
                raise _closed(error) from error
            else:
                attempts.succeeded()
                return cast(R, response)

    def server_stream(
        self, method: Method[Q, R], request: Q, timeout_s: float | None
    ) -> Responses[R]:
        """Retried until the first response, if the method may be repeated."""
        call = self._call(method, self._channel.unary_stream)
        attempts = Attempts(self._retries, method, timeout_s)
        return _Retried(lambda: self._open(call, request, attempts.left_s()), attempts)

    def duplex_stream(
        self, method: Method[Q, R], requests: Iterator[Q], timeout_s: float | None
    ) -> Responses[R]:
        """grpc reads `requests` in a thread of its own, which ends with them."""
        call = self._call(method, self._channel.stream_stream)
        return self._open(call, requests, timeout_s)

    def close(self) -> None:
        self._channel.close()

    def _open(
        self, call: Callable[..., object], request: object, timeout_s: float | None
    ) -> Responses[R]:
        try:
            return cast(Responses[R], call(request, timeout=timeout_s, metadata=self._metadata))
        except ValueError as error:
            raise _closed(error) from error

    def _call(
        self, method: Method[Q, R], kind: Callable[..., Callable[..., object]]
    ) -> Callable[..., object]:
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
        self._cancelled = threading.Event()
        self._responses = open_call()

    def __iter__(self) -> Iterator[R]:
        return self

    def __next__(self) -> R:
        while True:
            try:
                response = next(self._responses)
            except grpc.RpcError as error:
                if self._has_answered:
                    raise
                delay_s = self._attempts.delay_s(from_failed_call(cast(FailedCall, error)))
                if delay_s is None or self._cancelled.wait(delay_s):
                    raise
                self._responses = self._open_call()
                if self._cancelled.is_set():
                    self._responses.cancel()
            else:
                if not self._has_answered:
                    self._attempts.succeeded()
                    self._has_answered = True
                return response

    def cancel(self) -> bool:
        self._cancelled.set()
        return self._responses.cancel()


def _closed(error: ValueError) -> SluiceError:
    """grpc reports calls on a closed channel, and nothing else, as ValueError."""
    return SluiceError(f"the client is closed: {error}", reason="CANCELLED", status="CANCELLED")


class Stream(Generic[T]):
    """Answers of one call, in the order of arrival; the call has begun.

    Leaving the `with` block, or dropping the last reference, cancels the call on the server.
    """

    def __init__(self, responses: Responses[R], convert: Callable[[R], T]) -> None:
        self._responses = responses
        self._converted = (convert(response) for response in responses)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Raises SluiceError when the call fails; CANCELLED after `cancel`."""
        try:
            return next(self._converted)
        except grpc.RpcError as error:
            raise from_failed_call(cast(FailedCall, error)) from error

    def final(self) -> T:
        """Reads to the end and returns the last answer."""
        last: T | None = None
        for answer in self:
            last = answer
        if last is None:
            raise SluiceError("the stream has no answer", reason="INTERNAL", status="INTERNAL")
        return last

    def cancel(self) -> None:
        """Ends the call, from any thread; has no effect on one that has ended."""
        self._responses.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()
