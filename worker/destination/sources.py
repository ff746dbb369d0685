"""Where in an event a field's value comes from, for the simple nodes that nearly all mappings consist of.

Whatever else a node may be, its compiled resolver knows (worker.segment.mapping).
"""

import re
from typing import Final

from msgspec import Struct

from worker.jsontypes import Json

_PATH: Final = re.compile(r"\$\.(?:(\w+)\.)?(\w+)", re.ASCII)
_TEMPLATE: Final = re.compile(r"\{\{(?:(\w+)\.)?(\w+)\}\}", re.ASCII)


class Source(Struct, frozen=True):
    """A value of the event: under `key`, at the top or in the object `parent`; where it is null, under `otherwise`."""

    parent: str | None
    key: str
    otherwise: str | None = None


def source_of(node: Json, kind: type) -> Source | None:
    """What a mapping's node stands for, in a field that takes values of class `kind`; None if it is not that simple.

    These are `@path`s of one or two keys, `@template`s of nothing else for a text, and `@if` of one path or else
    another in the same object (segment_actions.md 2.3).
    """
    if not isinstance(node, dict) or len(node) != 1:
        return None
    match node:
        case {"@path": str(path)}:
            return _source(_PATH.fullmatch(path))
        case {"@template": str(template)} if kind is str:
            return _source(_TEMPLATE.fullmatch(template))
        case {"@if": {"exists": exists, "then": then, "else": other, **rest}} if exists == then and not rest:
            first, second = source_of(exists, dict), source_of(other, dict)
            if first and second and first.parent == second.parent and not (first.otherwise or second.otherwise):
                return Source(first.parent, first.key, second.key)
    return None


def _source(match: re.Match[str] | None) -> Source | None:
    return None if match is None else Source(*match.groups())
