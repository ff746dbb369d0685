"""What breaks between two versions of a schema, by the rules of topics/README.md, "Compatibility".

A new version must take all that the old one took: nothing required that was not, no type or limit narrowed. With
`readers`, programs of the old version read what is written by the new one, so it must mean the same to them: no field
gone or no longer there always, no other type, value or kind; only optional fields may be new.
"""

from collections.abc import Iterator
from typing import Final

import orjson

from worker.jsontypes import Json, JsonObject

WORDS: Final = frozenset({"$schema", "$defs", "title", "description", "default", "discriminator"})
"""What says nothing about values; a discriminator repeats what the kinds' enums say."""

LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems", "maxProperties")

EVERY_TYPE: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def breaks(old: JsonObject, new: JsonObject, *, readers: bool) -> list[str]:
    """Where the new version of a schema breaks with the old one, and how."""
    return list(_Comparison(old, new, readers).schemas(old, new, "$"))


class _Comparison:
    def __init__(self, old: JsonObject, new: JsonObject, readers: bool) -> None:
        self._old, self._new, self._readers = old, new, readers

    def schemas(self, old: Json, new: Json, at: str) -> Iterator[str]:
        one, other = self._alternatives(old, self._old), self._alternatives(new, self._new)
        if len(one) == len(other) == 1:
            yield from self._single(one[0], other[0], at)
        else:
            yield from self._any_of(one, other, at)

    def _alternatives(self, schema: Json, root: JsonObject) -> list[JsonObject]:
        """The schemas any of which may hold, each with its reference followed."""
        schema = _followed(schema, root)
        alternatives = schema.get("anyOf")
        if isinstance(alternatives, list) and set(schema) - WORDS == {"anyOf"}:
            return [each for alternative in alternatives for each in self._alternatives(alternative, root)]
        return [schema]

    def _any_of(self, old: list[JsonObject], new: list[JsonObject], at: str) -> Iterator[str]:
        left = list(new)
        for number, one in enumerate(old):
            alike = next((other for other in left if not [*self._single(one, other, at)]), None)
            if alike is None:
                alike = next((other for other in left if _called(other, number) == _called(one, number)), None)
                name = f"{at}<{_called(one, number)}>"
                yield from [f"{name}: gone"] if alike is None else self._single(one, alike, name)
            if alike is not None:
                left.remove(alike)
        if self._readers:
            yield from (f"{at}: {_called(other, 0)} is new, and readers do not know it" for other in left)

    def _single(self, old: JsonObject, new: JsonObject, at: str) -> Iterator[str]:
        yield from self._values(old, new, at)
        yield from self._limits(old, new, at)
        yield from self._fields(old, new, at)
        yield from self._items(old, new, at)
        known = {*WORDS, *LOWER, *UPPER, "type", "enum", "const", "properties", "required", "prefixItems", "anyOf"}
        for word in sorted({*old, *new} - known):
            if isinstance(old.get(word), dict) and isinstance(new.get(word), dict) and word != "not":
                yield from self.schemas(old[word], new[word], f"{at}.{word}")
            elif _plain(old.get(word)) != _plain(new.get(word)):
                yield f"{at}: {word} is another"
        if "anyOf" in old or "anyOf" in new:
            yield from self.schemas(_only(old, "anyOf"), _only(new, "anyOf"), at)

    def _values(self, old: JsonObject, new: JsonObject, at: str) -> Iterator[str]:
        before, after = _types(old), _types(new)
        if not before <= after:
            yield f"{at}: no longer {', '.join(sorted(before - after))}"
        if self._readers and not after <= before:
            yield f"{at}: also {', '.join(sorted(after - before))}"
        had, has = _constants(old), _constants(new)
        if has is not None and (had is None or not had <= has):
            yield f"{at}: no longer {'any value' if had is None else ', '.join(sorted(had - has))}"
        if self._readers and had is not None and (has is None or not has <= had):
            yield f"{at}: also {'any value' if has is None else ', '.join(sorted(has - had))}"

    def _limits(self, old: JsonObject, new: JsonObject, at: str) -> Iterator[str]:
        for words, sign in ((LOWER, 1), (UPPER, -1)):
            for word in words:
                before, after = (sign * _number(schema.get(word), -sign) for schema in (old, new))
                if after > before or (self._readers and after < before):
                    yield f"{at}: {word} is {new.get(word)}, not {old.get(word)}"

    def _fields(self, old: JsonObject, new: JsonObject, at: str) -> Iterator[str]:
        before, after = _object(old.get("properties")), _object(new.get("properties"))
        had, has = _names(old), _names(new)
        yield from (f"{at}.{name}: is required now" for name in sorted(has - had))
        if self._readers:
            yield from (f"{at}.{name}: is no longer always there" for name in sorted(had - has))
            yield from (f"{at}.{name}: gone" for name in before if name not in after)
        for name, schema in after.items():
            if name in before:
                yield from self.schemas(before[name], schema, f"{at}.{name}")

    def _items(self, old: JsonObject, new: JsonObject, at: str) -> Iterator[str]:
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        assert isinstance(before, list)
        assert isinstance(after, list)
        if len(after) < len(before):
            yield f"{at}: has {len(after)} items, not {len(before)}"
        for number, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from self.schemas(one, other, f"{at}[{number}]")


def _followed(schema: Json, root: JsonObject) -> JsonObject:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = _object(root["$defs"])[str(schema["$ref"]).removeprefix("#/$defs/")]
    return _object(schema) if isinstance(schema, dict) else {"not": {}} if schema is False else {}


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _names(schema: JsonObject) -> set[str]:
    names = schema.get("required", [])
    return {str(name) for name in names} if isinstance(names, list) else set()


def _types(schema: JsonObject) -> set[str]:
    given = schema.get("type", [*EVERY_TYPE])
    types = {str(each) for each in given} if isinstance(given, list) else {str(given)}
    return types | {"integer"} if "number" in types else types


def _constants(schema: JsonObject) -> set[str] | None:
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return {_plain(value) for value in values} if isinstance(values, list) else None


def _number(value: Json, otherwise: int) -> float:
    return value if isinstance(value, int | float) else otherwise * float("inf")


def _only(schema: JsonObject, word: str) -> JsonObject:
    return {word: schema[word]} if word in schema else {}


def _called(schema: JsonObject, number: int) -> str:
    return str(schema.get("title", schema.get("type", number)))


def _plain(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
