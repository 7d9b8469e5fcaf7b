from . import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fusion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUSION_UNSPECIFIED: _ClassVar[Fusion]
    FUSION_RECIPROCAL_RANK: _ClassVar[Fusion]
    FUSION_MIN_MAX: _ClassVar[Fusion]

class PayloadMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYLOAD_MODE_UNSPECIFIED: _ClassVar[PayloadMode]
    PAYLOAD_MODE_EVERY_UPDATE: _ClassVar[PayloadMode]
    PAYLOAD_MODE_ON_FIRST_APPEARANCE: _ClassVar[PayloadMode]

class ContextOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTEXT_ORDER_UNSPECIFIED: _ClassVar[ContextOrder]
    CONTEXT_ORDER_BEST_FIRST: _ClassVar[ContextOrder]
    CONTEXT_ORDER_EDGES_FIRST: _ClassVar[ContextOrder]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_LEXICAL: _ClassVar[Stage]
    STAGE_CANDIDATES: _ClassVar[Stage]
    STAGE_LATE_INTERACTION: _ClassVar[Stage]
    STAGE_CROSS_ENCODER: _ClassVar[Stage]

class Certificate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_UNSPECIFIED: _ClassVar[Certificate]
    CERTIFICATE_LEXICAL: _ClassVar[Certificate]
    CERTIFICATE_ESTIMATE: _ClassVar[Certificate]
    CERTIFICATE_EXACT: _ClassVar[Certificate]
    CERTIFICATE_RERANKED: _ClassVar[Certificate]

class ScoreKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCORE_KIND_UNSPECIFIED: _ClassVar[ScoreKind]
    SCORE_KIND_BM25: _ClassVar[ScoreKind]
    SCORE_KIND_FUSION: _ClassVar[ScoreKind]
    SCORE_KIND_RELEVANCE: _ClassVar[ScoreKind]
    SCORE_KIND_RERANKED: _ClassVar[ScoreKind]

class FieldKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_KIND_UNSPECIFIED: _ClassVar[FieldKind]
    FIELD_KIND_KEYWORD: _ClassVar[FieldKind]
    FIELD_KIND_INTEGER: _ClassVar[FieldKind]
    FIELD_KIND_FLOAT: _ClassVar[FieldKind]
    FIELD_KIND_BOOLEAN: _ClassVar[FieldKind]
    FIELD_KIND_TIME: _ClassVar[FieldKind]

class WindowPooling(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WINDOW_POOLING_UNSPECIFIED: _ClassVar[WindowPooling]
    WINDOW_POOLING_BEST: _ClassVar[WindowPooling]
    WINDOW_POOLING_MEAN: _ClassVar[WindowPooling]

class FeedbackKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEEDBACK_KIND_UNSPECIFIED: _ClassVar[FeedbackKind]
    FEEDBACK_KIND_CLICK: _ClassVar[FeedbackKind]
    FEEDBACK_KIND_RELEVANT: _ClassVar[FeedbackKind]
    FEEDBACK_KIND_NOT_RELEVANT: _ClassVar[FeedbackKind]
    FEEDBACK_KIND_COPIED: _ClassVar[FeedbackKind]
    FEEDBACK_KIND_DWELL: _ClassVar[FeedbackKind]

class SearchOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEARCH_OUTCOME_UNSPECIFIED: _ClassVar[SearchOutcome]
    SEARCH_OUTCOME_OK: _ClassVar[SearchOutcome]
    SEARCH_OUTCOME_CANCELLED: _ClassVar[SearchOutcome]
    SEARCH_OUTCOME_DEADLINE: _ClassVar[SearchOutcome]
    SEARCH_OUTCOME_REFUSED: _ClassVar[SearchOutcome]
    SEARCH_OUTCOME_FAILED: _ClassVar[SearchOutcome]
FUSION_UNSPECIFIED: Fusion
FUSION_RECIPROCAL_RANK: Fusion
FUSION_MIN_MAX: Fusion
PAYLOAD_MODE_UNSPECIFIED: PayloadMode
PAYLOAD_MODE_EVERY_UPDATE: PayloadMode
PAYLOAD_MODE_ON_FIRST_APPEARANCE: PayloadMode
CONTEXT_ORDER_UNSPECIFIED: ContextOrder
CONTEXT_ORDER_BEST_FIRST: ContextOrder
CONTEXT_ORDER_EDGES_FIRST: ContextOrder
STAGE_UNSPECIFIED: Stage
STAGE_LEXICAL: Stage
STAGE_CANDIDATES: Stage
STAGE_LATE_INTERACTION: Stage
STAGE_CROSS_ENCODER: Stage
CERTIFICATE_UNSPECIFIED: Certificate
CERTIFICATE_LEXICAL: Certificate
CERTIFICATE_ESTIMATE: Certificate
CERTIFICATE_EXACT: Certificate
CERTIFICATE_RERANKED: Certificate
SCORE_KIND_UNSPECIFIED: ScoreKind
SCORE_KIND_BM25: ScoreKind
SCORE_KIND_FUSION: ScoreKind
SCORE_KIND_RELEVANCE: ScoreKind
SCORE_KIND_RERANKED: ScoreKind
FIELD_KIND_UNSPECIFIED: FieldKind
FIELD_KIND_KEYWORD: FieldKind
FIELD_KIND_INTEGER: FieldKind
FIELD_KIND_FLOAT: FieldKind
FIELD_KIND_BOOLEAN: FieldKind
FIELD_KIND_TIME: FieldKind
WINDOW_POOLING_UNSPECIFIED: WindowPooling
WINDOW_POOLING_BEST: WindowPooling
WINDOW_POOLING_MEAN: WindowPooling
FEEDBACK_KIND_UNSPECIFIED: FeedbackKind
FEEDBACK_KIND_CLICK: FeedbackKind
FEEDBACK_KIND_RELEVANT: FeedbackKind
FEEDBACK_KIND_NOT_RELEVANT: FeedbackKind
FEEDBACK_KIND_COPIED: FeedbackKind
FEEDBACK_KIND_DWELL: FeedbackKind
SEARCH_OUTCOME_UNSPECIFIED: SearchOutcome
SEARCH_OUTCOME_OK: SearchOutcome
SEARCH_OUTCOME_CANCELLED: SearchOutcome
SEARCH_OUTCOME_DEADLINE: SearchOutcome
SEARCH_OUTCOME_REFUSED: SearchOutcome
SEARCH_OUTCOME_FAILED: SearchOutcome

class Query(_message.Message):
    __slots__ = ("text", "vectors")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    text: str
    vectors: _types_pb2.Vectors
    def __init__(self, text: _Optional[str] = ..., vectors: _Optional[_Union[_types_pb2.Vectors, _Mapping]] = ...) -> None: ...

class PayloadOptions(_message.Message):
    __slots__ = ("mode", "title", "text", "fields", "highlights")
    MODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHTS_FIELD_NUMBER: _ClassVar[int]
    mode: PayloadMode
    title: bool
    text: bool
    fields: bool
    highlights: bool
    def __init__(self, mode: _Optional[_Union[PayloadMode, str]] = ..., title: bool = ..., text: bool = ..., fields: bool = ..., highlights: bool = ...) -> None: ...

class RerankOptions(_message.Message):
    __slots__ = ("model", "depth", "weight", "window_pooling")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_POOLING_FIELD_NUMBER: _ClassVar[int]
    model: str
    depth: int
    weight: float
    window_pooling: WindowPooling
    def __init__(self, model: _Optional[str] = ..., depth: _Optional[int] = ..., weight: _Optional[float] = ..., window_pooling: _Optional[_Union[WindowPooling, str]] = ...) -> None: ...

class GroupBy(_message.Message):
    __slots__ = ("field", "group_size")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    field: str
    group_size: int
    def __init__(self, field: _Optional[str] = ..., group_size: _Optional[int] = ...) -> None: ...

class ContextOptions(_message.Message):
    __slots__ = ("token_budget", "order", "tokenizer")
    TOKEN_BUDGET_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_FIELD_NUMBER: _ClassVar[int]
    token_budget: int
    order: ContextOrder
    tokenizer: str
    def __init__(self, token_budget: _Optional[int] = ..., order: _Optional[_Union[ContextOrder, str]] = ..., tokenizer: _Optional[str] = ...) -> None: ...

class StageBudgets(_message.Message):
    __slots__ = ("encode_ms", "lexical_ms", "candidates_ms", "late_interaction_ms", "cross_encoder_ms")
    ENCODE_MS_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_MS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_MS_FIELD_NUMBER: _ClassVar[int]
    LATE_INTERACTION_MS_FIELD_NUMBER: _ClassVar[int]
    CROSS_ENCODER_MS_FIELD_NUMBER: _ClassVar[int]
    encode_ms: int
    lexical_ms: int
    candidates_ms: int
    late_interaction_ms: int
    cross_encoder_ms: int
    def __init__(self, encode_ms: _Optional[int] = ..., lexical_ms: _Optional[int] = ..., candidates_ms: _Optional[int] = ..., late_interaction_ms: _Optional[int] = ..., cross_encoder_ms: _Optional[int] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("collection", "query", "other_queries", "k", "filter", "payload", "exhaustive", "sketch_pool_size", "lexical_pool_size", "min_recall", "fusion", "lexical_weight", "min_score", "rerank", "group_by", "dedupe_field", "context", "budget_ms", "stage_budgets", "min_update_interval_ms", "min_sequence", "priority", "min_probability", "softmax_temperature", "typos", "last_word_begins", "offset", "count_documents", "facets", "sort_by", "like", "span_unit", "refine_pool_size")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    OTHER_QUERIES_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    EXHAUSTIVE_FIELD_NUMBER: _ClassVar[int]
    SKETCH_POOL_SIZE_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_POOL_SIZE_FIELD_NUMBER: _ClassVar[int]
    MIN_RECALL_FIELD_NUMBER: _ClassVar[int]
    FUSION_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    RERANK_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    DEDUPE_FIELD_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    STAGE_BUDGETS_FIELD_NUMBER: _ClassVar[int]
    MIN_UPDATE_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    MIN_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    MIN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    SOFTMAX_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TYPOS_FIELD_NUMBER: _ClassVar[int]
    LAST_WORD_BEGINS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    COUNT_DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    SORT_BY_FIELD_NUMBER: _ClassVar[int]
    LIKE_FIELD_NUMBER: _ClassVar[int]
    SPAN_UNIT_FIELD_NUMBER: _ClassVar[int]
    REFINE_POOL_SIZE_FIELD_NUMBER: _ClassVar[int]
    collection: str
    query: Query
    other_queries: _containers.RepeatedCompositeFieldContainer[Query]
    k: int
    filter: _types_pb2.Filter
    payload: PayloadOptions
    exhaustive: bool
    sketch_pool_size: int
    lexical_pool_size: int
    min_recall: float
    fusion: Fusion
    lexical_weight: float
    min_score: float
    rerank: RerankOptions
    group_by: GroupBy
    dedupe_field: str
    context: ContextOptions
    budget_ms: int
    stage_budgets: StageBudgets
    min_update_interval_ms: int
    min_sequence: int
    priority: _types_pb2.Priority
    min_probability: float
    softmax_temperature: float
    typos: bool
    last_word_begins: bool
    offset: int
    count_documents: bool
    facets: _containers.RepeatedCompositeFieldContainer[FacetOptions]
    sort_by: SortOptions
    like: LikeOptions
    span_unit: _types_pb2.SpanUnit
    refine_pool_size: int
    def __init__(self, collection: _Optional[str] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., other_queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., k: _Optional[int] = ..., filter: _Optional[_Union[_types_pb2.Filter, _Mapping]] = ..., payload: _Optional[_Union[PayloadOptions, _Mapping]] = ..., exhaustive: bool = ..., sketch_pool_size: _Optional[int] = ..., lexical_pool_size: _Optional[int] = ..., min_recall: _Optional[float] = ..., fusion: _Optional[_Union[Fusion, str]] = ..., lexical_weight: _Optional[float] = ..., min_score: _Optional[float] = ..., rerank: _Optional[_Union[RerankOptions, _Mapping]] = ..., group_by: _Optional[_Union[GroupBy, _Mapping]] = ..., dedupe_field: _Optional[str] = ..., context: _Optional[_Union[ContextOptions, _Mapping]] = ..., budget_ms: _Optional[int] = ..., stage_budgets: _Optional[_Union[StageBudgets, _Mapping]] = ..., min_update_interval_ms: _Optional[int] = ..., min_sequence: _Optional[int] = ..., priority: _Optional[_Union[_types_pb2.Priority, str]] = ..., min_probability: _Optional[float] = ..., softmax_temperature: _Optional[float] = ..., typos: bool = ..., last_word_begins: bool = ..., offset: _Optional[int] = ..., count_documents: bool = ..., facets: _Optional[_Iterable[_Union[FacetOptions, _Mapping]]] = ..., sort_by: _Optional[_Union[SortOptions, _Mapping]] = ..., like: _Optional[_Union[LikeOptions, _Mapping]] = ..., span_unit: _Optional[_Union[_types_pb2.SpanUnit, str]] = ..., refine_pool_size: _Optional[int] = ...) -> None: ...

class LikeOptions(_message.Message):
    __slots__ = ("key", "passage_number")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    key: str
    passage_number: int
    def __init__(self, key: _Optional[str] = ..., passage_number: _Optional[int] = ...) -> None: ...

class SortOptions(_message.Message):
    __slots__ = ("field", "descending")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    field: str
    descending: bool
    def __init__(self, field: _Optional[str] = ..., descending: bool = ...) -> None: ...

class FacetOptions(_message.Message):
    __slots__ = ("field", "value_count", "top")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    field: str
    value_count: int
    top: int
    def __init__(self, field: _Optional[str] = ..., value_count: _Optional[int] = ..., top: _Optional[int] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("update",)
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    update: SearchUpdate
    def __init__(self, update: _Optional[_Union[SearchUpdate, _Mapping]] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("eligible", "sketch_scored", "maxsim_scored", "reranked", "refined")
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    SKETCH_SCORED_FIELD_NUMBER: _ClassVar[int]
    MAXSIM_SCORED_FIELD_NUMBER: _ClassVar[int]
    RERANKED_FIELD_NUMBER: _ClassVar[int]
    REFINED_FIELD_NUMBER: _ClassVar[int]
    eligible: int
    sketch_scored: int
    maxsim_scored: int
    reranked: int
    refined: int
    def __init__(self, eligible: _Optional[int] = ..., sketch_scored: _Optional[int] = ..., maxsim_scored: _Optional[int] = ..., reranked: _Optional[int] = ..., refined: _Optional[int] = ...) -> None: ...

class StageTimings(_message.Message):
    __slots__ = ("queue_us", "encode_us", "lexical_us", "candidates_us", "late_interaction_us", "cross_encoder_us", "total_us")
    QUEUE_US_FIELD_NUMBER: _ClassVar[int]
    ENCODE_US_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_US_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_US_FIELD_NUMBER: _ClassVar[int]
    LATE_INTERACTION_US_FIELD_NUMBER: _ClassVar[int]
    CROSS_ENCODER_US_FIELD_NUMBER: _ClassVar[int]
    TOTAL_US_FIELD_NUMBER: _ClassVar[int]
    queue_us: int
    encode_us: int
    lexical_us: int
    candidates_us: int
    late_interaction_us: int
    cross_encoder_us: int
    total_us: int
    def __init__(self, queue_us: _Optional[int] = ..., encode_us: _Optional[int] = ..., lexical_us: _Optional[int] = ..., candidates_us: _Optional[int] = ..., late_interaction_us: _Optional[int] = ..., cross_encoder_us: _Optional[int] = ..., total_us: _Optional[int] = ...) -> None: ...

class Degradation(_message.Message):
    __slots__ = ("reason", "message", "stages")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    stages: _containers.RepeatedScalarFieldContainer[Stage]
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., stages: _Optional[_Iterable[_Union[Stage, str]]] = ...) -> None: ...

class SearchUpdate(_message.Message):
    __slots__ = ("sequence", "final", "stage", "certificate", "base_certificate", "expected_recall", "coverage", "settled_count", "generation", "timings", "degradations", "hits", "context", "abstained", "document_count", "facets", "score_kind")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    BASE_CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_RECALL_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    SETTLED_COUNT_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ABSTAINED_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    SCORE_KIND_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    final: bool
    stage: Stage
    certificate: Certificate
    base_certificate: Certificate
    expected_recall: float
    coverage: Coverage
    settled_count: int
    generation: int
    timings: StageTimings
    degradations: _containers.RepeatedCompositeFieldContainer[Degradation]
    hits: _containers.RepeatedCompositeFieldContainer[SearchHit]
    context: AssembledContext
    abstained: bool
    document_count: int
    facets: _containers.RepeatedCompositeFieldContainer[Facet]
    score_kind: ScoreKind
    def __init__(self, sequence: _Optional[int] = ..., final: bool = ..., stage: _Optional[_Union[Stage, str]] = ..., certificate: _Optional[_Union[Certificate, str]] = ..., base_certificate: _Optional[_Union[Certificate, str]] = ..., expected_recall: _Optional[float] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., settled_count: _Optional[int] = ..., generation: _Optional[int] = ..., timings: _Optional[_Union[StageTimings, _Mapping]] = ..., degradations: _Optional[_Iterable[_Union[Degradation, _Mapping]]] = ..., hits: _Optional[_Iterable[_Union[SearchHit, _Mapping]]] = ..., context: _Optional[_Union[AssembledContext, _Mapping]] = ..., abstained: bool = ..., document_count: _Optional[int] = ..., facets: _Optional[_Iterable[_Union[Facet, _Mapping]]] = ..., score_kind: _Optional[_Union[ScoreKind, str]] = ...) -> None: ...

class Facet(_message.Message):
    __slots__ = ("field", "values", "document_count", "error_max")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ERROR_MAX_FIELD_NUMBER: _ClassVar[int]
    field: str
    values: _containers.RepeatedCompositeFieldContainer[FacetValue]
    document_count: int
    error_max: int
    def __init__(self, field: _Optional[str] = ..., values: _Optional[_Iterable[_Union[FacetValue, _Mapping]]] = ..., document_count: _Optional[int] = ..., error_max: _Optional[int] = ...) -> None: ...

class FacetValue(_message.Message):
    __slots__ = ("value", "kind", "count")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    value: str
    kind: FieldKind
    count: int
    def __init__(self, value: _Optional[str] = ..., kind: _Optional[_Union[FieldKind, str]] = ..., count: _Optional[int] = ...) -> None: ...

class ScoreParts(_message.Message):
    __slots__ = ("bm25", "sketch", "maxsim", "cross_encoder", "probability", "softmax")
    BM25_FIELD_NUMBER: _ClassVar[int]
    SKETCH_FIELD_NUMBER: _ClassVar[int]
    MAXSIM_FIELD_NUMBER: _ClassVar[int]
    CROSS_ENCODER_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    SOFTMAX_FIELD_NUMBER: _ClassVar[int]
    bm25: float
    sketch: float
    maxsim: float
    cross_encoder: float
    probability: float
    softmax: float
    def __init__(self, bm25: _Optional[float] = ..., sketch: _Optional[float] = ..., maxsim: _Optional[float] = ..., cross_encoder: _Optional[float] = ..., probability: _Optional[float] = ..., softmax: _Optional[float] = ...) -> None: ...

class SearchHit(_message.Message):
    __slots__ = ("key", "rank", "score", "parts", "passage_number", "span", "payload")
    KEY_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    key: str
    rank: int
    score: float
    parts: ScoreParts
    passage_number: int
    span: _types_pb2.Span
    payload: HitPayload
    def __init__(self, key: _Optional[str] = ..., rank: _Optional[int] = ..., score: _Optional[float] = ..., parts: _Optional[_Union[ScoreParts, _Mapping]] = ..., passage_number: _Optional[int] = ..., span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., payload: _Optional[_Union[HitPayload, _Mapping]] = ...) -> None: ...

class HitPayload(_message.Message):
    __slots__ = ("title", "text", "fields", "highlights")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHTS_FIELD_NUMBER: _ClassVar[int]
    title: str
    text: str
    fields: _containers.RepeatedCompositeFieldContainer[_types_pb2.Field]
    highlights: _containers.RepeatedCompositeFieldContainer[_types_pb2.Span]
    def __init__(self, title: _Optional[str] = ..., text: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[_types_pb2.Field, _Mapping]]] = ..., highlights: _Optional[_Iterable[_Union[_types_pb2.Span, _Mapping]]] = ...) -> None: ...

class AssembledContext(_message.Message):
    __slots__ = ("passages", "token_count")
    PASSAGES_FIELD_NUMBER: _ClassVar[int]
    TOKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    passages: _containers.RepeatedCompositeFieldContainer[ContextPassage]
    token_count: int
    def __init__(self, passages: _Optional[_Iterable[_Union[ContextPassage, _Mapping]]] = ..., token_count: _Optional[int] = ...) -> None: ...

class ContextPassage(_message.Message):
    __slots__ = ("key", "span", "text", "token_count", "title", "score")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    key: str
    span: _types_pb2.Span
    text: str
    token_count: int
    title: str
    score: float
    def __init__(self, key: _Optional[str] = ..., span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., text: _Optional[str] = ..., token_count: _Optional[int] = ..., title: _Optional[str] = ..., score: _Optional[float] = ...) -> None: ...

class SearchSessionRequest(_message.Message):
    __slots__ = ("query_number", "search")
    QUERY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    query_number: int
    search: SearchRequest
    def __init__(self, query_number: _Optional[int] = ..., search: _Optional[_Union[SearchRequest, _Mapping]] = ...) -> None: ...

class SearchSessionResponse(_message.Message):
    __slots__ = ("query_number", "update")
    QUERY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    query_number: int
    update: SearchUpdate
    def __init__(self, query_number: _Optional[int] = ..., update: _Optional[_Union[SearchUpdate, _Mapping]] = ...) -> None: ...

class RerankRequest(_message.Message):
    __slots__ = ("query", "items", "model", "top_n", "min_score", "window_pooling", "budget_ms")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    TOP_N_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_POOLING_FIELD_NUMBER: _ClassVar[int]
    BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    query: Query
    items: _containers.RepeatedCompositeFieldContainer[RerankItem]
    model: str
    top_n: int
    min_score: float
    window_pooling: WindowPooling
    budget_ms: int
    def __init__(self, query: _Optional[_Union[Query, _Mapping]] = ..., items: _Optional[_Iterable[_Union[RerankItem, _Mapping]]] = ..., model: _Optional[str] = ..., top_n: _Optional[int] = ..., min_score: _Optional[float] = ..., window_pooling: _Optional[_Union[WindowPooling, str]] = ..., budget_ms: _Optional[int] = ...) -> None: ...

class RerankItem(_message.Message):
    __slots__ = ("key", "text", "vectors")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    key: str
    text: str
    vectors: _types_pb2.Vectors
    def __init__(self, key: _Optional[str] = ..., text: _Optional[str] = ..., vectors: _Optional[_Union[_types_pb2.Vectors, _Mapping]] = ...) -> None: ...

class RerankResponse(_message.Message):
    __slots__ = ("sequence", "final", "hits", "scored_count", "degradations", "total_us")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    SCORED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_US_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    final: bool
    hits: _containers.RepeatedCompositeFieldContainer[RerankHit]
    scored_count: int
    degradations: _containers.RepeatedCompositeFieldContainer[Degradation]
    total_us: int
    def __init__(self, sequence: _Optional[int] = ..., final: bool = ..., hits: _Optional[_Iterable[_Union[RerankHit, _Mapping]]] = ..., scored_count: _Optional[int] = ..., degradations: _Optional[_Iterable[_Union[Degradation, _Mapping]]] = ..., total_us: _Optional[int] = ...) -> None: ...

class RerankHit(_message.Message):
    __slots__ = ("index", "key", "rank", "score", "probability")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    index: int
    key: str
    rank: int
    score: float
    probability: float
    def __init__(self, index: _Optional[int] = ..., key: _Optional[str] = ..., rank: _Optional[int] = ..., score: _Optional[float] = ..., probability: _Optional[float] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("collection", "query", "key", "passage_number", "lexical_weight", "filter", "span_unit")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SPAN_UNIT_FIELD_NUMBER: _ClassVar[int]
    collection: str
    query: Query
    key: str
    passage_number: int
    lexical_weight: float
    filter: _types_pb2.Filter
    span_unit: _types_pb2.SpanUnit
    def __init__(self, collection: _Optional[str] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., key: _Optional[str] = ..., passage_number: _Optional[int] = ..., lexical_weight: _Optional[float] = ..., filter: _Optional[_Union[_types_pb2.Filter, _Mapping]] = ..., span_unit: _Optional[_Union[_types_pb2.SpanUnit, str]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("score", "parts", "passage_number", "matches", "terms", "best_bm25", "lexical_weight", "span")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    BEST_BM25_FIELD_NUMBER: _ClassVar[int]
    LEXICAL_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    score: float
    parts: ScoreParts
    passage_number: int
    matches: _containers.RepeatedCompositeFieldContainer[TokenMatch]
    terms: _containers.RepeatedCompositeFieldContainer[TermMatch]
    best_bm25: float
    lexical_weight: float
    span: _types_pb2.Span
    def __init__(self, score: _Optional[float] = ..., parts: _Optional[_Union[ScoreParts, _Mapping]] = ..., passage_number: _Optional[int] = ..., matches: _Optional[_Iterable[_Union[TokenMatch, _Mapping]]] = ..., terms: _Optional[_Iterable[_Union[TermMatch, _Mapping]]] = ..., best_bm25: _Optional[float] = ..., lexical_weight: _Optional[float] = ..., span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ...) -> None: ...

class TokenMatch(_message.Message):
    __slots__ = ("query_token", "query_span", "passage_row", "passage_span", "score", "title_span", "passage_token")
    QUERY_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUERY_SPAN_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_ROW_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_SPAN_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    TITLE_SPAN_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query_token: str
    query_span: _types_pb2.Span
    passage_row: int
    passage_span: _types_pb2.Span
    score: float
    title_span: _types_pb2.Span
    passage_token: str
    def __init__(self, query_token: _Optional[str] = ..., query_span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., passage_row: _Optional[int] = ..., passage_span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., score: _Optional[float] = ..., title_span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., passage_token: _Optional[str] = ...) -> None: ...

class TermMatch(_message.Message):
    __slots__ = ("term", "score", "frequency")
    TERM_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    term: str
    score: float
    frequency: int
    def __init__(self, term: _Optional[str] = ..., score: _Optional[float] = ..., frequency: _Optional[int] = ...) -> None: ...

class SendFeedbackRequest(_message.Message):
    __slots__ = ("collection", "query_text", "key", "rank", "kind", "generation", "event_id", "dwell_ms", "score", "stage", "certificate")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    DWELL_MS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    collection: str
    query_text: str
    key: str
    rank: int
    kind: FeedbackKind
    generation: int
    event_id: str
    dwell_ms: int
    score: float
    stage: Stage
    certificate: Certificate
    def __init__(self, collection: _Optional[str] = ..., query_text: _Optional[str] = ..., key: _Optional[str] = ..., rank: _Optional[int] = ..., kind: _Optional[_Union[FeedbackKind, str]] = ..., generation: _Optional[int] = ..., event_id: _Optional[str] = ..., dwell_ms: _Optional[int] = ..., score: _Optional[float] = ..., stage: _Optional[_Union[Stage, str]] = ..., certificate: _Optional[_Union[Certificate, str]] = ...) -> None: ...

class SendFeedbackResponse(_message.Message):
    __slots__ = ("is_repeated", "is_unknown_key")
    IS_REPEATED_FIELD_NUMBER: _ClassVar[int]
    IS_UNKNOWN_KEY_FIELD_NUMBER: _ClassVar[int]
    is_repeated: bool
    is_unknown_key: bool
    def __init__(self, is_repeated: bool = ..., is_unknown_key: bool = ...) -> None: ...

class ListFeedbackRequest(_message.Message):
    __slots__ = ("collection", "page_size", "page_token", "since_ms")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    collection: str
    page_size: int
    page_token: str
    since_ms: int
    def __init__(self, collection: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., since_ms: _Optional[int] = ...) -> None: ...

class ListFeedbackResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[FeedbackEvent]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[FeedbackEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FeedbackEvent(_message.Message):
    __slots__ = ("sequence", "time_ms", "sent")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time_ms: int
    sent: SendFeedbackRequest
    def __init__(self, sequence: _Optional[int] = ..., time_ms: _Optional[int] = ..., sent: _Optional[_Union[SendFeedbackRequest, _Mapping]] = ...) -> None: ...

class ListSlowSearchesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSlowSearchesResponse(_message.Message):
    __slots__ = ("searches",)
    SEARCHES_FIELD_NUMBER: _ClassVar[int]
    searches: _containers.RepeatedCompositeFieldContainer[SlowSearch]
    def __init__(self, searches: _Optional[_Iterable[_Union[SlowSearch, _Mapping]]] = ...) -> None: ...

class SlowSearch(_message.Message):
    __slots__ = ("collection", "query_text", "end_time_ms", "duration_us", "first_update_us", "outcome", "certificate", "timings", "coverage", "degradations", "request_id")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    QUERY_TEXT_FIELD_NUMBER: _ClassVar[int]
    END_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    DURATION_US_FIELD_NUMBER: _ClassVar[int]
    FIRST_UPDATE_US_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    DEGRADATIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    collection: str
    query_text: str
    end_time_ms: int
    duration_us: int
    first_update_us: int
    outcome: SearchOutcome
    certificate: Certificate
    timings: StageTimings
    coverage: Coverage
    degradations: _containers.RepeatedCompositeFieldContainer[Degradation]
    request_id: str
    def __init__(self, collection: _Optional[str] = ..., query_text: _Optional[str] = ..., end_time_ms: _Optional[int] = ..., duration_us: _Optional[int] = ..., first_update_us: _Optional[int] = ..., outcome: _Optional[_Union[SearchOutcome, str]] = ..., certificate: _Optional[_Union[Certificate, str]] = ..., timings: _Optional[_Union[StageTimings, _Mapping]] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., degradations: _Optional[_Iterable[_Union[Degradation, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...
