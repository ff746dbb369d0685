"""Identifiers that stem from a mistake in somebody's program and stand for nobody (segment_actions.md 4.1)."""

from typing import Final

LONGEST: Final = 400
"""Bytes of the longest identifier that is taken for one, as `too_long` counts them."""

LONGEST_TOKEN: Final = 2000
"""Bytes of the longest device token."""

_CONTROL: Final = bytes(range(32))
_CONTROL_BYTES: Final = len(r"\u0001")
_SHORT: Final = LONGEST // _CONTROL_BYTES

_ANY_CASE: Final = frozenset(
    {
        "anonymous",
        "guest",
        "distinctid",
        "distinct_id",
        "id",
        "not_authenticated",
        "email",
        "undefined",
        "true",
        "false",
    }
)
_EXACT: Final = frozenset({"[object Object]", "NaN", "None", "none", "null", "0", "undefined"})
_LONGEST_WORD: Final = max(map(len, _ANY_CASE | _EXACT)) + 2


def too_long(identifier: str, longest: int = LONGEST) -> bool:
    """Whether the identifier takes more bytes in JSON; identifiers are kept by the dozen in pages of limited size."""
    length = len(identifier)
    if length * _CONTROL_BYTES <= longest or length > longest:
        return length > longest
    if identifier.isascii() and identifier.isprintable():
        return False
    raw = identifier.encode("utf-8", "surrogatepass")
    control = len(raw) - len(raw.translate(None, _CONTROL))
    return len(raw) + control * (_CONTROL_BYTES - 1) > longest


def beginning(identifier: str) -> str:
    """What is shown and remembered of an identifier that is too long."""
    return f"{identifier[:_SHORT]}…"


def is_junk(identifier: str) -> bool:
    """Whether `identifier` is blank, far too long, or one of the words that programs write by mistake."""
    length = len(identifier)
    if length > _LONGEST_WORD:
        return (length > _SHORT and too_long(identifier)) or "\0" in identifier or identifier.isspace()
    if not identifier or identifier.isspace() or "\0" in identifier:
        return True
    word = identifier
    if word[0] in "'\"" and length > 1 and word[0] == word[-1]:
        word = word[1:-1]
        if not word.strip():
            return True
    return word in _EXACT or word.lower() in _ANY_CASE
