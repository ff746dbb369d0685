"""FQL with the meaning it seems to have: the optional strict mode.

`and` binds tighter than `or`, parentheses nest, `!` negates what follows it, `!=` and negated functions hold where the
value is missing, null is null for every field, a pattern's star works at its start and its end. What Segment would skip
is an error.
"""

from typing import Final

from worker.segment.fql.errors import FqlError
from worker.segment.fql.lexer import Kind, Token, lex, number_of
from worker.segment.fql.parser import FUNCTIONS
from worker.segment.fql.syntax import FIELDS, NESTED_FIELDS, Condition, Group, Node, Not

_MAX_NESTING: Final = 50
_ORDERINGS: Final = frozenset({"<", "<=", ">", ">="})


def parse_strict(source: str) -> Node:
    """The trigger with its quirk-free meaning. Raises FqlError."""
    parser = _Parser(source)
    node = parser.alternatives(0)
    if parser.next.kind is not Kind.END:
        raise parser.error("expected `and`, `or` or the end")
    return node


class _Parser:
    """Recursive descent; `next` is the token not yet taken, `_end` where the last one taken ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._end = 0
        self._tokens = iter(lex(source))
        self.next = next(self._tokens)

    def error(self, message: str, token: Token | None = None) -> FqlError:
        return FqlError(message, (token or self.next).start, self._source)

    def _take(self, kind: Kind | None = None, what: str = "") -> Token:
        token = self.next
        if kind and token.kind is not kind:
            raise self.error(f"expected {what}")
        self.next = next(self._tokens, token)
        self._end = token.end
        return token

    def alternatives(self, depth: int) -> Node:
        children = [self._conjunction(depth)]
        while self.next.kind is Kind.CONDITIONAL and self.next.value == "or":
            self._take()
            children.append(self._conjunction(depth))
        return children[0] if len(children) == 1 else Group("or", tuple(children))

    def _conjunction(self, depth: int) -> Node:
        children = [self._term(depth)]
        while self.next.kind is Kind.CONDITIONAL and self.next.value == "and":
            self._take()
            children.append(self._term(depth))
        return children[0] if len(children) == 1 else Group("and", tuple(children))

    def _term(self, depth: int) -> Node:
        if depth > _MAX_NESTING:
            raise self.error(f"nested more than {_MAX_NESTING} times")
        if self.next.kind is Kind.OPERATOR and self.next.value == "!":
            start = self._take().start
            child = self._term(depth + 1)
            return Not(child, self._source[start : self._end])
        if self.next.kind is Kind.OPEN:
            self._take()
            node = self.alternatives(depth + 1)
            self._take(Kind.CLOSE, "`)`")
            return node
        name = self._take(Kind.NAME, "a condition")
        return self._function(name) if name.value in FUNCTIONS else self._comparison(name)

    def _function(self, function: Token) -> Node:
        self._take(Kind.OPEN, "`(`")
        keys = self._keys(self._take(Kind.NAME, "a field"))
        self._take(Kind.COMMA, "`,`")
        value = self._take(Kind.STRING, "a text in quotes")
        close = self._take(Kind.CLOSE, "`)`")
        text = self._source[function.start : close.end]
        if function.value == "contains":
            return Condition(keys, "contains", value.value[1:-1], text)
        return self._pattern(keys, value, text)

    def _pattern(self, keys: tuple[str, ...], value: Token, text: str) -> Node:
        pattern = value.value[1:-1]
        inner = pattern.removeprefix("*").removesuffix("*")
        if "*" in inner:
            raise self.error("a star must be at the start or at the end of the pattern", value)
        match pattern.startswith("*"), pattern.endswith("*"):
            case True, True:
                return Condition(keys, "contains", inner, text)
            case True, False:
                return Condition(keys, "ends_with", inner, text)
            case False, True:
                return Condition(keys, "starts_with", inner, text)
        return Condition(keys, "=", inner, text)

    def _comparison(self, name: Token) -> Node:
        keys = self._keys(name)
        operator = self._take(Kind.OPERATOR, "an operator")
        value = self._take()
        text = self._source[name.start : value.end]
        if operator.value in _ORDERINGS:
            if value.kind is not Kind.NUMBER:
                raise self.error("expected a number", value)
            return Condition(keys, operator.value, number_of(value), text)
        if operator.value not in {"=", "!="}:
            raise self.error("expected one of = != < <= > >=", operator)
        equal = self._equality(keys, value, text)
        return Not(equal, text) if operator.value == "!=" else equal

    def _equality(self, keys: tuple[str, ...], value: Token, text: str) -> Condition:
        if value.kind is Kind.STRING:
            return Condition(keys, "=", value.value[1:-1], text)
        if value.kind is Kind.NUMBER:
            return Condition(keys, "number_equals", number_of(value), text)
        if value.kind is Kind.NULL:
            return Condition(keys, "not_exists", None, text)
        if value.kind is Kind.NAME and value.value in {"true", "false"}:
            return Condition(keys, f"is_{value.value}", None, text)
        raise self.error("expected a text in quotes, a number, true, false or null", value)

    def _keys(self, name: Token) -> tuple[str, ...]:
        keys = tuple(name.value.split("."))
        if keys[0] not in FIELDS:
            raise self.error(f"unknown field {keys[0]}; there are {', '.join(FIELDS)}", name)
        if (keys[0] in NESTED_FIELDS) != (len(keys) > 1):
            raise self.error(f"{keys[0]} {'needs' if keys[0] in NESTED_FIELDS else 'has no'} `.name`", name)
        return keys
