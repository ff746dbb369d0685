"""The event tester's lines for triggers and mappings."""

from worker.jsontypes import Json, JsonObject
from worker.segment.fql import FqlError, compile_trigger
from worker.segment.mapping import UNDEFINED, MappingError, compile_mapping, validate_mapping


def answer_fql(request: JsonObject) -> JsonObject:
    """`{"fql", "event"}` → `{"match"}`; with `"error"`, and no match, where the request or the FQL is invalid."""
    source, event = request.get("fql"), request.get("event")
    if not isinstance(source, str):
        return {"match": False, "error": "fql must be a string"}
    try:
        trigger = compile_trigger(source)
    except FqlError as error:
        return {"match": False, "error": f"{error.message}\n{error.caret()}"}
    if not isinstance(event, dict):
        return {"match": False, "error": "event must be an object"}
    return {"match": trigger.matches(event)}


def answer_mapping(request: JsonObject) -> JsonObject:
    """`{"mapping", "payload"}` → `{"value"}`, or `{}` when undefined, or `{"error"}`.

    With `"validate": true` only whether the mapping is valid: `{"valid", "error"?}`.
    """
    mapping = request.get("mapping")
    if request.get("validate") is True:
        return _validity(mapping)
    try:
        value = compile_mapping(mapping).resolve(request.get("payload", {}))
    except MappingError as error:
        return {"error": str(error)}
    return {} if value is UNDEFINED else {"value": value}


def _validity(mapping: Json) -> JsonObject:
    try:
        validate_mapping(mapping)
    except MappingError as error:
        return {"valid": False, "error": str(error)}
    return {"valid": True}
