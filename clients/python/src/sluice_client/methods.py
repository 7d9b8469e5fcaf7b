"""Methods of the services, with the types of their messages."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from ._wire import collections_pb2 as c
from ._wire import documents_pb2 as d
from ._wire import operations_pb2 as o
from ._wire import search_pb2 as s

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)


@dataclass(frozen=True)
class Method(Generic[Q, R]):
    """One RPC."""

    path: str
    request: type[Q]
    response: type[R]


_SEARCH = "/sluice.v1.SearchService"
SEARCH = Method(f"{_SEARCH}/Search", s.SearchRequest, s.SearchResponse)
SESSION = Method(f"{_SEARCH}/SearchSession", s.SearchSessionRequest, s.SearchSessionResponse)
RERANK = Method(f"{_SEARCH}/Rerank", s.RerankRequest, s.RerankResponse)
EXPLAIN = Method(f"{_SEARCH}/Explain", s.ExplainRequest, s.ExplainResponse)
SEND_FEEDBACK = Method(f"{_SEARCH}/SendFeedback", s.SendFeedbackRequest, s.SendFeedbackResponse)
LIST_FEEDBACK = Method(f"{_SEARCH}/ListFeedback", s.ListFeedbackRequest, s.ListFeedbackResponse)
LIST_SLOW_SEARCHES = Method(
    f"{_SEARCH}/ListSlowSearches", s.ListSlowSearchesRequest, s.ListSlowSearchesResponse
)

_DOCUMENTS = "/sluice.v1.DocumentService"
INGEST = Method(f"{_DOCUMENTS}/Ingest", d.IngestRequest, d.IngestResponse)
UPDATE = Method(
    f"{_DOCUMENTS}/Update", d.DocumentServiceUpdateRequest, d.DocumentServiceUpdateResponse
)
GET = Method(f"{_DOCUMENTS}/Get", d.DocumentServiceGetRequest, d.DocumentServiceGetResponse)
DELETE = Method(
    f"{_DOCUMENTS}/Delete", d.DocumentServiceDeleteRequest, d.DocumentServiceDeleteResponse
)
LIST = Method(f"{_DOCUMENTS}/List", d.DocumentServiceListRequest, d.DocumentServiceListResponse)
EXPORT = Method(f"{_DOCUMENTS}/Export", d.ExportRequest, d.ExportResponse)

_COLLECTIONS = "/sluice.v1.CollectionService"
CREATE = Method(
    f"{_COLLECTIONS}/Create", c.CollectionServiceCreateRequest, c.CollectionServiceCreateResponse
)
DROP = Method(
    f"{_COLLECTIONS}/Drop", c.CollectionServiceDropRequest, c.CollectionServiceDropResponse
)
LIST_COLLECTIONS = Method(
    f"{_COLLECTIONS}/List", c.CollectionServiceListRequest, c.CollectionServiceListResponse
)
DESCRIBE = Method(
    f"{_COLLECTIONS}/Describe",
    c.CollectionServiceDescribeRequest,
    c.CollectionServiceDescribeResponse,
)
OPTIMIZE = Method(
    f"{_COLLECTIONS}/Optimize",
    c.CollectionServiceOptimizeRequest,
    c.CollectionServiceOptimizeResponse,
)
CALIBRATE = Method(
    f"{_COLLECTIONS}/Calibrate",
    c.CollectionServiceCalibrateRequest,
    c.CollectionServiceCalibrateResponse,
)
SET_SCORE_MAPS = Method(
    f"{_COLLECTIONS}/SetScoreMaps",
    c.CollectionServiceSetScoreMapsRequest,
    c.CollectionServiceSetScoreMapsResponse,
)
SNAPSHOT = Method(
    f"{_COLLECTIONS}/Snapshot",
    c.CollectionServiceSnapshotRequest,
    c.CollectionServiceSnapshotResponse,
)
RESTORE = Method(
    f"{_COLLECTIONS}/Restore", c.CollectionServiceRestoreRequest, c.CollectionServiceRestoreResponse
)
LIST_SNAPSHOTS = Method(
    f"{_COLLECTIONS}/ListSnapshots",
    c.CollectionServiceListSnapshotsRequest,
    c.CollectionServiceListSnapshotsResponse,
)
DELETE_SNAPSHOT = Method(
    f"{_COLLECTIONS}/DeleteSnapshot",
    c.CollectionServiceDeleteSnapshotRequest,
    c.CollectionServiceDeleteSnapshotResponse,
)

_OPERATIONS = "/sluice.v1.OperationService"
START = Method(
    f"{_OPERATIONS}/Start", o.OperationServiceStartRequest, o.OperationServiceStartResponse
)
LIST_OPERATIONS = Method(
    f"{_OPERATIONS}/List", o.OperationServiceListRequest, o.OperationServiceListResponse
)
GET_OPERATION = Method(
    f"{_OPERATIONS}/Get", o.OperationServiceGetRequest, o.OperationServiceGetResponse
)
WATCH = Method(
    f"{_OPERATIONS}/Watch", o.OperationServiceWatchRequest, o.OperationServiceWatchResponse
)
CANCEL = Method(
    f"{_OPERATIONS}/Cancel", o.OperationServiceCancelRequest, o.OperationServiceCancelResponse
)


def _idempotent_paths() -> frozenset[str]:
    """Of the methods that have no side effects, or may be repeated, as the protos declare."""
    return frozenset(
        f"/{service.full_name}/{method.name}"
        for file in (s, d, c, o)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN
    )


IDEMPOTENT = _idempotent_paths()
