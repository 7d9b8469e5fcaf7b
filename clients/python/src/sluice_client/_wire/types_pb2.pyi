from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VectorType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VECTOR_TYPE_UNSPECIFIED: _ClassVar[VectorType]
    VECTOR_TYPE_FLOAT32: _ClassVar[VectorType]
    VECTOR_TYPE_FLOAT16: _ClassVar[VectorType]
    VECTOR_TYPE_INT8: _ClassVar[VectorType]

class SpanUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPAN_UNIT_UNSPECIFIED: _ClassVar[SpanUnit]
    SPAN_UNIT_UTF16: _ClassVar[SpanUnit]
    SPAN_UNIT_CODE_POINTS: _ClassVar[SpanUnit]
    SPAN_UNIT_UTF8: _ClassVar[SpanUnit]

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_LOW: _ClassVar[Priority]
    PRIORITY_NORMAL: _ClassVar[Priority]
    PRIORITY_HIGH: _ClassVar[Priority]
VECTOR_TYPE_UNSPECIFIED: VectorType
VECTOR_TYPE_FLOAT32: VectorType
VECTOR_TYPE_FLOAT16: VectorType
VECTOR_TYPE_INT8: VectorType
SPAN_UNIT_UNSPECIFIED: SpanUnit
SPAN_UNIT_UTF16: SpanUnit
SPAN_UNIT_CODE_POINTS: SpanUnit
SPAN_UNIT_UTF8: SpanUnit
PRIORITY_UNSPECIFIED: Priority
PRIORITY_LOW: Priority
PRIORITY_NORMAL: Priority
PRIORITY_HIGH: Priority

class Vectors(_message.Message):
    __slots__ = ("type", "dim", "rows", "model_fingerprint")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DIM_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    type: VectorType
    dim: int
    rows: bytes
    model_fingerprint: str
    def __init__(self, type: _Optional[_Union[VectorType, str]] = ..., dim: _Optional[int] = ..., rows: _Optional[bytes] = ..., model_fingerprint: _Optional[str] = ...) -> None: ...

class KeywordList(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class IntegerList(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values: _Optional[_Iterable[int]] = ...) -> None: ...

class FloatList(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, values: _Optional[_Iterable[float]] = ...) -> None: ...

class TimeList(_message.Message):
    __slots__ = ("values_ms",)
    VALUES_MS_FIELD_NUMBER: _ClassVar[int]
    values_ms: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values_ms: _Optional[_Iterable[int]] = ...) -> None: ...

class Field(_message.Message):
    __slots__ = ("name", "keyword", "keywords", "integer", "float", "boolean", "time_ms", "integers", "floats", "times")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    KEYWORDS_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    FLOAT_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    INTEGERS_FIELD_NUMBER: _ClassVar[int]
    FLOATS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    name: str
    keyword: str
    keywords: KeywordList
    integer: int
    float: float
    boolean: bool
    time_ms: int
    integers: IntegerList
    floats: FloatList
    times: TimeList
    def __init__(self, name: _Optional[str] = ..., keyword: _Optional[str] = ..., keywords: _Optional[_Union[KeywordList, _Mapping]] = ..., integer: _Optional[int] = ..., float: _Optional[float] = ..., boolean: bool = ..., time_ms: _Optional[int] = ..., integers: _Optional[_Union[IntegerList, _Mapping]] = ..., floats: _Optional[_Union[FloatList, _Mapping]] = ..., times: _Optional[_Union[TimeList, _Mapping]] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("key", "title", "text", "fields", "vectors")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: str
    text: str
    fields: _containers.RepeatedCompositeFieldContainer[Field]
    vectors: Vectors
    def __init__(self, key: _Optional[str] = ..., title: _Optional[str] = ..., text: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[Field, _Mapping]]] = ..., vectors: _Optional[_Union[Vectors, _Mapping]] = ...) -> None: ...

class StoredDocument(_message.Message):
    __slots__ = ("document", "sequence", "passage_count")
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    document: Document
    sequence: int
    passage_count: int
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ..., sequence: _Optional[int] = ..., passage_count: _Optional[int] = ...) -> None: ...

class Span(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("all", "any", "any_of", "range", "exists", "prefix", "key_any_of", "key_prefix")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    ANY_OF_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXISTS_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    KEY_ANY_OF_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    all: FilterList
    any: FilterList
    any_of: FieldAnyOf
    range: FieldRange
    exists: str
    prefix: FieldPrefix
    key_any_of: KeyAnyOf
    key_prefix: str
    def __init__(self, all: _Optional[_Union[FilterList, _Mapping]] = ..., any: _Optional[_Union[FilterList, _Mapping]] = ..., any_of: _Optional[_Union[FieldAnyOf, _Mapping]] = ..., range: _Optional[_Union[FieldRange, _Mapping]] = ..., exists: _Optional[str] = ..., prefix: _Optional[_Union[FieldPrefix, _Mapping]] = ..., key_any_of: _Optional[_Union[KeyAnyOf, _Mapping]] = ..., key_prefix: _Optional[str] = ..., **kwargs) -> None: ...

class FilterList(_message.Message):
    __slots__ = ("filters",)
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ...) -> None: ...

class FieldAnyOf(_message.Message):
    __slots__ = ("field", "values")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    field: str
    values: _containers.RepeatedCompositeFieldContainer[Field]
    def __init__(self, field: _Optional[str] = ..., values: _Optional[_Iterable[_Union[Field, _Mapping]]] = ...) -> None: ...

class FieldRange(_message.Message):
    __slots__ = ("field", "at_least", "more_than", "at_most", "less_than")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    MORE_THAN_FIELD_NUMBER: _ClassVar[int]
    AT_MOST_FIELD_NUMBER: _ClassVar[int]
    LESS_THAN_FIELD_NUMBER: _ClassVar[int]
    field: str
    at_least: float
    more_than: float
    at_most: float
    less_than: float
    def __init__(self, field: _Optional[str] = ..., at_least: _Optional[float] = ..., more_than: _Optional[float] = ..., at_most: _Optional[float] = ..., less_than: _Optional[float] = ...) -> None: ...

class FieldPrefix(_message.Message):
    __slots__ = ("field", "prefix")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    field: str
    prefix: str
    def __init__(self, field: _Optional[str] = ..., prefix: _Optional[str] = ...) -> None: ...

class KeyAnyOf(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, keys: _Optional[_Iterable[str]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("step", "done", "total", "elapsed_us", "finished")
    STEP_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_US_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    step: str
    done: int
    total: int
    elapsed_us: int
    finished: bool
    def __init__(self, step: _Optional[str] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., elapsed_us: _Optional[int] = ..., finished: bool = ...) -> None: ...
