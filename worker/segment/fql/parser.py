"""FQL as Segment understands it (segment_actions.md 2.2): what its parser skips is skipped, with a warning.

There is no precedence: the last `and` or `or` of a level holds for the whole level. Parentheses go one level deep and
end at the first `)`. A `!` counts only before a function. Tokens that begin no condition are skipped.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from worker.segment.fql import wording
from worker.segment.fql.errors import FqlError, Warning_
from worker.segment.fql.lexer import Kind, Token, lex, number_of
from worker.segment.fql.syntax import FIELDS, NESTED_FIELDS, Condition, Group, Literal_, Node, Nothing
from worker.segment.javascript import to_string

FUNCTIONS: Final = frozenset({"contains", "match"})
"""The functions FQL has."""

_KEY = re.compile(r"[^\[.\]]+")


def parse(source: str) -> tuple[Group, list[Warning_]]:
    """The trigger, and where it does not mean what it seems to. Raises FqlError."""
    tokens = lex(source)
    parser = _Parser(source)
    parser.check_quotes(tokens)
    root = parser.level(_Tokens(tokens))
    match root:
        case Group():
            return root, parser.warnings
        case Nothing():
            raise FqlError(*parser.why_nothing(), source)
    return Group("and", (root,)), parser.warnings


class _Tokens:
    """The tokens of one level, taken one by one."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def take(self) -> Token | None:
        token = self.peek()
        self._at += 1
        return token

    def peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take_group(self) -> "_Tokens | None":
        """The tokens up to the first `)`, which is taken too; None if there is no `)`."""
        for index in range(self._at, len(self._tokens)):
            close = self._tokens[index]
            if close.kind is Kind.CLOSE:
                inner = self._tokens[self._at : index]
                self._at = index + 1
                return _Tokens([*inner, Token(Kind.END, "eos", close.start, close.end)])
        return None


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self.warnings: list[Warning_] = []

    def level(self, tokens: _Tokens) -> Node:
        """The conditions up to the end of the tokens, as a group if there is more than one."""
        nodes: list[Node] = []
        conditionals: list[Token] = []
        skipping = False
        already_warned = len(self.warnings)
        while (token := tokens.take()) and token.kind is not Kind.END:
            found: list[Node] = []
            match token.kind:
                case Kind.NAME:
                    found = self._name(token, tokens)
                case Kind.OPERATOR if token.value == "!":
                    found = self._negation(token, tokens)
                case Kind.OPEN:
                    found = [self._group(token, tokens)]
                case Kind.CONDITIONAL:
                    conditionals.append(token)
                case _ if not skipping:
                    self._warn(wording.IGNORED.format(token.value), token)
            skipping = not found and token.kind is not Kind.CONDITIONAL
            nodes += found
        self._check_conditionals(conditionals, nodes, warned=len(self.warnings) > already_warned)
        match nodes:
            case []:
                return Nothing()
            case [node]:
                return node
        return Group("or" if conditionals and conditionals[-1].value == "or" else "and", tuple(nodes))

    def check_quotes(self, tokens: Sequence[Token]) -> None:
        """Warn of closing quotes that open another string."""
        for token, following in pairwise(tokens):
            if following.start < token.end:
                self._warn(wording.OPENING_QUOTE, following)

    def why_nothing(self) -> tuple[str, int]:
        """The message and the position for a trigger without any condition."""
        if self.warnings:
            first = self.warnings[0]
            return f"no condition that Segment knows: {first.message}", first.position
        return "no condition", 0

    def _name(self, token: Token, tokens: _Tokens) -> list[Node]:
        root = token.value.partition(".")[0]
        if token.value in FUNCTIONS:
            return self._function(token, tokens, negated=False)
        if root in FIELDS:
            return [self._comparison(root, token, tokens)]
        self._warn(wording.skipped_name(token.value), token)
        return []

    def _negation(self, token: Token, tokens: _Tokens) -> list[Node]:
        following = tokens.peek()
        if following and following.value in FUNCTIONS:
            tokens.take()
            return self._function(following, tokens, negated=True)
        self._warn(wording.LOST_NEGATION, token)
        return []

    def _group(self, token: Token, tokens: _Tokens) -> Node:
        inner = tokens.take_group()
        if inner is None:
            raise FqlError("this parenthesis is not closed (Segment does not nest them)", token.start, self._source)
        node = self.level(inner)
        if isinstance(node, Nothing):
            self._warn(wording.EMPTY_GROUP, token)
        return node

    def _comparison(self, root: str, name: Token, tokens: _Tokens) -> Node:
        operator, value = tokens.take(), tokens.take()
        if operator is None or value is None:
            raise FqlError(f"expected an operator and a value after {name.value}", name.end, self._source)
        for message in wording.doubts(root, name, operator, value):
            self._warn(message, operator)
        text = self._source[name.start : value.end]
        keys = self._keys(root, name)
        if keys is None:
            return Nothing()
        kind, expected = _meaning(root, operator.value, value)
        return Condition(keys, kind, expected, text)

    def _function(self, function: Token, tokens: _Tokens, *, negated: bool) -> list[Node]:
        _open, name, _comma, value, close = (tokens.take() for _ in range(5))
        if name is None or value is None:
            which = "1st" if name is None else "2nd"
            raise FqlError(f"{function.value}() is missing its {which} argument", function.end, self._source)
        if close and close.kind is Kind.END:
            self._warn(wording.GROUP_ENDS, function)
        if function.value == "contains":
            operator, expected = "contains", to_string(_literal(value))
        else:
            operator, expected = self._pattern(value)
        if negated:
            operator = f"not_{operator}"
            self._warn(wording.NEGATED_FUNCTION.format(function.value), function)
        self._check_argument(value)
        root = self._argument_root(name)
        if root is None:
            return []
        keys = self._keys(root, name)
        text = self._source[function.start - negated : (close or value).end]
        return [Condition(keys, operator, expected, text) if keys else Nothing()]

    def _pattern(self, value: Token) -> tuple[str, str]:
        literal = to_string(_literal(value))
        if value.value.endswith('*"'):
            operator, expected = "starts_with", literal[:-1]
        else:
            operator, expected = "ends_with", literal[1:]
            if not literal.startswith("*"):
                self._warn(wording.NO_STAR.format(expected), value)
        if "*" in expected:
            self._warn(wording.LITERAL_STAR, value)
        return operator, expected

    def _argument_root(self, name: Token) -> str | None:
        """The field a function's first argument begins with; None where the function is skipped because of it."""
        if name.value in {"event", "name", "userId"}:
            return name.value
        root = next((field for field in NESTED_FIELDS if name.value.startswith(field)), None)
        if root is None:
            self._warn(wording.skipped_argument(name.value), name)
        return root

    def _keys(self, root: str, name: Token) -> tuple[str, ...] | None:
        """Where the value is in the event; None where Segment fails to look."""
        if root not in NESTED_FIELDS:
            return (root,)
        keys = _KEY.findall(name.value.removeprefix(f"{root}."))
        if not keys:
            self._warn(wording.NO_KEY, name)
            return None
        return (root, *keys)

    def _check_argument(self, value: Token) -> None:
        if value.kind is Kind.STRING and value.value[0] == "'":
            self._warn(wording.SINGLE_QUOTES, value)
        elif value.kind is Kind.END:
            self._warn(wording.MISSING_VALUE, value)

    def _check_conditionals(self, conditionals: Sequence[Token], nodes: Sequence[Node], *, warned: bool) -> None:
        if {token.value for token in conditionals} == {"and", "or"}:
            last = conditionals[-1]
            self._warn(wording.MIXED.format(last.value), last)
        elif nodes and len(conditionals) != len(nodes) - 1 and not warned:
            self._warn(wording.UNEVEN, conditionals[-1] if conditionals else None)

    def _warn(self, message: str, token: Token | None) -> None:
        self.warnings.append(Warning_(message, token.start if token else 0))


def _literal(token: Token) -> str | int | float | bool:
    """The value a token stands for. Single quotes stay a part of it."""
    if token.kind is Kind.STRING:
        return token.value.removeprefix('"').removesuffix('"')
    if token.kind is Kind.NUMBER:
        return number_of(token)
    if token.kind is Kind.NAME and token.value in {"true", "false"}:
        return token.value == "true"
    return token.value


def _meaning(root: str, operator: str, value: Token) -> tuple[str, Literal_]:
    """The operator that the condition has by its value, and what it compares with."""
    if value.value == "null" and operator in {"=", "!="} and root not in {"type", "event"}:
        return ("exists" if operator == "!=" else "not_exists"), None
    if operator == "=" and value.value in {"true", "false"} and (root in NESTED_FIELDS or root == "userId"):
        return f"is_{value.value}", None
    literal = _literal(value)
    if root not in NESTED_FIELDS:
        return operator, to_string(literal)
    if value.kind is Kind.NUMBER and operator in {"=", "!="}:
        return ("number_equals" if operator == "=" else "number_not_equals"), literal
    return operator, literal
