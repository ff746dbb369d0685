"""The directives of arrays and objects: @arrayPath, @flatten, @merge, @transform (segment_actions.md 2.3)."""

from collections.abc import Callable, Mapping

from worker.jsontypes import Json
from worker.segment.javascript import truthy, type_name
from worker.segment.mapping.directives import Compiler, Resolver, failing, path, undefined
from worker.segment.mapping.errors import MappingError
from worker.segment.mapping.template import check_length
from worker.segment.mapping.values import Loose, clean
from worker.segment.paths import Value


def array_path(option: Json, compile_node: Compiler) -> Resolver:
    """@arrayPath: an array (or an object, as an array of one), each item made into a shape if one is given."""
    if not isinstance(option, list):
        return failing(f"@arrayPath expected array, got {type_name(option)}")
    where, shape = [*option, None, None][:2]
    root = path(where, compile_node) if isinstance(where, str) else compile_node(where)
    if not isinstance(shape, dict) or not shape:
        return root
    resolve_shape = compile_node(shape)

    def resolve(payload: Value) -> Loose:
        found = root(payload)
        if not isinstance(found, dict | list):
            return found
        return [resolve_shape(clean(item)) for item in ([found] if isinstance(found, dict) else found)]

    return resolve


def flatten(option: Json, compile_node: Compiler) -> Resolver:
    """@flatten: nested objects, and arrays unless `omitArrays`, as one object of joined keys."""
    if not isinstance(option, dict) or not truthy(option.get("separator")):
        return failing('@flatten requires a "separator" key')
    resolve_separator = compile_node(option["separator"])
    resolve_value = compile_node(option["value"]) if "value" in option else undefined
    arrays = not truthy(option.get("omitArrays"))

    def resolve(payload: Value) -> Loose:
        separator = resolve_separator(payload)
        if not isinstance(separator, str):
            raise MappingError("@flatten requires a string separator")
        return flatten_value(resolve_value(payload), separator, arrays=arrays)

    return resolve


def flatten_value(value: Loose, separator: str = ".", *, arrays: bool = True) -> dict[str, Loose]:
    """The object with one key for each value inside of `value`; a value that holds none is under the key "".

    Raises MappingError where the keys are too long together: one long name may be the beginning of thousands.
    """
    flat: dict[str, Loose] = {}
    length = 0

    def add(prefix: str, value: Loose) -> None:
        nonlocal length
        if isinstance(value, dict):
            items = list(value.items())
        elif arrays and isinstance(value, list):
            items = [(str(index), item) for index, item in enumerate(value)]
        else:
            flat[prefix] = value
            return
        for key, item in items:
            name = f"{prefix}{separator}{key}" if prefix else key
            length += len(name)
            check_length(length)
            add(name, item)

    add("", value)
    return flat


def merge(option: Json, compile_node: Compiler) -> Resolver:
    """@merge: objects put together; of equal keys the rightmost counts, or with direction `left` the leftmost."""
    if not isinstance(option, dict) or not truthy(option.get("direction")):
        return failing('@merge requires a "direction" key')
    objects = option.get("objects")
    if not truthy(objects):
        return failing('@merge requires a "objects" key')
    if not isinstance(objects, list):
        return failing(f"@merge: expected opts.array, got {type_name(objects)}")
    resolve_direction = compile_node(option["direction"])
    resolvers = [compile_node(item) for item in objects]

    def resolve(payload: Value) -> Loose:
        backwards = resolve_direction(payload) == "left"
        values = [resolver(payload) for resolver in resolvers]
        merged: dict[str, Loose] = {}
        for value in reversed(values) if backwards else values:
            merged.update(_entries(value))
        return merged

    return resolve


def _entries(value: Loose) -> Mapping[str, Loose]:
    """The properties that `Object.assign` copies: of an array and a text those of their items."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | str):
        return {str(index): item for index, item in enumerate(value)}
    return {}


def transform(option: Json, compile_node: Compiler, compile_whole: Compiler) -> Resolver:
    """@transform: the mapping applied to what `apply` makes of the payload."""
    if not isinstance(option, dict):
        return failing('@transform requires an object with an "apply" key and a "mapping" key')
    for key in ("mapping", "apply"):
        if not truthy(option.get(key)):
            return failing(f'@transform requires a "{key}" key')
    if not isinstance(option["apply"], dict):
        return failing('@transform "apply" key should be an object')
    try:
        apply = compile_whole(option["apply"])
    except MappingError as error:
        return failing(str(error))
    resolve_mapping = compile_node(option["mapping"])
    return lambda payload: resolve_mapping(clean(apply(payload)))


DIRECTIVES: Mapping[str, Callable[[Json, Compiler], Resolver]] = {
    "@arrayPath": array_path,
    "@flatten": flatten,
    "@merge": merge,
}
"""These directives by name; @transform needs more."""
