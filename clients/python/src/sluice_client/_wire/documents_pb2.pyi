from . import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IngestRequest(_message.Message):
    __slots__ = ("collection", "items")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    collection: str
    items: _containers.RepeatedCompositeFieldContainer[IngestItem]
    def __init__(self, collection: _Optional[str] = ..., items: _Optional[_Iterable[_Union[IngestItem, _Mapping]]] = ...) -> None: ...

class IngestItem(_message.Message):
    __slots__ = ("client_sequence", "document", "if_sequence")
    CLIENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    IF_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    client_sequence: int
    document: _types_pb2.Document
    if_sequence: int
    def __init__(self, client_sequence: _Optional[int] = ..., document: _Optional[_Union[_types_pb2.Document, _Mapping]] = ..., if_sequence: _Optional[int] = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("acks", "errors", "answered_through")
    ACKS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    acks: _containers.RepeatedCompositeFieldContainer[IngestAck]
    errors: _containers.RepeatedCompositeFieldContainer[IngestError]
    answered_through: int
    def __init__(self, acks: _Optional[_Iterable[_Union[IngestAck, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[IngestError, _Mapping]]] = ..., answered_through: _Optional[int] = ...) -> None: ...

class IngestAck(_message.Message):
    __slots__ = ("client_sequence", "key", "sequence", "passage_count")
    CLIENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PASSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    client_sequence: int
    key: str
    sequence: int
    passage_count: int
    def __init__(self, client_sequence: _Optional[int] = ..., key: _Optional[str] = ..., sequence: _Optional[int] = ..., passage_count: _Optional[int] = ...) -> None: ...

class IngestError(_message.Message):
    __slots__ = ("client_sequence", "key", "reason", "message", "field", "retryable")
    CLIENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    client_sequence: int
    key: str
    reason: str
    message: str
    field: str
    retryable: bool
    def __init__(self, client_sequence: _Optional[int] = ..., key: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., retryable: bool = ...) -> None: ...

class DocumentServiceUpdateRequest(_message.Message):
    __slots__ = ("collection", "updates")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    UPDATES_FIELD_NUMBER: _ClassVar[int]
    collection: str
    updates: _containers.RepeatedCompositeFieldContainer[FieldUpdate]
    def __init__(self, collection: _Optional[str] = ..., updates: _Optional[_Iterable[_Union[FieldUpdate, _Mapping]]] = ...) -> None: ...

class FieldUpdate(_message.Message):
    __slots__ = ("key", "set", "remove", "if_sequence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    IF_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    key: str
    set: _containers.RepeatedCompositeFieldContainer[_types_pb2.Field]
    remove: _containers.RepeatedScalarFieldContainer[str]
    if_sequence: int
    def __init__(self, key: _Optional[str] = ..., set: _Optional[_Iterable[_Union[_types_pb2.Field, _Mapping]]] = ..., remove: _Optional[_Iterable[str]] = ..., if_sequence: _Optional[int] = ...) -> None: ...

class DocumentServiceUpdateResponse(_message.Message):
    __slots__ = ("acks", "errors")
    ACKS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    acks: _containers.RepeatedCompositeFieldContainer[IngestAck]
    errors: _containers.RepeatedCompositeFieldContainer[IngestError]
    def __init__(self, acks: _Optional[_Iterable[_Union[IngestAck, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[IngestError, _Mapping]]] = ...) -> None: ...

class DocumentServiceGetRequest(_message.Message):
    __slots__ = ("collection", "keys")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    collection: str
    keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, collection: _Optional[str] = ..., keys: _Optional[_Iterable[str]] = ...) -> None: ...

class DocumentServiceGetResponse(_message.Message):
    __slots__ = ("documents", "missing_keys")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    MISSING_KEYS_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[_types_pb2.StoredDocument]
    missing_keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, documents: _Optional[_Iterable[_Union[_types_pb2.StoredDocument, _Mapping]]] = ..., missing_keys: _Optional[_Iterable[str]] = ...) -> None: ...

class DocumentServiceDeleteRequest(_message.Message):
    __slots__ = ("collection", "keys", "filter")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    collection: str
    keys: _containers.RepeatedScalarFieldContainer[str]
    filter: _types_pb2.Filter
    def __init__(self, collection: _Optional[str] = ..., keys: _Optional[_Iterable[str]] = ..., filter: _Optional[_Union[_types_pb2.Filter, _Mapping]] = ...) -> None: ...

class DocumentServiceDeleteResponse(_message.Message):
    __slots__ = ("deleted_count", "missing_count", "sequence", "unmatched_conditions")
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISSING_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    UNMATCHED_CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    deleted_count: int
    missing_count: int
    sequence: int
    unmatched_conditions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, deleted_count: _Optional[int] = ..., missing_count: _Optional[int] = ..., sequence: _Optional[int] = ..., unmatched_conditions: _Optional[_Iterable[str]] = ...) -> None: ...

class DocumentServiceListRequest(_message.Message):
    __slots__ = ("collection", "page_size", "page_token")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    collection: str
    page_size: int
    page_token: str
    def __init__(self, collection: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class DocumentServiceListResponse(_message.Message):
    __slots__ = ("documents", "next_page_token")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[_types_pb2.StoredDocument]
    next_page_token: str
    def __init__(self, documents: _Optional[_Iterable[_Union[_types_pb2.StoredDocument, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ("collection", "filter", "after_key", "after_sequence", "vectors")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    AFTER_KEY_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    collection: str
    filter: _types_pb2.Filter
    after_key: str
    after_sequence: int
    vectors: bool
    def __init__(self, collection: _Optional[str] = ..., filter: _Optional[_Union[_types_pb2.Filter, _Mapping]] = ..., after_key: _Optional[str] = ..., after_sequence: _Optional[int] = ..., vectors: bool = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("documents", "last_sequence")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[ExportedDocument]
    last_sequence: int
    def __init__(self, documents: _Optional[_Iterable[_Union[ExportedDocument, _Mapping]]] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class ExportedDocument(_message.Message):
    __slots__ = ("stored", "passages")
    STORED_FIELD_NUMBER: _ClassVar[int]
    PASSAGES_FIELD_NUMBER: _ClassVar[int]
    stored: _types_pb2.StoredDocument
    passages: _containers.RepeatedCompositeFieldContainer[PassageVectors]
    def __init__(self, stored: _Optional[_Union[_types_pb2.StoredDocument, _Mapping]] = ..., passages: _Optional[_Iterable[_Union[PassageVectors, _Mapping]]] = ...) -> None: ...

class PassageVectors(_message.Message):
    __slots__ = ("span", "vectors")
    SPAN_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    span: _types_pb2.Span
    vectors: _types_pb2.Vectors
    def __init__(self, span: _Optional[_Union[_types_pb2.Span, _Mapping]] = ..., vectors: _Optional[_Union[_types_pb2.Vectors, _Mapping]] = ...) -> None: ...
