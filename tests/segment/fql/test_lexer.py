import pytest

from worker.segment.fql.errors import FqlError
from worker.segment.fql.lexer import MAX_LENGTH, Kind, lex


def values(source: str) -> list[str]:
    tokens = lex(source)
    assert tokens[-1].kind is Kind.END
    return [token.value for token in tokens[:-1]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('type = "track"', ["type", "=", '"track"']),
        ('type="track"', ["type", "=", '"track"']),
        ("properties.a.b-c_1 >= 5", ["properties.a.b-c_1", ">=", "5"]),
        ("properties.a >=5", ["properties.a", ">", "=", "5"]),
        ("properties.a\\ b != null", ["properties.a b", "!=", "null"]),
        ("traits.order", ["traits.order"]),
        ("or order and android null nullable", ["or", "order", "and", "android", "null", "nullable"]),
        ("!contains(event,'x')", ["!", "contains", "(", "event", ",", "'x'", ")"]),
        ('"a"and"b"', ['"a"', '"and"', '"b"']),
        ("-1.5 +3 - 7.x", ["-1.5", "+3", "-", "7.", "x"]),
        ("end hr full", ["end", "hr", "full"]),
        ("(a)", ["(", "a", ")"]),
        ("an", ["a"]),
        ("nul", ["n"]),
        ("properties.list.0", ["properties.list", ".", "0"]),
        ('"a" .b', ['"a"', ".", "b"]),
        ("", []),
    ],
)
def test_tokens(source: str, expected: list[str]) -> None:
    assert values(source) == expected


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("properties.$a = 1", 11),
        ("~a~", 0),
        ('event!="x"', 5),
        ("properties.price>5", 16),
        ('event = "x', 8),
        ("properties.a = 1.", 17),
        ("properties.a = 1.2.3", 18),
        ("type = \\", 8),
        ("type = \\\U0001f600", 9),
        ('type = "a"\r', 9),
        ("type \r", 5),
    ],
)
def test_what_is_no_token_is_an_error_at_its_place(source: str, position: int) -> None:
    with pytest.raises(FqlError) as caught:
        lex(source)
    assert caught.value.position == position


def test_tokens_know_where_they_are() -> None:
    source = ' type  = "a b" or properties . x\\ y'
    assert [source[token.start : token.end] for token in lex(source)] == [
        "type",
        "=",
        '"a b"',
        "or",
        "properties . x\\ y",
        "",
    ]


def test_the_length_is_limited() -> None:
    assert values(" " * MAX_LENGTH) == []
    with pytest.raises(FqlError, match="at most"):
        lex(" " * (MAX_LENGTH + 1))
