"""Checking a mapping before it is used, with Segment's messages: `/path/@directive problem.` (segment_actions.md 2.3).

As in Segment's own checks, what is inside arrays is not looked at, except for the objects of @merge.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, TypeGuard

from worker.jsontypes import Json, JsonObject
from worker.segment.javascript import indefinite, type_name
from worker.segment.mapping.json_text import encode_string
from worker.segment.paths import UNDEFINED, Value

MAX_PATTERN: Final = 10
"""The most characters of @replace's pattern, and of its replacement."""

Check: TypeAlias = Callable[[Value, str], list[str]]
"""The problems of a value at a path, the path as `/a/b`."""


def check(value: Value, path: str = "") -> list[str]:
    """The problems of a mapping or of a part of one; `path` is where it is."""
    if not isinstance(value, dict):
        return []
    return _directive(value, path) if _has_directive(value) else _object(value, path)


def is_directive(node: Value) -> TypeGuard[JsonObject]:
    """Whether the node is an object with nothing but @-keys, and maybe `_metadata`."""
    if not isinstance(node, dict):
        return False
    return _has_directive(node) and all(key.startswith("@") or key == "_metadata" for key in node)


def _has_directive(node: dict[str, Json]) -> bool:
    return any(key.startswith("@") for key in node)


def _kind(value: Value) -> str:
    return "directive" if isinstance(value, dict) and _has_directive(value) else type_name(value)


def _problem(path: str, message: str) -> list[str]:
    return [f"{path or '/'} {message}."]


def _first(*checks: list[str]) -> list[str]:
    """The problems of the first check that finds any."""
    return next((problems for problems in checks if problems), [])


def _directive(value: JsonObject, path: str) -> list[str]:
    names = [key for key in value if key.startswith("@")]
    if len(names) > 1:
        return _problem(path, f"should only have one @-prefixed key but it has {len(names)} keys")
    if any(key not in {names[0], "_metadata"} for key in value):
        return _problem(path, f"should only have one @-prefixed key but it has {len(value)} keys")
    name = names[0]
    if name not in _DIRECTIVES:
        return _problem(path, f"has an invalid directive: {name}")
    return _DIRECTIVES[name](value[name], f"{path}/{name}")


def _wrong(path: str, expected: str, value: Value) -> list[str]:
    return _problem(path, f"should be {expected} but it is {indefinite(_kind(value))}")


def _object(value: Value, path: str) -> list[str]:
    if not isinstance(value, dict) or _has_directive(value):
        return _wrong(path, "an object", value)
    return [problem for key, item in value.items() for problem in check(item, f"{path}/{key}")]


def _array(value: Value, path: str) -> list[str]:
    return [] if isinstance(value, list) else _wrong(path, "an array", value)


def _string(value: Value, path: str) -> list[str]:
    return [] if isinstance(value, str) else _wrong(path, "a string", value)


def _boolean(value: Value, path: str) -> list[str]:
    return [] if isinstance(value, bool) else _wrong(path, "a boolean", value)


def _anything(_value: Value, _path: str) -> list[str]:
    return []


def _kinds(expected: str, *kinds: str) -> Check:
    """A check of what a value is, without a look inside."""
    return lambda value, path: [] if _kind(value) in kinds else _wrong(path, expected, value)


_STRING: Final = _kinds("a string or a mapping directive", "directive", "string")
_OBJECT: Final = _kinds("a object or a mapping directive", "directive", "object")


def _raw_or_directive(value: Value, path: str) -> list[str]:
    return _directive(value, path) if isinstance(value, dict) and _has_directive(value) else []


def _string_or_directive(value: Value, path: str) -> list[str]:
    return _STRING(value, path) or check(value, path)


def _object_or_directive(value: Value, path: str) -> list[str]:
    return _OBJECT(value, path) or check(value, path)


def _short_string(least: int) -> Check:
    def check_length(value: Value, path: str) -> list[str]:
        if not isinstance(value, str):
            return _string(value, path)
        if len(value) < least:
            return _problem(path, f"should be a string of length {least} or greater")
        if len(value) > MAX_PATTERN:
            return _problem(path, f"should be a string of length {MAX_PATTERN} or less")
        return []

    return check_length


def _one_of(*allowed: str) -> Check:
    def check_allowed(value: Value, path: str) -> list[str]:
        if not isinstance(value, str):
            return _string(value, path)
        if value.lower() not in allowed:
            return _problem(path, f"should be one of {', '.join(allowed)} but it is {encode_string(value)}")
        return []

    return check_allowed


def _options(*, required: Sequence[str] = (), **checks: Check) -> Check:
    """A check of an object with these options; the order of the messages is that of the checks.

    What is inside the options is looked at first; so the checks are only of what each is, else directives in each other
    would be checked twice a level.
    """

    def check_options(value: Value, path: str) -> list[str]:
        problems = _object(value, path)
        if problems or not isinstance(value, dict):
            return problems
        for key, check_option in checks.items():
            name = key.rstrip("_")
            if name in value:
                problems += check_option(value[name], f"{path}/{name}")
            elif name in required:
                problems += _problem(path, f'should have field "{name}" but it doesn\'t')
        return problems

    return check_options


def _array_path(value: Value, path: str) -> list[str]:
    if not isinstance(value, list):
        return _array(value, path)
    first, shape = [*value, UNDEFINED, UNDEFINED][:2]
    return _first(_string_or_directive(first, path), check(shape, path))


def _merge(value: Value, path: str) -> list[str]:
    problems = _MERGE(value, path)
    if problems or not isinstance(value, dict) or not isinstance(objects := value["objects"], list):
        return problems
    return _first(*(_object_or_directive(item, "") for item in objects))


_MERGE: Final = _options(direction=_one_of("left", "right"), objects=_array, required=("objects",))

_DIRECTIVES: Final[dict[str, Check]] = {
    "@if": _options(exists=_anything, then=_anything, else_=_anything),
    "@case": _options(operator=_string, value=_STRING),
    "@replace": _options(
        pattern=_short_string(1),
        replacement=_short_string(0),
        value=_STRING,
        ignorecase=_boolean,
        global_=_boolean,
        required=("pattern", "value"),
    ),
    "@arrayPath": _array_path,
    "@path": _string_or_directive,
    "@template": _string_or_directive,
    "@literal": _raw_or_directive,
    "@excludeWhenNull": _raw_or_directive,
    "@liquid": _string,
    "@json": _options(value=_anything, mode=_one_of("encode", "decode"), required=("value", "mode")),
    "@flatten": _options(separator=_string, value=_anything, required=("value",)),
    "@merge": _merge,
    "@transform": _options(apply=_OBJECT, mapping=_OBJECT, required=("apply", "mapping")),
}
