from . import collections_pb2 as _collections_pb2
from . import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OperationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATION_KIND_UNSPECIFIED: _ClassVar[OperationKind]
    OPERATION_KIND_OPTIMIZE: _ClassVar[OperationKind]
    OPERATION_KIND_CALIBRATE: _ClassVar[OperationKind]
    OPERATION_KIND_SNAPSHOT: _ClassVar[OperationKind]
    OPERATION_KIND_RESTORE: _ClassVar[OperationKind]

class OperationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATION_STATE_UNSPECIFIED: _ClassVar[OperationState]
    OPERATION_STATE_RUNNING: _ClassVar[OperationState]
    OPERATION_STATE_SUCCEEDED: _ClassVar[OperationState]
    OPERATION_STATE_FAILED: _ClassVar[OperationState]
    OPERATION_STATE_CANCELLED: _ClassVar[OperationState]
OPERATION_KIND_UNSPECIFIED: OperationKind
OPERATION_KIND_OPTIMIZE: OperationKind
OPERATION_KIND_CALIBRATE: OperationKind
OPERATION_KIND_SNAPSHOT: OperationKind
OPERATION_KIND_RESTORE: OperationKind
OPERATION_STATE_UNSPECIFIED: OperationState
OPERATION_STATE_RUNNING: OperationState
OPERATION_STATE_SUCCEEDED: OperationState
OPERATION_STATE_FAILED: OperationState
OPERATION_STATE_CANCELLED: OperationState

class Operation(_message.Message):
    __slots__ = ("id", "kind", "state", "collection", "progress", "start_time_ms", "end_time_ms", "error", "result")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    END_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: OperationKind
    state: OperationState
    collection: str
    progress: _types_pb2.Progress
    start_time_ms: int
    end_time_ms: int
    error: OperationError
    result: OperationResult
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[OperationKind, str]] = ..., state: _Optional[_Union[OperationState, str]] = ..., collection: _Optional[str] = ..., progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., start_time_ms: _Optional[int] = ..., end_time_ms: _Optional[int] = ..., error: _Optional[_Union[OperationError, _Mapping]] = ..., result: _Optional[_Union[OperationResult, _Mapping]] = ...) -> None: ...

class OperationError(_message.Message):
    __slots__ = ("reason", "message")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class OperationResult(_message.Message):
    __slots__ = ("disk_bytes_before", "disk_bytes_after", "estimates", "snapshot", "collection")
    DISK_BYTES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_AFTER_FIELD_NUMBER: _ClassVar[int]
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    disk_bytes_before: int
    disk_bytes_after: int
    estimates: _containers.RepeatedCompositeFieldContainer[_collections_pb2.RecallEstimate]
    snapshot: _collections_pb2.SnapshotInfo
    collection: _collections_pb2.Collection
    def __init__(self, disk_bytes_before: _Optional[int] = ..., disk_bytes_after: _Optional[int] = ..., estimates: _Optional[_Iterable[_Union[_collections_pb2.RecallEstimate, _Mapping]]] = ..., snapshot: _Optional[_Union[_collections_pb2.SnapshotInfo, _Mapping]] = ..., collection: _Optional[_Union[_collections_pb2.Collection, _Mapping]] = ...) -> None: ...

class OperationServiceStartRequest(_message.Message):
    __slots__ = ("idempotency_key", "optimize", "calibrate", "snapshot", "restore")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    optimize: _collections_pb2.CollectionServiceOptimizeRequest
    calibrate: _collections_pb2.CollectionServiceCalibrateRequest
    snapshot: _collections_pb2.CollectionServiceSnapshotRequest
    restore: _collections_pb2.CollectionServiceRestoreRequest
    def __init__(self, idempotency_key: _Optional[str] = ..., optimize: _Optional[_Union[_collections_pb2.CollectionServiceOptimizeRequest, _Mapping]] = ..., calibrate: _Optional[_Union[_collections_pb2.CollectionServiceCalibrateRequest, _Mapping]] = ..., snapshot: _Optional[_Union[_collections_pb2.CollectionServiceSnapshotRequest, _Mapping]] = ..., restore: _Optional[_Union[_collections_pb2.CollectionServiceRestoreRequest, _Mapping]] = ...) -> None: ...

class OperationServiceStartResponse(_message.Message):
    __slots__ = ("operation",)
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    operation: Operation
    def __init__(self, operation: _Optional[_Union[Operation, _Mapping]] = ...) -> None: ...

class OperationServiceListRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OperationServiceListResponse(_message.Message):
    __slots__ = ("operations",)
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    def __init__(self, operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ...) -> None: ...

class OperationServiceGetRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class OperationServiceGetResponse(_message.Message):
    __slots__ = ("operation",)
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    operation: Operation
    def __init__(self, operation: _Optional[_Union[Operation, _Mapping]] = ...) -> None: ...

class OperationServiceWatchRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class OperationServiceWatchResponse(_message.Message):
    __slots__ = ("operation",)
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    operation: Operation
    def __init__(self, operation: _Optional[_Union[Operation, _Mapping]] = ...) -> None: ...

class OperationServiceCancelRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class OperationServiceCancelResponse(_message.Message):
    __slots__ = ("operation",)
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    operation: Operation
    def __init__(self, operation: _Optional[_Union[Operation, _Mapping]] = ...) -> None: ...
