"""A YAML document as values that know their line.

Scalars mean what YAML 1.2 says: only `true` and `false` are booleans (`no` is a word), a date is text.
"""

import re
from typing import Final, TypeAlias

import yaml
from msgspec import Struct

from worker.config.problems import ConfigError, Problem
from worker.jsontypes import Json, JsonObject

DEPTH_MAX: Final = 64
VALUES_MAX: Final = 100_000
"""Bounds of a document, aliases written out."""

_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", re.ASCII)


class Scalar(Struct, frozen=True):
    """A single value. `text` is how it is written in the file."""

    line: int
    value: str | int | float | bool | None
    text: str


class Sequence(Struct, frozen=True):
    """A list."""

    line: int
    items: "list[Node]"


class Entry(Struct, frozen=True):
    """One key of a section and its value; `line` is the key's."""

    line: int
    key: str
    value: "Node"


class Section(Struct, frozen=True):
    """A mapping. The keys may repeat: whoever reads it says so."""

    line: int
    entries: list[Entry]


Node: TypeAlias = Scalar | Sequence | Section


def entry_of(node: Node | Entry, key: str) -> Node | Entry:
    """The entry of this key, or the node itself where it has none: for a problem's line."""
    if isinstance(node, Section):
        return next((entry for entry in node.entries if entry.key == key), node)
    return node


def parse(text: str, source: str) -> Node:
    """The document in `text`. Raises ConfigError where it is no YAML; `source` is what messages call it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        return Scalar(1, None, "") if root is None else _Reader().node(root, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError(source, [Problem(line, "", f"this is no YAML: {reason}")]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(source, [Problem(line, "", f"this is no YAML: {error.reason}")]) from error
    except RecursionError as error:
        raise ConfigError(source, [Problem(1, "", f"nested more than {DEPTH_MAX} levels deep")]) from error
    except _Unusable as error:
        raise ConfigError(source, [Problem(error.line, "", str(error))]) from error


class _Unusable(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Reader:
    def __init__(self) -> None:
        self._left = VALUES_MAX

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1
        self._left -= 1
        if depth > DEPTH_MAX:
            raise _Unusable(line, f"nested more than {DEPTH_MAX} levels deep")
        if self._left < 0:
            raise _Unusable(line, f"more than {VALUES_MAX} values")
        if isinstance(node, yaml.ScalarNode):
            text = _joined(node)
            return Scalar(line, meaning(text) if node.style is None else text, text)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(line, [self.node(item, depth + 1) for item in node.value])
        entries = []
        for key, value in node.value:
            name = _joined(key) if isinstance(key, yaml.ScalarNode) else "?"
            entries.append(Entry(key.start_mark.line + 1, name, self.node(value, depth + 1)))
        return Section(line, entries)


def _joined(node: yaml.ScalarNode) -> str:
    """The text. JSON writes an emoji as two escapes, which YAML takes for two characters that are none."""
    text: str = node.value
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise _Unusable(node.start_mark.line + 1, "half a character: a \\ud… escape without its other half") from error


def meaning(text: str) -> str | int | float | bool | None:
    """What a text without quotes stands for."""
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def plain(node: Node) -> Json:
    """The node as JSON; of a key that repeats, the last value."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Section():
            section: JsonObject = {entry.key: plain(entry.value) for entry in node.entries}
            return section
