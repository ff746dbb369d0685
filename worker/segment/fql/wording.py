"""What the linter says of triggers that do not mean what they seem to mean."""

from collections.abc import Iterator
from typing import Final

from worker.segment.fql.lexer import Kind, Token
from worker.segment.fql.predicates import OPERATORS
from worker.segment.fql.syntax import NESTED_FIELDS

IGNORED: Final = "{} is ignored"
LOST_NEGATION: Final = "the `!` is ignored: it negates only contains() and match()"
EMPTY_GROUP: Final = "the parentheses hold no condition: an event for which they are looked at never matches"
GROUP_ENDS: Final = "the parentheses around this function end at its own `)`: what follows is outside of them"
NEGATED_FUNCTION: Final = "`!{}(…)` is false, not true, where the value is missing or no text"
NO_STAR: Final = "a pattern without a star matches what ends with {!r} (its first character is dropped)"
LITERAL_STAR: Final = (
    "only the star at the end, or else the one at the start, is a wildcard; this one is an ordinary character"
)
NO_KEY: Final = "there is no key to look up: an event for which this condition is looked at never matches"
OPENING_QUOTE: Final = "this quote opens another text: a closing quote needs a space or a parenthesis behind it"
MISSING_VALUE: Final = "the value is missing: the condition compares with the text 'eos'"
SINGLE_QUOTES: Final = "single quotes are a part of the text to compare with; use double quotes"
MIXED: Final = (
    "`and` and `or` are mixed: all conditions here are joined by the last one, `{}`; group them with parentheses"
)
UNEVEN: Final = "the conditions are not joined by one `and` or `or` between each two"

_KNOWN: Final = "a trigger can test type, event, name, userId, properties.…, traits.… and context.…"


def skipped_name(name: str) -> str:
    """For a name that begins no condition."""
    if name in {"AND", "OR"}:
        return f"`{name}` is ignored: write `{name.lower()}`"
    if name == "not":
        return "`not` is ignored"
    return f"the condition on {name} is ignored: {_KNOWN}"


def skipped_argument(name: str) -> str:
    """For a function of something it cannot test."""
    return f"the function is ignored: it cannot test {name}"


def doubts(root: str, name: Token, operator: Token, value: Token) -> Iterator[str]:
    """What to doubt about the comparison `name operator value`."""
    if operator.value not in OPERATORS:
        yield f"there is no operator {operator.value!r}: the condition never holds"
    elif value.value in {"=", ">", "<"}:
        yield f"the operator ends before `{value.value}`, which it compares with; write it with a space behind it"
    elif value.kind is Kind.END:
        yield MISSING_VALUE
    elif value.kind is Kind.STRING and value.value[0] == "'":
        yield SINGLE_QUOTES
    elif value.kind is Kind.NULL and root in {"type", "event"}:
        yield f"{root} is compared with the text 'null'"
    elif root not in NESTED_FIELDS and (value.kind is Kind.NUMBER or _is_plain_boolean(root, operator, value)):
        yield f"{root} is compared with the text {value.value!r}"
    if root in NESTED_FIELDS and "." not in name.value:
        yield f"this looks up {root}.{root}"
    elif root not in NESTED_FIELDS and "." in name.value:
        yield f"what follows {root} in the name is ignored"


def _is_plain_boolean(root: str, operator: Token, value: Token) -> bool:
    return (
        value.kind is Kind.NAME
        and value.value in {"true", "false"}
        and not (root == "userId" and operator.value == "=")
    )
