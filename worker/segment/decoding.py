"""JSON text decoded, within limits that keep everything after it safe."""

from typing import Final

import orjson

from worker.jsontypes import Json
from worker.nesting import nests_deeper
from worker.unparsed import wrong_with_text

MAX_NESTING: Final = 64
"""How many arrays and objects may be inside each other."""


class InvalidJson(ValueError):
    """The text is no JSON that is accepted."""


def decode_json(raw: bytes | str) -> Json:
    """The value of a JSON text. Of repeated keys the last counts, as in JavaScript.

    Raises InvalidJson for what is no JSON (NaN, numbers beyond a double, lone surrogates, invalid UTF-8), and for
    nesting deeper than `MAX_NESTING`.
    """
    try:
        value: Json = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidJson(wrong_with_text(error)) from error
    if _brackets(raw) > MAX_NESTING and nests_deeper(value, MAX_NESTING):
        raise InvalidJson(f"nested more than {MAX_NESTING} levels deep")
    return value


def _brackets(raw: bytes | str) -> int:
    if isinstance(raw, str):
        return raw.count("{") + raw.count("[")
    return len(raw) - len(raw.translate(None, b"{["))  # twice as fast as counting
