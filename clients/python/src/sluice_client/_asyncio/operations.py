"""Long jobs that go on without their caller, for asyncio."""

from typing import Unpack

from .. import requests
from .._wire import operations_pb2 as o
from ..decode import decode
from ..messages import Operation
from ..methods import CANCEL, GET_OPERATION, LIST_OPERATIONS, START, WATCH
from ..options import CalibrateOptions
from .transport import Stream, Transport


class Operations:
    """`client.operations`. All methods raise SluiceError.

    Each job that is started goes on when its caller is gone. A repeated start with the same
    `idempotency_key` returns the operation of the first.
    """

    def __init__(self, transport: Transport, timeout_s: float) -> None:
        self._transport = transport
        self._timeout_s = timeout_s

    async def optimize(
        self, name: str, *, full: bool = False, reanalyze: bool = False, idempotency_key: str = ""
    ) -> Operation:
        """Starts flushing the journal and merging segments."""
        job = requests.optimize(name, full=full, reanalyze=reanalyze)
        return await self._start(
            o.OperationServiceStartRequest(idempotency_key=idempotency_key, optimize=job)
        )

    async def calibrate(
        self, name: str, *, idempotency_key: str = "", **options: Unpack[CalibrateOptions]
    ) -> Operation:
        """Starts measuring recall by pool size."""
        job = requests.calibrate(name, options)
        return await self._start(
            o.OperationServiceStartRequest(idempotency_key=idempotency_key, calibrate=job)
        )

    async def snapshot(
        self,
        name: str,
        *,
        snapshot_name: str = "",
        backup: bool = False,
        idempotency_key: str = "",
    ) -> Operation:
        """Starts copying a collection; the server chooses a name where none is given."""
        job = requests.snapshot(name, snapshot_name=snapshot_name, backup=backup)
        return await self._start(
            o.OperationServiceStartRequest(idempotency_key=idempotency_key, snapshot=job)
        )

    async def restore(
        self,
        snapshot_name: str,
        *,
        name: str = "",
        backup: bool = False,
        idempotency_key: str = "",
    ) -> Operation:
        """Starts creating a new collection from a copy."""
        job = requests.restore(snapshot_name, name=name, backup=backup)
        return await self._start(
            o.OperationServiceStartRequest(idempotency_key=idempotency_key, restore=job)
        )

    async def list(self) -> tuple[Operation, ...]:
        """Running operations and the last ones that ended, the newest first."""
        request = o.OperationServiceListRequest()
        response = await self._transport.unary(LIST_OPERATIONS, request, self._timeout_s)
        return tuple(decode(one, Operation) for one in response.operations)

    async def get(self, operation_id: str) -> Operation:
        """The present state of one operation."""
        request = o.OperationServiceGetRequest(id=operation_id)
        response = await self._transport.unary(GET_OPERATION, request, self._timeout_s)
        return decode(response.operation, Operation)

    def watch(self, operation_id: str) -> Stream[Operation]:
        """The present state, then each change until it has ended; leaving does not cancel it."""
        request = o.OperationServiceWatchRequest(id=operation_id)
        responses = self._transport.server_stream(WATCH, request, None)
        return Stream(responses, lambda response: decode(response.operation, Operation))

    async def cancel(self, operation_id: str) -> Operation:
        """Asks a running operation to end; the state returned may still be "running"."""
        request = o.OperationServiceCancelRequest(id=operation_id)
        response = await self._transport.unary(CANCEL, request, self._timeout_s)
        return decode(response.operation, Operation)

    async def _start(self, request: o.OperationServiceStartRequest) -> Operation:
        response = await self._transport.unary(START, request, self._timeout_s)
        return decode(response.operation, Operation)
