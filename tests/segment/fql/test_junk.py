"""Whatever a trigger is, it compiles or says why not; and it never takes long."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
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
SOURCES = st.lists(FRAGMENTS | st.just(" "), max_size=20).map(" ".join) | st.lists(FRAGMENTS).map("".join) | st.text()


def check_error(error: FqlError) -> None:
    assert 0 <= error.position <= len(error.source)
    assert error.caret().endswith("^")


@given(SOURCES, EVENTS)
def test_any_trigger_compiles_or_is_refused(source: str, event: JsonObject) -> None:
    for strict in (False, True):
        try:
            trigger = compile_trigger(source, strict=strict)
        except FqlError as error:
            check_error(error)
            continue
        matched = trigger.matches(event)
        assert isinstance(matched, bool)
        if matched:
            assert trigger.types is None or event.get("type") in trigger.types
            assert trigger.event_names is None or event.get("event") in trigger.event_names
        assert all(isinstance(one.holds, bool) for one in trigger.explain(event))
    with suppress(FqlError):
        assert all(0 <= warning.position <= len(source) for warning in lint(source))


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
