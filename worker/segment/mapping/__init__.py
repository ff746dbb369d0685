"""Mappings from events to the fields of actions: Segment's mapping-kit (segment_actions.md 2.3)."""

from worker.segment.mapping.compiler import ROOT_KEY, Mapping, compile_mapping, validate_mapping
from worker.segment.mapping.errors import MappingError
from worker.segment.paths import UNDEFINED, Undefined, Value

__all__ = [
    "ROOT_KEY",
    "UNDEFINED",
    "Mapping",
    "MappingError",
    "Undefined",
    "Value",
    "compile_mapping",
    "validate_mapping",
]
