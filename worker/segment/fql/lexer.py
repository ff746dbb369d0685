"""FQL's tokens, with the rules and the quirks of Segment's lexer (segment_actions.md 2.1).

The quirks, each of which a trigger copied from Segment may depend on: a closing quote must be followed by a terminator
(white space, `,`, `]`, `)` or the end), else it opens another string; so must `!=`, `>=` and `<=`, else they end at
their first character or are refused; `and`, `or` and `null` need a terminator, else they begin a name; where the source
ends within a word that begins like one of those three, the rest of the word is lost.
"""

from enum import Enum, auto
from typing import Final

from msgspec import Struct

from worker.segment.fql.errors import FqlError
from worker.segment.javascript import to_number

MAX_LENGTH: Final = 50_000
"""The most characters a trigger may have."""

_BLANKS: Final = frozenset(" \t\n")
_TERMINATORS: Final = frozenset(" \t\n,])")
_DIGITS: Final = frozenset("0123456789")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME: Final = _LETTERS | _DIGITS | frozenset("_-\\")
_AFTER_NAME: Final = _TERMINATORS | frozenset(".(=!")
_LAST_BASIC: Final = "\uffff"
_EXACT: Final = range(-(2**63), 2**64)  # the whole numbers that an event's JSON is read exactly with
_EXACT_DIGITS: Final = len(str(_EXACT.stop))


class Kind(Enum):
    """What a token is."""

    NAME = auto()
    DOT = auto()
    OPERATOR = auto()
    CONDITIONAL = auto()
    NULL = auto()
    STRING = auto()
    NUMBER = auto()
    BRACKET = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


class Token(Struct, frozen=True):
    """A token, found at `source[start:end]`; `value` is a name without its backslashes, a string with its quotes."""

    kind: Kind
    value: str
    start: int
    end: int


_SINGLE: Final = {
    "=": Kind.OPERATOR,
    ".": Kind.DOT,
    "[": Kind.BRACKET,
    "]": Kind.BRACKET,
    ",": Kind.COMMA,
    "(": Kind.OPEN,
    ")": Kind.CLOSE,
}


def lex(source: str) -> list[Token]:
    """The source's tokens, the last one END. Raises FqlError."""
    if len(source) > MAX_LENGTH:
        raise FqlError(f"a trigger may have at most {MAX_LENGTH} characters", MAX_LENGTH, source)
    return join_names(_Lexer(source).tokens())


def number_of(token: Token) -> int | float:
    """The number a token stands for, as it is read from an event; NaN for a lone sign."""
    digits = token.value.lstrip("+-")
    if digits.isdigit() and len(digits) <= _EXACT_DIGITS and (whole := int(token.value)) in _EXACT:
        return whole
    return to_number(token.value)


def join_names(tokens: list[Token]) -> list[Token]:
    """The tokens with names around a dot made one name."""
    joined: list[Token] = []
    index = 0
    while index < len(tokens):
        last = index
        if tokens[index].kind is Kind.NAME:
            while [token.kind for token in tokens[last + 1 : last + 3]] == [Kind.DOT, Kind.NAME]:
                last += 2
        first = tokens[index]
        value = "".join(token.value for token in tokens[index : last + 1])
        joined.append(Token(first.kind, value, first.start, tokens[last].end))
        index = last + 1
    return joined


class _Lexer:
    """Reads the source from left to right; `_at` is the index of the next character."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def tokens(self) -> list[Token]:
        tokens = []
        while (start := self._skip_blanks()) < len(self._source):
            kind, value = self._token(self._next())
            end = start + len(value) if kind is Kind.STRING else self._at  # a string's last quote may be read again
            tokens.append(Token(kind, value, start, end))
        tokens.append(Token(Kind.END, "eos", len(self._source), len(self._source)))
        return tokens

    def _skip_blanks(self) -> int:
        while self._peek() in _BLANKS:
            self._at += 1
        return self._at

    def _token(self, char: str) -> tuple[Kind, str]:
        if char in _SINGLE:
            return _SINGLE[char], char
        if char in _LETTERS or char in "_\\":
            return self._word(char)
        if char in _DIGITS or char in "+-":
            return Kind.NUMBER, char + self._number()
        if char in "\"'":
            return Kind.STRING, self._string(char)
        if char in "<>":
            return Kind.OPERATOR, f"{char}=" if self._accept("=") else char
        if char == "!":
            return Kind.OPERATOR, self._bang()
        raise self._error(f"{char!r} means nothing here", self._at - 1)

    def _bang(self) -> str:
        following = self._peek()
        if following == "(" or following in _LETTERS:
            return "!"
        if self._accept("="):
            return "!="
        raise self._error("expected `!=` with a space after it, or `!` before a name or `(`", self._at - 1)

    def _word(self, char: str) -> tuple[Kind, str]:
        if char == "a" and self._accept("nd"):
            return Kind.CONDITIONAL, "and"
        if char == "o" and self._accept("r"):
            return Kind.CONDITIONAL, "or"
        if char == "n" and self._accept("ull"):
            return Kind.NULL, "null"
        return Kind.NAME, self._name(char)

    def _name(self, char: str) -> str:
        name = []
        while True:
            if char == "\\":
                char = self._next()
                if not char or char > _LAST_BASIC:
                    raise self._error("expected a character after the backslash", self._at)
            name.append(char)
            if self._peek() not in _NAME:
                break
            char = self._next()
        following = self._peek()
        if following and following not in _AFTER_NAME:
            raise self._error(f"expected a space or an operator after the name, not {following!r}", self._at)
        return "".join(name)

    def _number(self) -> str:
        start = self._at
        decimal = False
        while (char := self._peek()) in _DIGITS or char == ".":
            self._at += 1
            if char == ".":
                if self._at_terminator():
                    raise self._error("expected a digit after the decimal point", self._at)
                if decimal:
                    raise self._error("a number has one decimal point", self._at - 1)
                decimal = True
        return self._source[start : self._at]

    def _string(self, quote: str) -> str:
        start = self._at - 1
        end = self._source.find(quote, self._at)
        if end < 0:
            raise self._error(f"the closing {quote} is missing", start)
        self._at = end
        self._accept(quote)  # a quote without a terminator after it stays, and opens the next string
        return self._source[start : end + 1]

    def _accept(self, word: str) -> bool:
        """Go on behind `word` if it comes next, with a terminator after it."""
        start = self._at
        for _ in word:
            if self._at == len(self._source):
                return False  # without going back: what was read is lost
            if self._next() in _TERMINATORS:
                break
        if self._source[start : self._at] == word and self._at_terminator():
            return True
        self._at = start
        return False

    def _at_terminator(self) -> bool:
        return self._at == len(self._source) or self._source[self._at] in _TERMINATORS

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        self._at += len(char)
        return char

    def _error(self, message: str, position: int) -> FqlError:
        return FqlError(message, position, self._source)
