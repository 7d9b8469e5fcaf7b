"""Errors of calls: the server's stable reason, or the status of the transport."""

from typing import Protocol

from google.rpc import error_details_pb2, status_pb2


class SluiceError(Exception):
    """A call that failed, or a value that this client refuses to send.

    `reason` is stable: a row of the server's table of errors, such as `COLLECTION_NOT_FOUND`, or
    the name of the gRPC status for a failure of the transport, such as `UNAVAILABLE`.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        status: str,
        field: str | None = None,
        remedy: str | None = None,
        retryable: bool = False,
        retry_delay_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.status = status
        """Name of the gRPC status, such as `NOT_FOUND`."""
        self.field = field
        """Path of the field at fault, where one is known."""
        self.remedy = remedy
        """What to do, where the server says it."""
        self.retryable = retryable
        """True when the same call may succeed later."""
        self.retry_delay_s = retry_delay_s
        """Seconds to wait before the next attempt, where the server says it."""

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


def invalid(message: str, *, field: str, reason: str = "INVALID_FIELD") -> SluiceError:
    """A value that the server would refuse, or that no message can hold."""
    return SluiceError(message, reason=reason, status="INVALID_ARGUMENT", field=field)


class StatusCode(Protocol):
    """A value of `grpc.StatusCode`."""

    @property
    def name(self) -> str: ...


class FailedCall(Protocol):
    """What errors of `grpc` and of `grpc.aio` have in common."""

    def code(self) -> StatusCode: ...
    def details(self) -> str | None: ...
    def trailing_metadata(self) -> object: ...


def from_failed_call(call: FailedCall) -> SluiceError:
    """The error of a call that ended with another status than OK."""
    status = call.code().name
    message = call.details() or status
    rich = _status_details(call.trailing_metadata())
    if rich is None:
        return _transport_error(status, message)
    error = SluiceError(message, reason=status, status=status)
    for detail in rich.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
            error.reason = info.reason
            error.retryable = info.metadata.get("retryable") == "true"
            error.remedy = info.metadata.get("remedy")
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            violations = error_details_pb2.BadRequest.FromString(detail.value).field_violations
            error.field = violations[0].field if violations else None
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
            error.retry_delay_s = delay.seconds + delay.nanos / 1e9
    return error


def _transport_error(status: str, message: str) -> SluiceError:
    """An error without details is the transport's; the call may not have reached the server."""
    remedy = None
    if status == "UNIMPLEMENTED":
        remedy = "Connect to the gRPC port of a server that speaks sluice.v1, as this client does."
    return SluiceError(
        message, reason=status, status=status, remedy=remedy, retryable=status == "UNAVAILABLE"
    )


def _status_details(metadata: object) -> status_pb2.Status | None:
    if not isinstance(metadata, (tuple, list)) and not hasattr(metadata, "__iter__"):
        return None
    for key, value in metadata:
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return None
