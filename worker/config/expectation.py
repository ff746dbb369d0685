"""What a setting may be, in words."""

from collections.abc import Iterable

from msgspec import inspect


def expectation(kind: object) -> str:
    """What a value of this type may be: `a whole number from 1 to 366`, `one of: every, first`."""
    return _words(inspect.type_info(kind))


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(extra_json_schema={"description": str(words)}):
            return words
        case inspect.UnionType():
            return _join([_words(one) for one in kind.types if not isinstance(one, inspect.NoneType)])
        case inspect.LiteralType():
            return "one of: " + ", ".join(map(str, kind.values))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return _number("a whole number" if isinstance(kind, inspect.IntType) else "a number", kind)
        case inspect.StrType():
            return "text" if not kind.min_length else "text that is not empty"
        case inspect.CollectionType() | inspect.VarTupleType():
            return f"a list, each item {_words(kind.item_type)}"
        case inspect.DictType():
            return "a section of names and values"
        case inspect.NoneType():
            return "empty"
        case _:
            return "something else"


def _number(what: str, kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f"{what} from {kind.ge} to {kind.le}"
    if kind.ge is not None:
        return f"{what} of {kind.ge} or more"
    if kind.gt is not None:
        return f"{what} above {kind.gt}" + (f" and at most {kind.le}" if kind.le is not None else "")
    return what


def _join(alternatives: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(alternatives))
