"""Mappings made functions of the payload (segment_actions.md 2.3)."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.nesting import nests_deeper
from worker.segment.decoding import MAX_NESTING
from worker.segment.javascript import type_name
from worker.segment.mapping import directives, replacement, structure
from worker.segment.mapping.directives import Resolver, failing
from worker.segment.mapping.errors import MappingError
from worker.segment.mapping.validation import check, is_directive
from worker.segment.mapping.values import Loose, clean
from worker.segment.paths import UNDEFINED, Value

ROOT_KEY: Final = "__segment_internal_directive"
"""The key whose directive gets all other keys of the mapping as its own `mapping` (segment_actions.md 2.3)."""

_DIRECTIVES = {**directives.DIRECTIVES, **structure.DIRECTIVES, "@replace": replacement.replace}
_FLAT = frozenset({"@path", "@template", "@replace"})


class Mapping(Struct, frozen=True):
    """A compiled mapping.

    `resolve(payload)` applies it: keys that resolve to undefined are left out, undefined items of arrays are null; the
    whole is UNDEFINED where the mapping is one directive without a value. The result shares its parts with the payload
    and with the mapping, so none of them may be changed. Raises MappingError.

    `parts` are the keys that depend on the payload, each with what resolves it (RecursionError where the result nests
    too deeply), and `constants` the others; `parts` is None where the whole is one directive.
    """

    resolve: Callable[[Value], Value]
    constants: JsonObject
    parts: tuple[tuple[str, Callable[[Value], Value]], ...] | None


def compile_mapping(mapping: Json) -> Mapping:
    """The mapping, validated and compiled. Raises MappingError with all its problems."""
    node = _validated(mapping)
    if not isinstance(node, dict):
        raise MappingError(f"a mapping must be an object, got {type_name(node)}")
    if is_directive(node):
        return Mapping(_guarded(_settled(node)), {}, None)
    constants, parts = _parts(node)
    return Mapping(_guarded(_resolver(constants, parts)), constants, parts)


def validate_mapping(mapping: Json) -> None:
    """Raises MappingError with all the mapping's problems, each with its path, in Segment's words."""
    _validated(mapping)


def _validated(mapping: Json) -> Json:
    """The mapping as it is to be resolved, which is without problems."""
    if nests_deeper(mapping, MAX_NESTING):
        raise MappingError(f"a mapping may nest {MAX_NESTING} levels deep")
    if isinstance(mapping, dict) and ROOT_KEY in mapping:
        mapping = _with_root_directive(mapping)
    if problems := check(mapping):
        raise MappingError(*problems)
    return mapping


def _with_root_directive(mapping: JsonObject) -> JsonObject:
    root = mapping[ROOT_KEY]
    if isinstance(root, dict) and len(root) > 1:
        raise MappingError("The root mapping must only have a single directive object")
    if not isinstance(root, dict) or not isinstance(options := next(iter(root.values()), None), dict):
        raise MappingError("The root directive must be an object")
    others: JsonObject = {key: value for key, value in mapping.items() if key != ROOT_KEY}
    return {name: {**options, "mapping": others} for name in root}


def _parts(node: JsonObject) -> tuple[JsonObject, tuple[tuple[str, Callable[[Value], Value]], ...]]:
    constants = {key: value for key, value in node.items() if _is_constant(value)}
    return constants, tuple((key, _settled(value)) for key, value in node.items() if key not in constants)


def _resolver(
    constants: JsonObject, parts: tuple[tuple[str, Callable[[Value], Value]], ...]
) -> Callable[[Value], Value]:
    def resolve(payload: Value) -> Value:
        result = constants.copy()
        for key, resolver in parts:
            value = resolver(payload)
            if value is not UNDEFINED:
                result[key] = value
        return result

    return resolve


def _guarded(resolve: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """The mapping for objects only, and with an end to nesting that several directives make together."""

    def guarded(payload: Value) -> Value:
        if payload.__class__ is not dict:
            if payload is not UNDEFINED:
                raise MappingError(f"data must be an object, got {type_name(payload)}")
            payload = {}
        try:
            return resolve(payload)
        except RecursionError as error:
            raise MappingError("the result nests too deeply") from error

    return guarded


def _settled(node: Json) -> Callable[[Value], Value]:
    resolver = _compile(node)
    if _is_flat(node):
        return resolver  # type: ignore[return-value] # nothing inside of a flat node's value is undefined
    return lambda payload: clean(resolver(payload))


def _compile(node: Json) -> Resolver:
    if is_directive(node):
        return _compile_directive(node)
    if not _is_constant(node):
        if isinstance(node, list):
            return _compile_array([_compile(item) for item in node])
        if isinstance(node, dict):
            return _compile_object([(key, _compile(item)) for key, item in node.items()])
    return lambda _payload: node


def _compile_array(resolvers: list[Resolver]) -> Resolver:
    def resolve(payload: Value) -> Loose:
        return [resolver(payload) for resolver in resolvers]

    return resolve


def _compile_object(resolvers: list[tuple[str, Resolver]]) -> Resolver:
    def resolve(payload: Value) -> Loose:
        return {key: resolver(payload) for key, resolver in resolvers}

    return resolve


def _compile_directive(node: JsonObject) -> Resolver:
    name, option = _directive_of(node)
    if name == "@transform":
        return structure.transform(option, _compile, lambda mapping: compile_mapping(mapping).resolve)
    if name not in _DIRECTIVES:
        return failing(f"{name} is not a valid directive, got undefined")
    return _DIRECTIVES[name](option, _compile)


def _directive_of(node: JsonObject) -> tuple[str, Json]:
    """The directive that the node is, and its option."""
    return next((key, option) for key, option in node.items() if key.startswith("@"))


def _is_constant(node: Json) -> bool:
    """Whether the node resolves to itself."""
    match node:
        case dict():
            return not is_directive(node) and all(_is_constant(item) for item in node.values())
        case list():
            return all(_is_constant(item) for item in node)
    return True


def _is_flat(node: Json) -> bool:
    """Whether the value of the node has no undefined parts, given a payload without any."""
    if not is_directive(node):
        return _is_constant(node)
    name, option = _directive_of(node)
    if name in _FLAT:
        return True
    if name == "@literal":
        return _is_flat(option)
    if name == "@if" and isinstance(option, dict):
        return _is_flat(option.get("then")) and _is_flat(option.get("else"))
    return False
