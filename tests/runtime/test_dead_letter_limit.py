"""When a worker stops because of dead letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.recording import PlainRecord
from worker.runtime.dead_letter_limit import DeadLetterLimit, limit_of
from worker.runtime.errors import TooManyDeadLetters
from worker.runtime.tuning import Tuning


def observed(limit: DeadLetterLimit, fates: str, unit: int = 7) -> int | None:
    """After how many records (`x`: a dead letter) the worker stops, rounded up to a unit; None: never."""
    state = limit.start("route")
    records = [PlainRecord("in", 0, offset, None, b"", []) for offset in range(len(fates))]
    for start in range(0, len(fates), unit):
        part = records[start : start + unit]
        try:
            state.observe(part, {each.offset for each in part if fates[each.offset] == "x"})
        except TooManyDeadLetters:
            return start + len(part)
    return None


IN_ROW = DeadLetterLimit(None, 100, 3)
HALF = DeadLetterLimit(0.5, 100, None)


def test_without_a_limit_nothing_is_counted() -> None:
    assert limit_of(Tuning(), "route") is None
    assert limit_of(Tuning(dead_letters_in_row_max=1), "route") is not None


@pytest.mark.parametrize(
    ("fates", "end"), [("xxx.xxx.", None), ("...xxxx....", 7), ("xxx" * 2, 6), (".......xxx", None)]
)
def test_too_many_in_a_row(fates: str, end: int | None) -> None:
    assert observed(IN_ROW, fates) == end


def test_a_row_goes_on_over_units() -> None:
    assert observed(IN_ROW, "......xxxx", unit=8) == 10


def test_the_ratio_is_not_judged_before_the_window_is_full() -> None:
    assert observed(HALF, "x" * 99, unit=1) is None
    assert observed(HALF, "x" * 100, unit=1) == 100


def test_the_window_forgets() -> None:
    assert observed(HALF, "." * 10_000 + "x" * 49 + "." * 200) is None
    assert observed(HALF, "." * 10_000 + "x" * 60) is not None


def test_so_does_a_large_one_which_is_counted_in_steps() -> None:
    large = DeadLetterLimit(0.5, 1000, None)
    assert observed(large, "." * 3000 + "x" * 490 + "." * 3000 + "x" * 490) is None
    assert observed(large, "." * 3000 + "x" * 600) is not None


RUNS = st.lists(st.tuples(st.sampled_from("x."), st.integers(1, 120)), max_size=8)
FATES = st.text("x.", max_size=400) | RUNS.map(lambda runs: "".join(fate * times for fate, times in runs))
"""Also long enough for a window; a text that is drawn is mostly short."""


@given(FATES, st.integers(1, 30))
def test_whatever_comes_a_stop_has_its_reason(fates: str, unit: int) -> None:
    end = observed(IN_ROW, fates, unit)
    assert (end is not None) == ("xxxx" in fates)
    end = observed(HALF, fates, unit)
    if end is not None:
        assert any(fates[max(0, n - 101) : n].count("x") > 49 for n in range(100, end + 1))


def test_it_says_where_and_what_to_do() -> None:
    with pytest.raises(TooManyDeadLetters, match=r"agent route: 4 records .* in/0/3,.*dlq list"):
        IN_ROW.start("route").observe([PlainRecord("in", 0, n, None, b"", []) for n in range(4)], {0, 1, 2, 3})
