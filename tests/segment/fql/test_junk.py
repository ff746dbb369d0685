"""Whatever a trigger is, it compiles or says why not; and it never takes long."""

import time
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.segment.strategies import EVENTS
from worker.jsontypes import JsonObject
from worker.segment.fql import FqlError, compile_trigger, lint

FRAGMENTS = st.sampled_from(
    [
        *("type", "event", "name", "userId", "properties.a", "properties.a.b", "traits.x", "context.x", "messageId"),
        *("contains(", "match(", "and", "or", "!", "(", ")", ",", ".", "=", "!=", "<", "<=", ">", ">=", "not", "AND"),
        *("null", "true", "false", '"a"', '"a*"', '"*a"', "'x'", '""', "5", "-1.5", "[", "]", "\\", "-", "\n", "\r"),
    ]
)
JUNK = st.lists(FRAGMENTS | st.just(" "), max_size=20).map(" ".join) | st.lists(FRAGMENTS).map("".join) | st.text()

FIELDS = st.sampled_from(["type", "event", "name", "userId", "properties.a", "properties.a.b", "traits.x", "context.x"])
BY_NAME = st.sampled_from(['type = "a"', 'type = "track"', 'event = "a"', 'event != "a"'])
CONDITIONS = (
    BY_NAME
    | st.builds(
        "{} {} {}".format,
        FIELDS,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from(['"a"', '""', "5", "-1.5", "true", "false", "null"]),
    )
    | st.builds(
        "{}({}, {})".format,
        st.sampled_from(["contains", "match", "!contains", "!match"]),
        FIELDS,
        st.sampled_from(['"a"', '"a*"', '"*a"', '"*"']),
    )
)
TRIGGERS = st.recursive(
    CONDITIONS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner) | st.builds("({})".format, inner)
    ),
    max_leaves=6,
)
"""Hardly any junk is a trigger."""

INNER = st.fixed_dictionaries({}, optional={name: st.sampled_from(["a", 5, True, None]) for name in ("a", "x")})
USUAL = st.fixed_dictionaries(
    {"type": st.sampled_from(["a", "track"])},
    optional={"event": st.just("a"), "userId": st.just("a"), "properties": INNER, "traits": INNER, "context": INNER},
)


def tried(source: str, event: JsonObject, *, strict: bool) -> bool | None:
    """Whether the trigger matches the event; None if it is none."""
    try:
        trigger = compile_trigger(source, strict=strict)
    except FqlError as error:
        check_error(error)
        return None
    matched = trigger.matches(event)
    assert isinstance(matched, bool)
    if matched:
        assert trigger.types is None or event.get("type") in trigger.types
        assert trigger.event_names is None or event.get("event") in trigger.event_names
    assert all(isinstance(one.holds, bool) for one in trigger.explain(event))
    return matched


def check_error(error: FqlError) -> None:
    assert 0 <= error.position <= len(error.source)
    assert error.caret().endswith("^")


@given(TRIGGERS, EVENTS | USUAL)
def test_what_a_trigger_matches_is_of_its_types_and_names(source: str, event: JsonObject) -> None:
    for strict in (False, True):
        tried(source, event, strict=strict)


@given(JUNK, EVENTS)
def test_any_trigger_compiles_or_is_refused(source: str, event: JsonObject) -> None:
    for strict in (False, True):
        tried(source, event, strict=strict)
    with suppress(FqlError):
        assert all(0 <= warning.position <= len(source) for warning in lint(source))


@pytest.mark.parametrize("strict", [False, True])
def test_of_these_triggers_many_match_and_many_do_not(strict: bool) -> None:
    found: Counter[bool | None] = Counter()

    @settings(derandomize=True, database=None, max_examples=200)
    @given(TRIGGERS, USUAL)
    def look(source: str, event: JsonObject) -> None:
        found[tried(source, event, strict=strict)] += 1

    look()
    assert min(found[True], found[False]) > 10


@pytest.mark.parametrize(
    "part", ["(", "!", "a.", "a", '"', "\\", "1.", 'type = "a" and ', "(type = ", "contains(", "[", "-"]
)
def test_long_triggers_take_linear_time(part: str) -> None:
    source = (part * 20_000)[:20_000]
    started = time.process_time()
    for strict in (False, True):
        with suppress(FqlError):
            compile_trigger(source, strict=strict)
    assert time.process_time() - started < 5


def test_long_values_take_linear_time() -> None:
    event: JsonObject = {"event": "ab" * 500_000}
    trigger = compile_trigger('match(event, "*ba") or contains(event, "aab") or !match(event, "ab*")')
    started = time.process_time()
    assert not trigger.matches(event)
    assert time.process_time() - started < 2
