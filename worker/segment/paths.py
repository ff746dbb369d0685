"""Looking up values by paths, as Segment's own code does (segment_actions.md 2.2 and 2.3)."""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final, Literal, TypeAlias

from worker.jsontypes import Json


class _Undefined(Enum):
    UNDEFINED = "undefined"

    def __bool__(self) -> bool:
        return False


Undefined: TypeAlias = Literal[_Undefined.UNDEFINED]
"""The type of `UNDEFINED`."""

UNDEFINED: Final = _Undefined.UNDEFINED
"""JavaScript's `undefined`: a value that is not there, where JSON's null is one that is."""

Value: TypeAlias = Json | Undefined
"""A JSON value that may be missing."""

Getter: TypeAlias = Callable[[Value], Value]
"""A compiled path: the value there in an object."""

_SEPARATOR = re.compile(r"""\[(?=["'\d])|\.|(?<=["'\d])\]+""", re.ASCII)
_QUOTES = str.maketrans("", "", "'\"")
_MAX_INDEX_DIGITS = 9


def get(obj: Value, path: str) -> Value:
    """The value at `path` in `obj`; `compile_path` says what a path is."""
    return compile_path(path)(obj)


def compile_path(path: str) -> Getter:
    """The lookup of a mapping's path (segment_actions.md 2.3, `get`).

    Segments end at `.` and at brackets around digits or quotes; other brackets are part of a key, and keys with dots
    cannot be reached. A path without any, such as `""` or `"."`, is the object itself.
    """
    return compile_keys([segment.translate(_QUOTES) for segment in _SEPARATOR.split(path) if segment])


def compile_keys(keys: Sequence[str]) -> Getter:
    """The lookup of one key after the other. A falsy value on the way (null, "", 0, false) is the result."""
    match keys:
        case [key]:
            return _one_key(key)
        case [first, second]:
            return _two_keys(first, second)
    return _many_keys(keys)


def _member(obj: Value, key: str) -> Value:
    """`obj && obj[key]` of JavaScript, of what is no object; keys of prototypes do not exist."""
    if isinstance(obj, list) or (obj and isinstance(obj, str)):
        return _item(obj, key)
    return UNDEFINED if obj else obj


def _item(obj: "str | list[Json]", key: str) -> Value:
    """An array's or a string's length or item, where the key is written as JavaScript writes an index."""
    if key == "length":
        return len(obj)
    if len(key) > _MAX_INDEX_DIGITS or not (key.isascii() and key.isdigit()) or (key[0] == "0" and key != "0"):
        return UNDEFINED
    index = int(key)
    return obj[index] if index < len(obj) else UNDEFINED


def _one_key(key: str) -> Getter:
    def look_up(obj: Value) -> Value:
        return obj.get(key, UNDEFINED) if obj.__class__ is dict else _member(obj, key)

    return look_up


def _two_keys(first: str, second: str) -> Getter:
    def look_up(obj: Value) -> Value:
        inner = obj.get(first, UNDEFINED) if obj.__class__ is dict else _member(obj, first)
        return inner.get(second, UNDEFINED) if inner.__class__ is dict else _member(inner, second)

    return look_up


def _many_keys(keys: Sequence[str]) -> Getter:
    def look_up(obj: Value) -> Value:
        for key in keys:
            obj = obj.get(key, UNDEFINED) if obj.__class__ is dict else _member(obj, key)
        return obj

    return look_up
