from . import search_pb2 as _search_pb2
from . import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Analyzer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANALYZER_UNSPECIFIED: _ClassVar[Analyzer]
    ANALYZER_ENGLISH: _ClassVar[Analyzer]
    ANALYZER_UNICODE: _ClassVar[Analyzer]
ANALYZER_UNSPECIFIED: Analyzer
ANALYZER_ENGLISH: Analyzer
ANALYZER_UNICODE: Analyzer

class CollectionSettings(_message.Message):
    __slots__ = ("name", "model", "model_fingerprint", "dim", "bits", "sketch_bits", "analyzer", "seed", "analyzer_version", "stemmer", "stop_words", "refine_bits")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    DIM_FIELD_NUMBER: _ClassVar[int]
    BITS_FIELD_NUMBER: _ClassVar[int]
    SKETCH_BITS_FIELD_NUMBER: _ClassVar[int]
    ANALYZER_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ANALYZER_VERSION_FIELD_NUMBER: _ClassVar[int]
    STEMMER_FIELD_NUMBER: _ClassVar[int]
    STOP_WORDS_FIELD_NUMBER: _ClassVar[int]
    REFINE_BITS_FIELD_NUMBER: _ClassVar[int]
    name: str
    model: str
    model_fingerprint: str
    dim: int
    bits: int
    sketch_bits: int
    analyzer: Analyzer
    seed: int
    analyzer_version: int
    stemmer: str
    stop_words: str
    refine_bits: int
    def __init__(self, name: _Optional[str] = ..., model: _Optional[str] = ..., model_fingerprint: _Optional[str] = ..., dim: _Optional[int] = ..., bits: _Optional[int] = ..., sketch_bits: _Optional[int] = ..., analyzer: _Optional[_Union[Analyzer, str]] = ..., seed: _Optional[int] = ..., analyzer_version: _Optional[int] = ..., stemmer: _Optional[str] = ..., stop_words: _Optional[str] = ..., refine_bits: _Optional[int] = ...) -> None: ...

class Collection(_message.Message):
    __slots__ = ("settings", "document_count", "passage_count", "token_count", "generation", "last_sequence", "segment_count", "disk_bytes", "kernel", "recall", "score_maps")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    RECALL_FIELD_NUMBER: _ClassVar[int]
    SCORE_MAPS_FIELD_NUMBER: _ClassVar[int]
    settings: CollectionSettings
    document_count: int
    passage_count: int
    token_count: int
    generation: int
    last_sequence: int
    segment_count: int
    disk_bytes: int
    kernel: str
    recall: RecallCalibration
    score_maps: _containers.RepeatedCompositeFieldContainer[ScoreMap]
    def __init__(self, settings: _Optional[_Union[CollectionSettings, _Mapping]] = ..., document_count: _Optional[int] = ..., passage_count: _Optional[int] = ..., token_count: _Optional[int] = ..., generation: _Optional[int] = ..., last_sequence: _Optional[int] = ..., segment_count: _Optional[int] = ..., disk_bytes: _Optional[int] = ..., kernel: _Optional[str] = ..., recall: _Optional[_Union[RecallCalibration, _Mapping]] = ..., score_maps: _Optional[_Iterable[_Union[ScoreMap, _Mapping]]] = ...) -> None: ...

class ScoreMap(_message.Message):
    __slots__ = ("lexical_weight", "rerank_model", "rerank_weight", "platt", "isotonic", "query_count", "result_count", "brier", "ece")
    LEXICAL_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    RERANK_MODEL_FIELD_NUMBER: _ClassVar[int]
    RERANK_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PLATT_FIELD_NUMBER: _ClassVar[int]
    ISOTONIC_FIELD_NUMBER: _ClassVar[int]
    QUERY_COUNT_FIELD_NUMBER: _ClassVar[int]
    RESULT_COUNT_FIELD_NUMBER: _ClassVar[int]
    BRIER_FIELD_NUMBER: _ClassVar[int]
    ECE_FIELD_NUMBER: _ClassVar[int]
    lexical_weight: float
    rerank_model: str
    rerank_weight: float
    platt: PlattMap
    isotonic: IsotonicMap
    query_count: int
    result_count: int
    brier: float
    ece: float
    def __init__(self, lexical_weight: _Optional[float] = ..., rerank_model: _Optional[str] = ..., rerank_weight: _Optional[float] = ..., platt: _Optional[_Union[PlattMap, _Mapping]] = ..., isotonic: _Optional[_Union[IsotonicMap, _Mapping]] = ..., query_count: _Optional[int] = ..., result_count: _Optional[int] = ..., brier: _Optional[float] = ..., ece: _Optional[float] = ...) -> None: ...

class PlattMap(_message.Message):
    __slots__ = ("slope", "intercept")
    SLOPE_FIELD_NUMBER: _ClassVar[int]
    INTERCEPT_FIELD_NUMBER: _ClassVar[int]
    slope: float
    intercept: float
    def __init__(self, slope: _Optional[float] = ..., intercept: _Optional[float] = ...) -> None: ...

class IsotonicMap(_message.Message):
    __slots__ = ("scores", "probabilities")
    SCORES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedScalarFieldContainer[float]
    probabilities: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, scores: _Optional[_Iterable[float]] = ..., probabilities: _Optional[_Iterable[float]] = ...) -> None: ...

class RecallCalibration(_message.Message):
    __slots__ = ("estimates", "confidence", "samples_given", "generation", "passage_count", "stale")
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_GIVEN_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    estimates: _containers.RepeatedCompositeFieldContainer[RecallEstimate]
    confidence: float
    samples_given: bool
    generation: int
    passage_count: int
    stale: bool
    def __init__(self, estimates: _Optional[_Iterable[_Union[RecallEstimate, _Mapping]]] = ..., confidence: _Optional[float] = ..., samples_given: bool = ..., generation: _Optional[int] = ..., passage_count: _Optional[int] = ..., stale: bool = ...) -> None: ...

class CollectionServiceCreateRequest(_message.Message):
    __slots__ = ("name", "model", "dim", "bits", "sketch_bits", "analyzer", "if_not_exists", "stemmer", "stop_words", "refine_bits")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DIM_FIELD_NUMBER: _ClassVar[int]
    BITS_FIELD_NUMBER: _ClassVar[int]
    SKETCH_BITS_FIELD_NUMBER: _ClassVar[int]
    ANALYZER_FIELD_NUMBER: _ClassVar[int]
    IF_NOT_EXISTS_FIELD_NUMBER: _ClassVar[int]
    STEMMER_FIELD_NUMBER: _ClassVar[int]
    STOP_WORDS_FIELD_NUMBER: _ClassVar[int]
    REFINE_BITS_FIELD_NUMBER: _ClassVar[int]
    name: str
    model: str
    dim: int
    bits: int
    sketch_bits: int
    analyzer: Analyzer
    if_not_exists: bool
    stemmer: str
    stop_words: str
    refine_bits: int
    def __init__(self, name: _Optional[str] = ..., model: _Optional[str] = ..., dim: _Optional[int] = ..., bits: _Optional[int] = ..., sketch_bits: _Optional[int] = ..., analyzer: _Optional[_Union[Analyzer, str]] = ..., if_not_exists: bool = ..., stemmer: _Optional[str] = ..., stop_words: _Optional[str] = ..., refine_bits: _Optional[int] = ...) -> None: ...

class CollectionServiceCreateResponse(_message.Message):
    __slots__ = ("settings",)
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: CollectionSettings
    def __init__(self, settings: _Optional[_Union[CollectionSettings, _Mapping]] = ...) -> None: ...

class CollectionServiceDropRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CollectionServiceDropResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CollectionServiceListRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class CollectionServiceListResponse(_message.Message):
    __slots__ = ("collections", "refused", "findings", "next_page_token")
    COLLECTIONS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    collections: _containers.RepeatedCompositeFieldContainer[Collection]
    refused: _containers.RepeatedCompositeFieldContainer[RefusedCollection]
    findings: _containers.RepeatedCompositeFieldContainer[DataFinding]
    next_page_token: str
    def __init__(self, collections: _Optional[_Iterable[_Union[Collection, _Mapping]]] = ..., refused: _Optional[_Iterable[_Union[RefusedCollection, _Mapping]]] = ..., findings: _Optional[_Iterable[_Union[DataFinding, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RefusedCollection(_message.Message):
    __slots__ = ("name", "reason", "message")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    message: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class DataFinding(_message.Message):
    __slots__ = ("place", "kind", "message")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[DataFinding.Kind]
        KIND_DAMAGED: _ClassVar[DataFinding.Kind]
        KIND_DUPLICATE: _ClassVar[DataFinding.Kind]
        KIND_UNFINISHED: _ClassVar[DataFinding.Kind]
        KIND_FOREIGN: _ClassVar[DataFinding.Kind]
        KIND_LINK: _ClassVar[DataFinding.Kind]
    KIND_UNSPECIFIED: DataFinding.Kind
    KIND_DAMAGED: DataFinding.Kind
    KIND_DUPLICATE: DataFinding.Kind
    KIND_UNFINISHED: DataFinding.Kind
    KIND_FOREIGN: DataFinding.Kind
    KIND_LINK: DataFinding.Kind
    PLACE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    place: str
    kind: DataFinding.Kind
    message: str
    def __init__(self, place: _Optional[str] = ..., kind: _Optional[_Union[DataFinding.Kind, str]] = ..., message: _Optional[str] = ...) -> None: ...

class CollectionServiceDescribeRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CollectionServiceDescribeResponse(_message.Message):
    __slots__ = ("collection", "findings")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    collection: Collection
    findings: _containers.RepeatedCompositeFieldContainer[DataFinding]
    def __init__(self, collection: _Optional[_Union[Collection, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[DataFinding, _Mapping]]] = ...) -> None: ...

class CollectionServiceOptimizeRequest(_message.Message):
    __slots__ = ("name", "full", "reanalyze")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    REANALYZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    full: bool
    reanalyze: bool
    def __init__(self, name: _Optional[str] = ..., full: bool = ..., reanalyze: bool = ...) -> None: ...

class CollectionServiceOptimizeResponse(_message.Message):
    __slots__ = ("progress", "disk_bytes_before", "disk_bytes_after")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_AFTER_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    disk_bytes_before: int
    disk_bytes_after: int
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., disk_bytes_before: _Optional[int] = ..., disk_bytes_after: _Optional[int] = ...) -> None: ...

class CollectionServiceCalibrateRequest(_message.Message):
    __slots__ = ("name", "sample_queries", "sample_count", "samples", "confidence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_QUERIES_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    sample_queries: _containers.RepeatedScalarFieldContainer[str]
    sample_count: int
    samples: _containers.RepeatedCompositeFieldContainer[_search_pb2.Query]
    confidence: float
    def __init__(self, name: _Optional[str] = ..., sample_queries: _Optional[_Iterable[str]] = ..., sample_count: _Optional[int] = ..., samples: _Optional[_Iterable[_Union[_search_pb2.Query, _Mapping]]] = ..., confidence: _Optional[float] = ...) -> None: ...

class CollectionServiceCalibrateResponse(_message.Message):
    __slots__ = ("progress", "estimates")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    estimates: _containers.RepeatedCompositeFieldContainer[RecallEstimate]
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., estimates: _Optional[_Iterable[_Union[RecallEstimate, _Mapping]]] = ...) -> None: ...

class CollectionServiceSetScoreMapsRequest(_message.Message):
    __slots__ = ("name", "score_maps")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCORE_MAPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    score_maps: _containers.RepeatedCompositeFieldContainer[ScoreMap]
    def __init__(self, name: _Optional[str] = ..., score_maps: _Optional[_Iterable[_Union[ScoreMap, _Mapping]]] = ...) -> None: ...

class CollectionServiceSetScoreMapsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RecallEstimate(_message.Message):
    __slots__ = ("pool_size", "recall", "recall_lower_bound", "sample_count")
    POOL_SIZE_FIELD_NUMBER: _ClassVar[int]
    RECALL_FIELD_NUMBER: _ClassVar[int]
    RECALL_LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    pool_size: int
    recall: float
    recall_lower_bound: float
    sample_count: int
    def __init__(self, pool_size: _Optional[int] = ..., recall: _Optional[float] = ..., recall_lower_bound: _Optional[float] = ..., sample_count: _Optional[int] = ...) -> None: ...

class CollectionServiceSnapshotRequest(_message.Message):
    __slots__ = ("name", "snapshot_name", "backup")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_NAME_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    name: str
    snapshot_name: str
    backup: bool
    def __init__(self, name: _Optional[str] = ..., snapshot_name: _Optional[str] = ..., backup: bool = ...) -> None: ...

class CollectionServiceSnapshotResponse(_message.Message):
    __slots__ = ("progress", "snapshot_name", "snapshot_bytes")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_NAME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_BYTES_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    snapshot_name: str
    snapshot_bytes: int
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., snapshot_name: _Optional[str] = ..., snapshot_bytes: _Optional[int] = ...) -> None: ...

class CollectionServiceRestoreRequest(_message.Message):
    __slots__ = ("snapshot_name", "name", "backup")
    SNAPSHOT_NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    snapshot_name: str
    name: str
    backup: bool
    def __init__(self, snapshot_name: _Optional[str] = ..., name: _Optional[str] = ..., backup: bool = ...) -> None: ...

class CollectionServiceRestoreResponse(_message.Message):
    __slots__ = ("progress", "collection")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    collection: Collection
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., collection: _Optional[_Union[Collection, _Mapping]] = ...) -> None: ...

class CollectionServiceListSnapshotsRequest(_message.Message):
    __slots__ = ("backup",)
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    backup: bool
    def __init__(self, backup: bool = ...) -> None: ...

class CollectionServiceListSnapshotsResponse(_message.Message):
    __slots__ = ("snapshots",)
    SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    snapshots: _containers.RepeatedCompositeFieldContainer[SnapshotInfo]
    def __init__(self, snapshots: _Optional[_Iterable[_Union[SnapshotInfo, _Mapping]]] = ...) -> None: ...

class SnapshotInfo(_message.Message):
    __slots__ = ("name", "collection", "last_sequence", "bytes", "created_ms")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CREATED_MS_FIELD_NUMBER: _ClassVar[int]
    name: str
    collection: str
    last_sequence: int
    bytes: int
    created_ms: int
    def __init__(self, name: _Optional[str] = ..., collection: _Optional[str] = ..., last_sequence: _Optional[int] = ..., bytes: _Optional[int] = ..., created_ms: _Optional[int] = ...) -> None: ...

class CollectionServiceDeleteSnapshotRequest(_message.Message):
    __slots__ = ("snapshot_name", "backup")
    SNAPSHOT_NAME_FIELD_NUMBER: _ClassVar[int]
    BACKUP_FIELD_NUMBER: _ClassVar[int]
    snapshot_name: str
    backup: bool
    def __init__(self, snapshot_name: _Optional[str] = ..., backup: bool = ...) -> None: ...

class CollectionServiceDeleteSnapshotResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
