"""Retries of calls that may be repeated, within a budget that all calls of a client share.

They are not left to gRPC: with its own retries (grpcio 1.85) a stream does not end when the server
is gone.
"""

import random
import time

from .errors import SluiceError
from .methods import IDEMPOTENT, Method, Q, R

ATTEMPTS_MAX = 4
_TOKENS_MAX = 10.0
_TOKENS_PER_SUCCESS = 0.1
_BACKOFF_BASE_S = 0.05
_BACKOFF_MAX_S = 2.0


class Retries:
    """A budget of 10 retries, of which a success restores a tenth of one: a bound in an outage."""

    def __init__(self) -> None:
        self._tokens = _TOKENS_MAX

    def succeeded(self) -> None:
        """Restores a share of the budget."""
        self._tokens = min(_TOKENS_MAX, self._tokens + _TOKENS_PER_SUCCESS)

    def delay_s(self, error: SluiceError, attempt_count: int) -> float | None:
        """Seconds until the next attempt; None when the error is the caller's."""
        if not may_pass(error) or attempt_count >= ATTEMPTS_MAX or self._tokens < 1:
            return None
        self._tokens -= 1
        return backoff_s(error, attempt_count)


class Attempts:
    """Attempts of one call within its deadline."""

    def __init__(self, retries: Retries, method: Method[Q, R], timeout_s: float | None) -> None:
        self._retries = retries
        self._may_repeat = method.path in IDEMPOTENT
        self._end_s = None if timeout_s is None else time.monotonic() + timeout_s
        self._count = 0

    def left_s(self) -> float | None:
        return None if self._end_s is None else max(0.0, self._end_s - time.monotonic())

    def delay_s(self, error: SluiceError) -> float | None:
        """None when no further attempt is due, or none would begin before the deadline."""
        self._count += 1
        delay_s = self._retries.delay_s(error, self._count) if self._may_repeat else None
        left_s = self.left_s()
        return None if delay_s is None or (left_s is not None and delay_s >= left_s) else delay_s

    def succeeded(self) -> None:
        self._retries.succeeded()


def may_pass(error: SluiceError) -> bool:
    """Whether the call may succeed later; a server that is forced to stop cancels its streams."""
    return error.retryable or error.status == "CANCELLED"


def backoff_s(error: SluiceError, attempt_count: int) -> float:
    """The server's delay, and a random one that grows with the attempts."""
    longest_s = min(_BACKOFF_MAX_S, _BACKOFF_BASE_S * 2.0**attempt_count)
    return (error.retry_delay_s or 0.0) + random.random() * longest_s
