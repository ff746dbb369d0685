"""State per record is bounded, however many there are under one key; so is what one decision does."""

import pytest

from tests.workspace.limits import Figures, related_people, waiting_events

SMALL, LARGE = 300, 3_000

VALUE_BYTES_MAX = 16 * 1024

DECISION_BYTES_MAX = 64 * 1024
"""Of one decision's writes and messages; a unit of the runtime takes eight times as much (worker/runtime)."""

EFFECTS_MAX = 800


def bounded(figures: Figures) -> None:
    assert figures.value_bytes < VALUE_BYTES_MAX
    assert figures.effect_bytes < DECISION_BYTES_MAX
    assert figures.effects < EFFECTS_MAX


def test_events_that_wait_under_one_anonymous_id() -> None:
    small, large = waiting_events(SMALL), waiting_events(LARGE)
    for figures in (*small, *large):
        bounded(figures)
    assert large[0].waiting == LARGE
    assert large[1].waiting == 0
    assert large[0].value_bytes < 1.5 * small[0].value_bytes
    assert large[1].effect_bytes < 1.5 * small[1].effect_bytes
    assert large[1].decisions > large[0].decisions + LARGE / 100, "it is flushed in steps"


def test_people_related_to_one_object() -> None:
    small, large = related_people(SMALL), related_people(LARGE)
    for figures in (*small, *large):
        bounded(figures)
    assert large[1].value_bytes == pytest.approx(small[1].value_bytes, rel=0.5)
    assert large[1].decisions > large[0].decisions + LARGE, "everybody is told, in steps"
