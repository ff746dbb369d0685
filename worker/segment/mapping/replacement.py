"""@replace: literal text replaced as JavaScript's `String.replace` does it (segment_actions.md 2.3)."""

import re
from collections.abc import Callable
from typing import Final

from worker.jsontypes import Json
from worker.segment.javascript import to_string, truthy
from worker.segment.mapping.directives import Compiler, Resolver, failing, undefined
from worker.segment.mapping.errors import MappingError
from worker.segment.mapping.template import check_length
from worker.segment.mapping.validation import MAX_PATTERN
from worker.segment.mapping.values import Loose
from worker.segment.paths import Value

_FOUND, _BEFORE, _BEHIND = "$&", "$`", "$'"
_SPECIAL: Final = re.compile(r"(\$[$&`'])")
"""What stands for something else in a replacement: `$$` for `$`."""


def replace(option: Json, compile_node: Compiler) -> Resolver:
    """@replace: a pattern replaced in a text, everywhere or once; then a second pattern."""
    if not isinstance(option, dict) or not truthy(option.get("pattern")):
        return failing('@replace requires a "pattern" key')
    if not truthy(option.get("value")):
        return undefined
    resolver = compile_node(option["value"])
    steps = _steps(option)

    def resolve(payload: Value) -> Loose:
        value = resolver(payload)
        if isinstance(value, bool | int | float):
            value = to_string(value)
        if not isinstance(value, str) or not steps:
            return ""
        for step in steps:
            value = step(value)
        return value

    return resolve


def _steps(option: dict[str, Json]) -> list[Callable[[str], str]]:
    """The one or two replacements; none where an option is of a wrong type."""
    ignore_case, everywhere = _option(option, "ignorecase", default=False), _option(option, "global", default=True)
    steps = []
    for suffix in ("", "2"):
        pattern, replacement = option.get(f"pattern{suffix}"), _option(option, f"replacement{suffix}", default="")
        if (
            isinstance(pattern, str)
            and pattern
            and isinstance(replacement, str)
            and isinstance(ignore_case, bool)
            and isinstance(everywhere, bool)
        ):
            steps.append(_replacer(pattern, replacement, ignore_case=ignore_case, everywhere=everywhere))
        elif not suffix:
            return []
    return steps


def _option(option: dict[str, Json], name: str, *, default: Json) -> Json:
    value = option.get(name)
    return default if value is None else value


def _replacer(pattern: str, replacement: str, *, ignore_case: bool, everywhere: bool) -> Callable[[str], str]:
    for name, text in (("pattern", pattern), ("replacement", replacement)):
        if len(text) > MAX_PATTERN:
            return _too_long(f'@replace requires a "{name}" less than {MAX_PATTERN} characters')
    parts = ["$" if part == "$$" else part for part in _SPECIAL.split(replacement)]
    if not ignore_case and _BEFORE not in parts and _BEHIND not in parts:  # what is found is the pattern then
        literal = "".join([pattern if part == _FOUND else part for part in parts])
        return _plain(pattern, literal, -1 if everywhere else 1)
    return lambda text: _replace(text, pattern, parts, ignore_case=ignore_case, everywhere=everywhere)


def _plain(pattern: str, literal: str, count: int) -> Callable[[str], str]:
    def replace_plain(text: str) -> str:
        text = text.replace(pattern, literal, count)
        check_length(len(text))
        return text

    return replace_plain


def _too_long(message: str) -> Callable[[str], str]:
    def fail(_text: str) -> str:
        raise MappingError(message)

    return fail


def _replace(text: str, pattern: str, replacement: list[str], *, ignore_case: bool, everywhere: bool) -> str:
    searched, wanted = (_fold(text), _fold(pattern)) if ignore_case else (text, pattern)
    parts: list[str] = []
    length = done = 0
    while (found := searched.find(wanted, done)) >= 0:
        end = found + len(pattern)
        parts += (text[done:found], _expand(replacement, text, found, end))
        length += len(parts[-2]) + len(parts[-1])
        check_length(length)
        done = end
        if not everywhere:
            break
    return "".join([*parts, text[done:]])


def _expand(replacement: list[str], text: str, start: int, end: int) -> str:
    """The replacement with `$&` (what was found), `` $` `` (what is before it) and `$'` (behind it) filled in.

    What is around is copied only where it is asked for: in a text with many finds that takes long.
    """
    parts = []
    for part in replacement:
        if part == _FOUND:
            part = text[start:end]
        elif part == _BEFORE:
            part = text[:start]
        elif part == _BEHIND:
            part = text[end:]
        parts.append(part)
    return "".join(parts)


def _fold(text: str) -> str:
    """The text as JavaScript compares it without case: each character in upper case, where that is one of its kind."""
    return text.upper() if text.isascii() else "".join(map(_fold_char, text))


def _fold_char(char: str) -> str:
    upper = char.upper()
    if len(upper) != 1 or (not char.isascii() and upper.isascii()):
        return char
    return upper
