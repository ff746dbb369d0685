"""The tokens of a date as V8's `Date.parse` reads it."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

from worker.segment.javascript import WHITESPACE

_DIGITS: Final = frozenset("0123456789")
_SIGNIFICANT_DIGITS: Final = 9


class Kind(Enum):
    """What a token of a date is."""

    NUMBER = auto()
    SYMBOL = auto()
    WORD = auto()
    SPACE = auto()
    OTHER = auto()
    END = auto()


class Token(NamedTuple):
    """A token: `text` of a word is its first three letters in lower case, `length` its whole length."""

    kind: Kind
    text: str = ""
    number: int = 0
    length: int = 0

    def is_fixed(self, length: int, low: int, high: int) -> bool:
        """Whether this is a number of so many digits between two bounds."""
        return self.kind is Kind.NUMBER and self.length == length and low <= self.number <= high

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these words, of up to three letters."""
        return self.kind is Kind.WORD and self.text in words and self.length == len(self.text)

    @property
    def sign(self) -> int:
        """1 for a plus, -1 for a minus, else 0."""
        return {"+": 1, "-": -1}.get(self.text, 0) if self.kind is Kind.SYMBOL else 0


class Tokens:
    """The tokens of a text, with the next one in view."""

    def __init__(self, text: str) -> None:
        self._tokens = _scan(text.partition("\0")[0])
        self.peek = next(self._tokens)

    def take(self) -> Token:
        """The next token."""
        token = self.peek
        self.peek = next(self._tokens, Token(Kind.END))
        return token

    def skip(self, symbol: str) -> bool:
        """Take the next token if it is this symbol."""
        found = self.peek.kind is Kind.SYMBOL and self.peek.text == symbol
        if found:
            self.take()
        return found


def _scan(text: str) -> Iterator[Token]:
    at, end = 0, len(text)
    while at < end:
        start, char = at, text[at]
        at += 1
        if char in _DIGITS:
            while at < end and text[at] in _DIGITS:
                at += 1
            digits = text[start:at].lstrip("0")[:_SIGNIFICANT_DIGITS]
            yield Token(Kind.NUMBER, "", int(digits or 0), at - start)
        elif char in ":-+.)":
            yield Token(Kind.SYMBOL, char)
        elif char in WHITESPACE:
            yield Token(Kind.SPACE)
        elif char >= "A":
            while at < end and text[at] >= "A" and text[at] not in WHITESPACE:
                at += 1
            prefix = "".join(chr(ord(letter) | 0x20) for letter in text[start : min(at, start + 3)])
            yield Token(Kind.WORD, prefix, 0, at - start)
        else:
            if char == "(":
                at = _behind_parentheses(text, start)
            yield Token(Kind.OTHER)
    yield Token(Kind.END)


def _behind_parentheses(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            break
    return at
