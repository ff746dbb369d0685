import pytest

from worker.segment.fql import lint
from worker.segment.fql.predicates import OPERATORS


@pytest.mark.parametrize(
    ("source", "position", "message"),
    [
        ('type = "a" and event = "b" or name = "c"', 27, "mixed"),
        ('!(type = "a")', 0, "negates only"),
        ('type = "a" and messageId != null', 15, "messageId is ignored"),
        ('type = "a" AND event = "b"', 11, "write `and`"),
        ('type = "a" OR event = "b"', 11, "write `or`"),
        ('type = "a" and not event = "b"', 15, "`not` is ignored"),
        ('"x" or type = "a"', 0, '"x" is ignored'),
        ("event = 'a'", 6, "single quotes"),
        ("contains(event, 'a')", 16, "single quotes"),
        ("event = null", 6, "the text 'null'"),
        ("type = null", 5, "the text 'null'"),
        ("userId = 5", 7, "the text '5'"),
        ("name = true", 5, "the text 'true'"),
        ("name = false", 5, "the text 'false'"),
        ("userId != true", 7, "the text 'true'"),
        ('event == "a"', 6, "ends before"),
        ("properties.a >=5", 13, "ends before"),
        ("properties.a => 5", 13, "ends before"),
        ("properties.a =< 5", 13, "ends before"),
        ("type = ", 5, "value is missing"),
        ("contains(event)", 15, "value is missing"),
        ('type in ("a")', 5, "no operator"),
        ('type = "a" and contains(type, "b")', 24, "cannot test type"),
        ('match(event, "*a*")', 13, "wildcard"),
        ('match(event, "abc")', 13, "without a star"),
        ('!contains(properties.a, "b")', 1, "is false, not true"),
        ('(contains(event, "a") and type = "b") or userId = "c"', 1, "end at its own"),
        ('type = "a" or (foo = "b")', 14, "no condition"),
        ('properties = "a"', 11, "properties.properties"),
        ('event.name = "a"', 11, "what follows event"),
        ('event = "a"and type = "b"', 10, "opens another text"),
        ('type = "a" event = "b"', 0, "not joined"),
        ('type = "a" and and event = "b"', 15, "not joined"),
        ('type = "a" and properties.\\. = "b"', 15, "no key"),
    ],
)
def test_what_does_not_mean_what_it_seems_to(source: str, position: int, message: str) -> None:
    assert [warning for warning in lint(source) if message in warning.message and warning.position == position], lint(
        source
    )


@pytest.mark.parametrize(
    "source",
    [
        'type = "track" and event != "A" and event != "B"',
        'type = "track" and (event = "A" or event = "B") and userId != null',
        'contains(event, "a") or match(traits.email, "*@b.co") or match(event, "x*")',
        "properties.price >= 5 and properties.premium = true and traits.a.b = null and context.app.version = 1.2",
        'userId = true or name != null or properties.a != "x"',
        "type = track",
    ],
)
def test_plain_triggers_give_no_warning(source: str) -> None:
    assert lint(source) == []


@pytest.mark.parametrize(
    ("source", "positions"),
    [
        ('foo = "x" and event = "a"and type = "b"', [0, 24, 24, 36]),
        ('type = "a" foo event = "b"', [11]),
        ('"x" "y" and "z" type = "a" ] [', [0, 12, 27]),
        ('type = "a" and (and)', [15]),
    ],
)
def test_what_is_skipped_together_is_told_once(source: str, positions: list[int]) -> None:
    assert [warning.position for warning in lint(source)] == positions


def test_an_operator_that_works_gives_no_warning() -> None:
    assert not any(lint(f'properties.a {operator} "x"') for operator in OPERATORS)
