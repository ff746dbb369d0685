"""@replace: literal text replaced as JavaScript's `String.replace` does it (segment_actions.md 2.3)."""

from collections.abc import Callable

from worker.jsontypes import Json
from worker.segment.javascript import to_string, truthy
from worker.segment.mapping.directives import Compiler, Resolver, failing, undefined
from worker.segment.mapping.errors import MappingError
from worker.segment.mapping.template import MAX_TEXT, check_length
from worker.segment.mapping.validation import MAX_PATTERN
from worker.segment.mapping.values import Loose
from worker.segment.paths import Value


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
    if "$" not in replacement and not ignore_case:
        count = -1 if everywhere else 1
        return lambda text: text.replace(pattern, replacement, count)
    return lambda text: _replace(text, pattern, replacement, ignore_case=ignore_case, everywhere=everywhere)


def _too_long(message: str) -> Callable[[str], str]:
    def fail(_text: str) -> str:
        raise MappingError(message)

    return fail


def _replace(text: str, pattern: str, replacement: str, *, ignore_case: bool, everywhere: bool) -> str:
    searched, wanted = (_fold(text), _fold(pattern)) if ignore_case else (text, pattern)
    parts: list[str] = []
    length = done = 0
    while (found := searched.find(wanted, done)) >= 0:
        end = found + len(pattern)
        parts += (text[done:found], _expand(replacement, text, found, end))
        length += len(parts[-2]) + len(parts[-1])
        if length > MAX_TEXT:
            check_length("".join(parts))
        done = end
        if not everywhere:
            break
    return "".join([*parts, text[done:]])


def _expand(replacement: str, text: str, start: int, end: int) -> str:
    """The replacement with `$$`, `$&` (what was found), `` $` `` (what is before it) and `$'` (behind it) filled in."""
    if "$" not in replacement:
        return replacement
    special = {"$": "$", "&": text[start:end], "`": text[:start], "'": text[end:]}
    parts = []
    at = 0
    while at < len(replacement):
        char, following = replacement[at], replacement[at + 1 : at + 2]
        if char == "$" and following in special:
            parts.append(special[following])
            at += 2
        else:
            parts.append(char)
            at += 1
    return "".join(parts)


def _fold(text: str) -> str:
    """The text as JavaScript compares it without case: each character in upper case, where that is one of its kind."""
    return text.upper() if text.isascii() else "".join(map(_fold_char, text))


def _fold_char(char: str) -> str:
    upper = char.upper()
    if len(upper) != 1 or (not char.isascii() and upper.isascii()):
        return char
    return upper
