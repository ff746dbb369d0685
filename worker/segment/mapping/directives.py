"""The directives of one value: @path, @template, @if, @case, @literal, @excludeWhenNull, @json.

Each is a function from the directive's options, as the mapping gives them, to what resolves it for a payload
(segment_actions.md 2.3). What can be known beforehand is worked out once; a misuse that Segment's validation lets pass
raises MappingError when it is resolved.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from worker.jsontypes import Json
from worker.segment.decoding import InvalidJson, decode_json
from worker.segment.javascript import to_string, truthy, type_name
from worker.segment.mapping.errors import MappingError
from worker.segment.mapping.json_text import encode_json
from worker.segment.mapping.template import compile_template, render
from worker.segment.mapping.values import Loose, clean
from worker.segment.paths import UNDEFINED, Value, compile_path, get

Resolver: TypeAlias = Callable[[Value], Loose]
"""A compiled part of a mapping: its value for a payload."""

Compiler: TypeAlias = Callable[[Json], Resolver]
"""Compiles a part of a mapping."""


def failing(message: str) -> Resolver:
    """What resolves to an error."""

    def fail(_payload: Value) -> Loose:
        raise MappingError(message)

    return fail


def undefined(_payload: Value) -> Loose:
    """What resolves to undefined."""
    return UNDEFINED


def path(option: Json, compile_node: Compiler) -> Resolver:
    """@path: the value at a path of the payload."""
    if isinstance(option, str):
        return compile_path(option.replace("$.", "", 1))
    text = _text_of("@path", compile_node(option))
    return lambda payload: get(payload, text(payload).replace("$.", "", 1))


def template(option: Json, compile_node: Compiler) -> Resolver:
    """@template: a text with values of the payload in it."""
    if isinstance(option, str):
        return compile_template(option)
    text = _text_of("@template", compile_node(option))
    return lambda payload: render(text(payload), payload)


def _text_of(name: str, resolver: Resolver) -> Callable[[Value], str]:
    def resolve(payload: Value) -> str:
        text = resolver(payload)
        if not isinstance(text, str):
            raise MappingError(f"{name}: expected string, got {type_name(clean(text))}")
        return text

    return resolve


def literal(option: Json, compile_node: Compiler) -> Resolver:
    """@literal: the option itself, its directives resolved."""
    return compile_node(option)


def exclude_when_null(option: Json, compile_node: Compiler) -> Resolver:
    """@excludeWhenNull: undefined instead of null, also for the values of objects in objects."""
    resolver = compile_node(option)

    def resolve(payload: Value) -> Loose:
        value = resolver(payload)
        return UNDEFINED if value is None else _without_nulls(value)

    return resolve


def _without_nulls(value: Loose) -> Loose:
    if not isinstance(value, dict):
        return value
    return {key: UNDEFINED if item is None else _without_nulls(item) for key, item in value.items()}


def condition(option: Json, compile_node: Compiler) -> Resolver:
    """@if: `then` where `exists` is there, or `blank` is there and not blank; else `else`."""
    if not isinstance(option, dict):
        return failing('@if requires an object with an "exists" key')
    if not truthy(option.get("exists")) and not truthy(option.get("blank")):
        return failing('@if requires an "exists" key or a "blank" key')
    then = compile_node(option["then"]) if "then" in option else undefined
    otherwise = compile_node(option["else"]) if truthy(option.get("else")) else undefined
    if "exists" not in option:
        return _if_not_blank(compile_node(option["blank"]), then, otherwise)
    tested = compile_node(option["exists"])
    if _is_path(option["exists"]) and option.get("then") == option["exists"]:
        return _if_exists_itself(tested, otherwise)
    return _if_exists(tested, then, otherwise)


def _is_path(node: Json) -> bool:
    return isinstance(node, dict) and node.keys() == {"@path"} and isinstance(node["@path"], str)


def _if_exists(tested: Resolver, then: Resolver, otherwise: Resolver) -> Resolver:
    def resolve(payload: Value) -> Loose:
        value = tested(payload)
        return otherwise(payload) if value is None or value is UNDEFINED else then(payload)

    return resolve


def _if_exists_itself(tested: Resolver, otherwise: Resolver) -> Resolver:
    def resolve(payload: Value) -> Loose:
        value = tested(payload)
        return otherwise(payload) if value is None or value is UNDEFINED else value

    return resolve


def _if_not_blank(tested: Resolver, then: Resolver, otherwise: Resolver) -> Resolver:
    def resolve(payload: Value) -> Loose:
        value = clean(tested(payload))
        return otherwise(payload) if value is None or value is UNDEFINED or _equals_blank(value) else then(payload)

    return resolve


def _equals_blank(value: Value) -> bool:
    """`value == ''` of JavaScript: numbers compare as numbers, arrays by their text."""
    if isinstance(value, str):
        return value == ""
    if isinstance(value, list):
        return to_string(value) == ""
    return value == 0


def case(option: Json, compile_node: Compiler) -> Resolver:
    """@case: a text in lower or upper case; other values as they are."""
    if not isinstance(option, dict):
        return failing('@case requires an object with a "operator" key')
    operator = option.get("operator")
    if not truthy(operator):
        return failing('@case requires a "operator" key')
    if not truthy(option.get("value")):
        return undefined
    resolver = compile_node(option["value"])

    def resolve(payload: Value) -> Loose:
        value = resolver(payload)
        if not isinstance(value, str):
            return value
        match operator:
            case "lower":
                return value.lower()
            case "upper":
                return value.upper()
        raise MappingError('operator key should have a value of "lower" or "upper"')

    return resolve


def json(option: Json, compile_node: Compiler) -> Resolver:
    """@json: a value's JSON text, or the value of a JSON text (the text itself where it is none)."""
    if not isinstance(option, dict):
        return failing('@json requires an object with a "value" key')
    for key in ("mode", "value"):
        if not truthy(option.get(key)):
            return failing(f'@json requires a "{key}" key')
    resolver = compile_node(option["value"])
    match option["mode"]:
        case "encode":
            return lambda payload: encode_json(resolver(payload))
        case "decode":
            return lambda payload: _decoded(resolver(payload))
    return lambda payload: undefined(clean(resolver(payload)))


def _decoded(value: Loose) -> Loose:
    if not isinstance(value, str):
        return value
    try:
        return decode_json(value)
    except InvalidJson:
        return value


def liquid(_option: Json, _compile_node: Compiler) -> Resolver:
    """@liquid is not supported; that is said when the mapping is compiled."""
    raise MappingError("@liquid is not supported: use @template, @if, @case or @replace")


DIRECTIVES: Mapping[str, Callable[[Json, Compiler], Resolver]] = {
    "@path": path,
    "@template": template,
    "@literal": literal,
    "@excludeWhenNull": exclude_when_null,
    "@if": condition,
    "@case": case,
    "@json": json,
    "@liquid": liquid,
}
"""These directives by name."""
