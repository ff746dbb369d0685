"""JSON as JavaScript's `JSON.stringify` writes it (segment_actions.md 2.3, @json)."""

import json
import re

from worker.segment.javascript import to_string
from worker.segment.mapping.values import Loose
from worker.segment.paths import UNDEFINED, Undefined

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LARGEST_INDEX = 2**32 - 2


def encode_json(value: Loose) -> str | Undefined:
    """The value's JSON text; undefined has none, and is left out of objects and null in arrays."""
    if value is UNDEFINED:
        return UNDEFINED
    parts: list[str] = []
    _encode(value, parts)
    return "".join(parts)


def encode_string(text: str) -> str:
    """The text as a JSON string: as it is but for quotes, backslashes, control characters and lone surrogates."""
    encoded = json.dumps(text, ensure_ascii=False)
    return encoded if encoded.isascii() else _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def _encode(value: Loose, parts: list[str]) -> None:
    match value:
        case str():
            parts.append(encode_string(value))
        case dict():
            before = "{"
            for key, item in sorted(value.items(), key=_property_order):
                if item is not UNDEFINED:
                    parts.append(f"{before}{encode_string(key)}:")
                    _encode(item, parts)
                    before = ","
            parts.append("{}" if before == "{" else "}")
        case list():
            before = "["
            for item in value:
                parts.append(before)
                _encode(item, parts)
                before = ","
            parts.append("[]" if before == "[" else "]")
        case None | bool() | int() | float():
            parts.append(to_string(value))
        case _:
            parts.append("null")


def _property_order(item: tuple[str, Loose]) -> tuple[bool, int]:
    """JavaScript's order of properties: array indices by number, then the others as they came."""
    key = item[0]
    if key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) <= len(str(_LARGEST_INDEX)):
        index = int(key)
        return index > _LARGEST_INDEX, index if index <= _LARGEST_INDEX else 0
    return True, 0
