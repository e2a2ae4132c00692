"""Frozen dataclasses to plain JSON values and back.

One codec for the settings document, the options of a page in the database, and the lines between the program and its
public child. It knows dataclasses, enums, tuples, frozensets, dicts with text keys, dates, ``X | None`` and the JSON scalars.
Fields that are missing take their default; unknown fields are ignored, so that a newer writer does not break an older reader.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """The JSON value for ``value``; dataclass fields that equal their default are left out."""
    if value is None or (isinstance(value, str | int | float | bool) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {}
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            if field.default is not dataclasses.MISSING and item == field.default:
                continue
            found[field.name] = to_plain(item)
        return found
    raise TypeError(f"no plain form for {type(value).__name__}")


def from_plain(kind: type[T], value: Any) -> T:
    """Builds a ``kind`` from what ``to_plain`` made of one. Raises ValueError where the value does not fit."""
    return typing.cast(T, _read(kind, value, kind.__name__ if hasattr(kind, "__name__") else "value"))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(kind, value, where)
    if origin is tuple:
        return _read_tuple(kind, value, where)
    if origin is frozenset:
        (item,) = typing.get_args(kind)
        return frozenset(_read(item, each, where) for each in _expect(list, value, where))
    if origin is dict:
        key_kind, item_kind = typing.get_args(kind)
        return {
            _read_key(key_kind, key, where): _read(item_kind, each, f"{where}.{key}")
            for key, each in _expect(dict, value, where).items()
        }
    if origin is typing.Literal:
        if value in typing.get_args(kind):
            return value
        raise ValueError(f"{where}: {value!r} is not one of {typing.get_args(kind)}")
    if kind is Any or kind is object:
        return value
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, value, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is date:
        return date.fromisoformat(_expect(str, value, where))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return _expect(kind, value, where)


def _read_union(kind: Any, value: Any, where: str) -> Any:
    options = typing.get_args(kind)
    if value is None and type(None) in options:
        return None
    failures = []
    # Fields may be missing, so two dataclasses may both make do with the same object: first the one that knows more of it.
    for option in sorted(options, key=lambda option: _unknown(option, value)):
        if option is not type(None):
            try:
                return _read(option, value, where)
            except ValueError as error:
                failures.append(str(error))
    raise ValueError("; ".join(failures) or f"{where}: nothing fits")


def _unknown(kind: Any, value: Any) -> int:
    """How many entries of the object ``value`` the dataclass ``kind`` has no field for."""
    if not isinstance(value, dict) or not dataclasses.is_dataclass(kind):
        return 0
    return len(value.keys() - {field.name for field in dataclasses.fields(kind)})


def _read_tuple(kind: Any, value: Any, where: str) -> tuple[Any, ...]:
    items = _expect(list, value, where)
    kinds = typing.get_args(kind)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], item, f"{where}[{index}]") for index, item in enumerate(items))
    if len(items) != len(kinds):
        raise ValueError(f"{where}: {len(kinds)} items expected, {len(items)} found")
    return tuple(_read(each, item, f"{where}[{index}]") for index, (each, item) in enumerate(zip(kinds, items, strict=True)))


def _read_key(kind: Any, key: str, where: str) -> Any:
    if kind is int:
        return int(key)
    return _read(kind, key, where)


def _read_dataclass(kind: Any, value: Any, where: str) -> Any:
    found = _expect(dict, value, where)
    hints = _hints(kind)
    given = {
        field.name: _read(hints[field.name], found[field.name], f"{where}.{field.name}")
        for field in dataclasses.fields(kind)
        if field.init and field.name in found
    }
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error


def _expect(kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    raise ValueError(f"{where}: {kind.__name__} expected, {type(value).__name__} found")
