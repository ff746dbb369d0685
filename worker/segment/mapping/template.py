"""`{{path}}` templates (segment_actions.md 2.3, @template)."""

from collections.abc import Callable
from typing import Final, TypeAlias

from worker.segment.javascript import WHITESPACE, to_string
from worker.segment.mapping.errors import MappingError
from worker.segment.paths import UNDEFINED, Getter, Value, compile_path, get

MAX_TEXT: Final = 1_000_000
"""The most characters a directive may make of a payload."""

Template: TypeAlias = Callable[[Value], str]
"""A compiled template: its text for a payload."""


def compile_template(template: str) -> Template:
    """The template with its paths compiled.

    As Segment does, `{{{path}}}` is filled in first, then `{{path}}` in the result: also where a value brought it in.
    """
    if len(split_template(template, 3)) > 1:
        return lambda payload: render(template, payload)
    parts = [(text, None if path is None else compile_path(path)) for text, path in split_template(template, 2)]
    match parts:
        case [("", getter), ("", None)] if getter:
            return lambda payload: _text(getter(payload))
    return lambda payload: _join(parts, payload)


def render(template: str, payload: Value) -> str:
    """The template's text for the payload, for templates known only now; in linear time. Raises MappingError."""
    for braces in (3, 2):
        parts: list[str] = []
        length = 0
        for text, path in split_template(template, braces):
            parts += (text, "" if path is None else _text(get(payload, path)))
            length += len(parts[-2]) + len(parts[-1])
            check_length(length)  # at once: whoever writes the template can name a long value thousands of times
        template = "".join(parts)
    return template


def split_template(template: str, braces: int) -> list[tuple[str, str | None]]:
    """The texts of the template, each with the path in the braces behind it; None behind the last.

    A placeholder begins at the first pair (or three) of braces before a `}`, and is one only where that begins as many
    closing braces.
    """
    opening, closing = "{" * braces, "}" * braces
    parts: list[tuple[str, str | None]] = []
    done = after_last = 0
    while (close := template.find("}", after_last)) >= 0:
        opened = template.find(opening, after_last, max(close - 1, 0)) if template.startswith(closing, close) else -1
        after_last = close + 1
        if opened >= 0:
            parts.append((template[done:opened], template[opened + braces : close].strip(WHITESPACE)))
            done = after_last = close + braces
    parts.append((template[done:], None))
    return parts


def check_length(length: int) -> None:
    """Raises MappingError for a text of so many characters that it is too long to go on with."""
    if length > MAX_TEXT:
        raise MappingError(f"the text is longer than {MAX_TEXT} characters")


def _join(parts: list[tuple[str, Getter | None]], payload: Value) -> str:
    text = "".join([text if getter is None else text + _text(getter(payload)) for text, getter in parts])
    check_length(len(text))
    return text


def _text(value: Value) -> str:
    """How a value is written in a text: missing and null as nothing."""
    if value.__class__ is str:
        return value
    return "" if value is None or value is UNDEFINED else to_string(value)
