"""Protobuf messages to the dataclasses of `messages.py`, by the messages' own descriptors."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import TypeVar, cast, get_args

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from .documents import from_document, from_fields
from .messages import CLASSES
from .vectors import from_vectors

T = TypeVar("T")
Reader = Callable[[Message], object]


def decode(message: Message, _as: type[T]) -> T:
    """The message as the dataclass that `CLASSES` names for it."""
    return cast(T, _build(message))


_SPECIAL: dict[str, Callable[..., object]] = {
    "sluice.v1.Vectors": from_vectors,
    "sluice.v1.Document": from_document,
}


def _build(message: Message) -> object:
    special = _SPECIAL.get(message.DESCRIPTOR.full_name)
    if special is not None:
        return special(message)
    build, readers = _plan(message.DESCRIPTOR)
    return build(*[read(message) for read in readers])


@cache
def _plan(descriptor: Descriptor) -> tuple[type, tuple[Reader, ...]]:
    """The class, and a reader for each of its fields in order."""
    built = CLASSES[descriptor.full_name]
    readers = (
        _reader(descriptor.fields_by_name[field.name], may_be_none=NoneType in get_args(field.type))
        for field in fields(built)
    )
    return built, tuple(readers)


def _reader(field: FieldDescriptor, *, may_be_none: bool) -> Reader:
    name = field.name
    get = attrgetter(name)
    convert: Callable[..., object] | None = None
    if field.enum_type is not None:
        convert = _words(field.enum_type)
    elif field.message_type is not None:
        convert = _build
    if field.message_type is not None and field.message_type.full_name == "sluice.v1.Field":
        return lambda message: from_fields(get(message))
    if field.is_repeated:
        if convert is None:
            return lambda message: tuple(get(message))
        return lambda message: tuple(map(convert, get(message)))
    value = get if convert is None else lambda message: convert(get(message))
    if not may_be_none:
        return value
    return lambda message: value(message) if message.HasField(name) else None


def _words(enum: EnumDescriptor) -> Callable[[int], str]:
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    words = {value.number: value.name.removeprefix(prefix).lower() for value in enum.values}
    return lambda number: words.get(number, "unspecified")
