"""What triggers mean: to Segment, and in strict mode."""

import pytest

from worker.jsontypes import JsonObject
from worker.segment.decoding import decode_json
from worker.segment.fql import FqlError, compile_trigger

TRACK_A: JsonObject = {
    "type": "track",
    "event": "A",
    "userId": "u",
    "properties": {"n": 5, "s": "abc", "t": True, "z": None, "word": "true"},
}


def matches(source: str, event: JsonObject = TRACK_A, *, strict: bool = False) -> bool:
    return compile_trigger(source, strict=strict).matches(event)


@pytest.mark.parametrize(
    ("source", "segments", "strict"),
    [
        ('type = "page" and event = "B" or event = "A"', True, True),
        ('event = "A" or event = "B" and type = "page"', False, True),
        ('event = "B" and type = "page" or type = "track" and event = "C"', False, False),
        ('!(type = "track")', True, False),
        ('!type = "track"', True, False),
        ('!contains(properties.missing, "x")', False, True),
        ('!match(properties.missing, "x*")', False, True),
        ('match(event, "BA")', True, False),
        ('match(properties.s, "*b*")', False, True),
        ('match(properties.s, "ab*")', True, True),
        ('match(properties.s, "ax*")', False, False),
        ('match(event, "A")', True, True),
        ('contains(properties.s, "b")', True, True),
        ('contains(event, "x") or contains(event, "y") or contains(event, "A")', True, True),
        ('contains(event, "x") or contains(event, "y") or contains(event, "z")', False, False),
        ('event != "A" or event != "B"', True, True),
        ('match(properties.s, "*bc")', True, True),
        ("event = 'A'", False, True),
        ("event != null", True, True),
        ("event = null", False, False),
        ("name = null", True, True),
        ("properties.z = null", True, True),
        ("properties.word != true", False, True),
        ("properties.n = 5", True, True),
        ("properties.n != 5", False, False),
        ("properties.n != 6", True, True),
        ("properties.s != 5", False, True),
        ("properties.t = true", True, True),
        ("properties.t = false", False, False),
        ("properties.t != true", True, False),
        ("properties.n < 5.5", True, True),
        ("properties.n < " + "9" * 5000, True, True),
    ],
)
def test_segments_meaning_and_the_strict_one(source: str, segments: bool, strict: bool) -> None:
    assert matches(source) is segments
    assert matches(source, strict=True) is strict


@pytest.mark.parametrize(
    ("source", "event", "expected"),
    [
        ('properties.l\\[0\\] = "x"', {"properties": {"l": ["x"]}}, True),
        ("type =", {"type": "eos"}, True),
        ("(type =)", {"type": "eos"}, True),
        ("event = null", {"event": "null"}, True),
        ("userId = 5", {"userId": "5"}, True),
        ("userId = 5", {"userId": 5}, False),
        ("name = true", {"name": "true"}, True),
        ("name = true", {"name": True}, False),
        ("properties.s = abc", TRACK_A, True),
        ("properties.n > true", TRACK_A, True),
        ("properties.z < null", TRACK_A, False),
        ('event = "A" or properties.\\. = "b"', TRACK_A, True),
        ('properties.\\. = "b" or event = "A"', TRACK_A, False),
        ('contains(properties.\\., "b") or event = "A"', TRACK_A, False),
    ],
)
def test_what_segment_compares_with(source: str, event: JsonObject, expected: bool) -> None:
    assert matches(source, event) is expected


@pytest.mark.parametrize(
    "number",
    [
        "9007199254740993",
        "1234567890123456789",
        "-9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551617",
        "-9223372036854775809",
        "12345678901234567890123",
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_a_large_number_is_equal_to_itself(number: str, strict: bool) -> None:
    event = decode_json(f'{{"type": "track", "properties": {{"id": {number}}}}}')
    assert isinstance(event, dict)
    assert matches(f"properties.id = {number}", event, strict=strict)
    assert not matches(f"properties.id != {number}", event, strict=strict)


@pytest.mark.parametrize(
    "source",
    ['((type = "track") or event = "B") and userId != null', 'type = "page" or (event = "A" and !(userId = "v"))'],
)
def test_strict_triggers_nest(source: str) -> None:
    assert matches(source, strict=True)


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ('foo = "x"', 0),
        ('type = "a" AND event = "b"', 11),
        ("type = track", 7),
        ('type = "a" event = "b"', 11),
        ('properties = "a"', 0),
        ('type.x = "a"', 0),
        ('properties.n < "5"', 15),
        ('(type = "a"', 11),
        ('match(event, "a*b")', 13),
        ("contains(event)", 14),
        ('event == "a"', 7),
        ('= type = "a"', 0),
        ("event !x", 6),
        ("", 0),
        ('type = "a" and', 14),
        ('event contains "a"', 6),
    ],
)
def test_strict_triggers_refuse_what_segment_skips(source: str, position: int) -> None:
    with pytest.raises(FqlError) as caught:
        compile_trigger(source, strict=True)
    assert caught.value.position == position


def test_strict_nesting_is_limited() -> None:
    assert matches("(" * 50 + 'type = "track"' + ")" * 50, strict=True)
    with pytest.raises(FqlError, match="nested"):
        compile_trigger("(" * 5000 + 'type = "a"' + ")" * 5000, strict=True)
    with pytest.raises(FqlError, match="nested"):
        compile_trigger("!(" * 5000 + 'type = "a"' + ")" * 5000, strict=True)


@pytest.mark.parametrize(
    ("source", "position", "message"),
    [
        ("", 0, "no condition"),
        ('foo = "x"', 0, "the condition on foo is ignored"),
        ('type = "a" and ((event = "b"))', 16, "not closed"),
        ('(type = "a"', 0, "not closed"),
        ("contains(event", 8, "2nd argument"),
        ("contains", 8, "1st argument"),
        ("lowercase(event)", 15, "expected an operator and a value after event"),
        ('contains(type, "a")', 9, "cannot test type"),
    ],
)
def test_what_segment_cannot_parse_is_an_error(source: str, position: int, message: str) -> None:
    with pytest.raises(FqlError, match=message) as caught:
        compile_trigger(source)
    assert caught.value.position == position


def test_the_caret_stands_under_the_mistake() -> None:
    with pytest.raises(FqlError) as caught:
        compile_trigger('type = "track"\n\tand properties.price>5\nor event = "x"')
    assert caught.value.caret() == "\tand properties.price>5\n\t" + " " * 20 + "^"


def test_of_a_long_trigger_only_what_is_around_the_mistake_is_shown() -> None:
    conditions = " and ".join(f"properties.p{number:02} = 1" for number in range(50))
    with pytest.raises(FqlError) as caught:
        compile_trigger(f"{conditions} and event ~ ({conditions})")
    line, caret = caught.value.caret().split("\n")
    assert line == "…rties.p48 = 1 and properties.p49 = 1 and event ~ (properties.p00 = 1 a…"
    assert line[len(caret) - 1] == "~"


def test_a_group_without_conditions_never_matches_when_it_is_looked_at() -> None:
    assert not matches('(foo = "x") or event = "A"')
    assert matches('event = "A" or (foo = "x")')
    assert not matches('event = "A" and (foo = "x")')


@pytest.mark.parametrize(
    ("source", "types", "names", "by_name"),
    [
        ('type = "track"', {"track"}, None, True),
        ('event = "A" or event = "B"', None, {"A", "B"}, True),
        ('type = "track" and event != "A"', {"track"}, None, True),
        ('type = "track" and (event = "A" or event = "B")', {"track"}, {"A", "B"}, True),
        ('type = "track" and type = "page"', set(), None, True),
        ('type = "track" or userId = "u"', None, None, False),
        ('contains(event, "A")', None, None, False),
        ('type = "track" and event = "A" and event = "B"', {"track"}, set(), True),
        ('type = "track" and ()', set(), set(), True),
    ],
)
def test_the_index_of_what_can_match(
    source: str, types: set[str] | None, names: set[str] | None, by_name: bool
) -> None:
    trigger = compile_trigger(source)
    assert trigger.types == types
    assert trigger.event_names == names
    assert trigger.by_name is by_name


def test_a_trigger_explains_itself_in_the_order_of_the_source() -> None:
    trigger = compile_trigger('type = "track" and (properties.n > 7 or !contains(event, "Z"))')
    assert [(one.text, one.value, one.holds) for one in trigger.explain(TRACK_A)] == [
        ('type = "track"', "track", True),
        ("properties.n > 7", 5, False),
        ('!contains(event, "Z")', "A", True),
    ]


def test_a_strict_trigger_explains_what_each_of_its_conditions_says() -> None:
    source = 'type != "page" and !(event = "A" or properties.n != 7) and !contains(event, "Z") and !(userId = true)'
    assert [(one.text, one.value, one.holds) for one in compile_trigger(source, strict=True).explain(TRACK_A)] == [
        ('type != "page"', "track", True),
        ('event = "A"', "A", True),
        ("properties.n != 7", 5, True),
        ('!contains(event, "Z")', "A", True),
        ("!(userId = true)", "u", True),
    ]


@pytest.mark.parametrize(
    ("source", "strict", "failing"),
    [
        ('type = "track" and event = "B"', False, ['event = "B"']),
        ('type = "page" or event = "B"', False, ['type = "page"', 'event = "B"']),
        ('type = "track" and (event = "B" or userId = "v")', False, ['event = "B"', 'userId = "v"']),
        ('event = "B" or (type = "track" and userId = "v")', False, ['event = "B"', 'userId = "v"']),
        ('type = "track" and !contains(event, "A")', False, ['!contains(event, "A")']),
        ('type = "track" and ()', False, []),
        ('type = "page" or () or event = "A"', False, ['type = "page"']),
        ('!(type = "track")', True, ['!(type = "track")']),
        ('!(type = "page" or event = "A")', True, ['not event = "A"']),
        ('!(type = "track" and event = "A")', True, ['not type = "track"', 'not event = "A"']),
        ('type = "track" and !(event != "B")', True, ['not event != "B"']),
        ('!(type = "track" and !(event = "B" and userId = "u"))', True, ['not type = "track"', 'event = "B"']),
    ],
)
def test_what_fails_is_what_would_have_to_be_otherwise(source: str, strict: bool, failing: list[str]) -> None:
    trigger = compile_trigger(source, strict=strict)
    assert not trigger.matches(TRACK_A)
    assert [one.text for one in trigger.unmet(TRACK_A)] == failing
    assert not any(one.holds for one in trigger.unmet(TRACK_A))
