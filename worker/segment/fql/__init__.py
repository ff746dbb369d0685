"""FQL, the language of Segment's event triggers (segment_actions.md 2.1 and 2.2).

By default a trigger means what it means to Segment, quirks included; `lint` says where that is not what it seems.
"""

from worker.segment.fql.compiler import Explained, Trigger, compile_node
from worker.segment.fql.errors import FqlError, Warning_
from worker.segment.fql.parser import parse
from worker.segment.fql.strict import parse_strict

__all__ = ["Explained", "FqlError", "Trigger", "Warning_", "compile_trigger", "lint"]


def compile_trigger(source: str, *, strict: bool = False) -> Trigger:
    """The trigger, compiled; `strict` gives it the quirk-free meaning. Raises FqlError."""
    return compile_node(source, parse_strict(source) if strict else parse(source)[0])


def lint(source: str) -> list[Warning_]:
    """Where the trigger does not mean, to Segment, what it seems to mean. Raises FqlError."""
    return sorted(parse(source)[1], key=lambda warning: warning.position)
