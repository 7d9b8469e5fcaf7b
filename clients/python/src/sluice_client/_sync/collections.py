"""Calls about collections and their copies, for threads."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, Unpack

from google.protobuf.message import Message

from .. import requests
from .._wire import collections_pb2 as c
from ..decode import decode
from ..messages import (
    CalibrateProgress,
    Collection,
    CollectionSettings,
    Description,
    OptimizeProgress,
    RestoreProgress,
    ScoreMap,
    SnapshotInfo,
    SnapshotProgress,
)
from ..methods import (
    CALIBRATE,
    CREATE,
    DELETE_SNAPSHOT,
    DESCRIBE,
    DROP,
    LIST_COLLECTIONS,
    LIST_SNAPSHOTS,
    OPTIMIZE,
    RESTORE,
    SET_SCORE_MAPS,
    SNAPSHOT,
    Method,
)
from ..options import CalibrateOptions, CreateOptions
from .transport import Stream, Transport

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
T = TypeVar("T")


class Collections:
    """`client.collections`. All methods raise SluiceError."""

    def __init__(self, transport: Transport, timeout_s: float) -> None:
        self._transport = transport
        self._timeout_s = timeout_s

    def create(self, name: str, **options: Unpack[CreateOptions]) -> CollectionSettings:
        """Creates an empty collection; `[a-z0-9][a-z0-9_-]{0,62}` is its name."""
        response = self._unary(CREATE, requests.create(name, options))
        return decode(response.settings, CollectionSettings)

    def drop(self, name: str) -> None:
        """Deletes a collection and all its documents, for good."""
        self._unary(DROP, c.CollectionServiceDropRequest(name=name))

    def list(self) -> Iterator[Collection]:
        """The collections that are served, in order of their names, page by page."""
        token = ""
        while True:
            request = c.CollectionServiceListRequest(page_token=token)
            page = self._unary(LIST_COLLECTIONS, request)
            yield from (decode(one, Collection) for one in page.collections)
            token = page.next_page_token
            if token == "":
                return

    def describe(self, name: str) -> Description:
        """Settings, sizes and calibration of one collection."""
        request = c.CollectionServiceDescribeRequest(name=name)
        return decode(self._unary(DESCRIBE, request), Description)

    def set_score_maps(self, name: str, score_maps: Iterable[ScoreMap]) -> None:
        """Replaces all maps from scores to probabilities; none removes them."""
        self._unary(SET_SCORE_MAPS, requests.score_maps(name, score_maps))

    def optimize(
        self, name: str, *, full: bool = False, reanalyze: bool = False
    ) -> Stream[OptimizeProgress]:
        """Flushes the journal and merges segments; cancelled when its stream is."""
        request = requests.optimize(name, full=full, reanalyze=reanalyze)
        return self._job(OPTIMIZE, request, lambda one: decode(one, OptimizeProgress))

    def calibrate(
        self, name: str, **options: Unpack[CalibrateOptions]
    ) -> Stream[CalibrateProgress]:
        """Measures recall by pool size, at the cost of one exhaustive search for each sample."""
        request = requests.calibrate(name, options)
        return self._job(CALIBRATE, request, lambda one: decode(one, CalibrateProgress))

    def snapshot(
        self, name: str, *, snapshot_name: str = "", backup: bool = False
    ) -> Stream[SnapshotProgress]:
        """Copies a collection while it is served; the server chooses a name where none is given."""
        request = requests.snapshot(name, snapshot_name=snapshot_name, backup=backup)
        return self._job(SNAPSHOT, request, lambda one: decode(one, SnapshotProgress))

    def restore(
        self, snapshot_name: str, *, name: str = "", backup: bool = False
    ) -> Stream[RestoreProgress]:
        """Creates a new collection from a copy, completely or not at all."""
        request = requests.restore(snapshot_name, name=name, backup=backup)
        return self._job(RESTORE, request, lambda one: decode(one, RestoreProgress))

    def snapshots(self, *, backup: bool = False) -> tuple[SnapshotInfo, ...]:
        """All snapshots by name, or all backups from the newest to the oldest."""
        request = c.CollectionServiceListSnapshotsRequest(backup=backup)
        page = self._unary(LIST_SNAPSHOTS, request)
        return tuple(decode(one, SnapshotInfo) for one in page.snapshots)

    def delete_snapshot(self, snapshot_name: str, *, backup: bool = False) -> None:
        """Deletes a snapshot or a backup, for good."""
        request = c.CollectionServiceDeleteSnapshotRequest(
            snapshot_name=snapshot_name, backup=backup
        )
        self._unary(DELETE_SNAPSHOT, request)

    def _unary(self, method: Method[Q, R], request: Q) -> R:
        return self._transport.unary(method, request, self._timeout_s)

    def _job(self, method: Method[Q, R], request: Q, convert: Callable[[R], T]) -> Stream[T]:
        return Stream(self._transport.server_stream(method, request, None), convert)
