"""Keyword arguments to protobuf messages, by the messages' own descriptors."""

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from ._wire import search_pb2, types_pb2
from .errors import invalid
from .filters import Filter
from .vectors import QueryLike, to_query

M = TypeVar("M", bound=Message)
Fields = Mapping[str, FieldDescriptor]


def to_message(message: M, options: Mapping[str, object], *, path: str = "") -> M:
    """Sets the options on the message and returns it; an option that is None is left out.

    Raises TypeError for an option that the message does not have, as a function does for an unknown
    keyword, and INVALID_FIELD with its path for a value that the message cannot hold.
    """
    for name, value in options.items():
        field = cast(Fields, message.DESCRIPTOR.fields_by_name).get(name)
        if field is None:
            raise TypeError(f"there is no option {path}{name}")
        if value is not None:
            _set(message, field, value, f"{path}{name}")
    return message


def _set(message: Message, field: FieldDescriptor, value: object, path: str) -> None:
    target = getattr(message, field.name)
    if field.message_type is not None:
        if not field.is_repeated:
            target.SetInParent()
            _fill(target, value, path)
            return
        for i, item in enumerate(_items(value, path)):
            _fill(target.add(), item, f"{path}[{i}]")
        return
    try:
        if field.is_repeated:
            target.extend(_items(value, path))
        elif field.enum_type is not None:
            setattr(message, field.name, _enum_number(field.enum_type, value))
        else:
            setattr(message, field.name, value)
    except (TypeError, ValueError) as error:
        raise invalid(f"{path}: {error}", field=path) from error


def _fill(target: Message, value: object, path: str) -> None:
    if isinstance(target, search_pb2.Query):
        target.CopyFrom(to_query(cast(QueryLike, value), field=path))
    elif isinstance(target, types_pb2.Filter):
        if not isinstance(value, Filter):
            raise invalid(f"{path} is a Filter, not {type(value).__name__}", field=path)
        target.CopyFrom(value.message)
    elif isinstance(value, Mapping):
        to_message(target, value, path=f"{path}.")
    else:
        raise invalid(f"{path} is a dict of options, not {type(value).__name__}", field=path)


def _items(value: object, path: str) -> Iterable[object]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise invalid(f"{path} is a sequence, not {type(value).__name__}", field=path)
    return value


def _enum_number(enum: EnumDescriptor, value: object) -> int:
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    named = enum.values_by_name.get(f"{prefix}{str(value).upper()}")
    if named is None:
        words = ", ".join(one.name.removeprefix(prefix).lower() for one in enum.values[1:])
        raise ValueError(f"{value!r} is none of {words}")
    return named.number
