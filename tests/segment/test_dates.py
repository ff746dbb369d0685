import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.segment.recorded import load, report, rows, text
from worker.segment.calendar import days_since_1970, milliseconds
from worker.segment.dates import MAX_LENGTH, parse_date


def test_recorded_rows_are_met() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("date_parse")):
        found = parse_date(text(row, "text"))
        problems[repr(row["text"])] = None if found == row["expect"] else f"{found} is not {row['expect']}"
    assert len(problems) >= 300
    assert report("date_parse.json", problems) == 1.0


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ((1970, 1, 1), 0),
        ((2000, 2, 29), 11016),
        ((1969, 12, 31), -1),
        ((2023, 2, 31), 19419),
        ((2023, 0, 10), 19336),
        ((2023, 35, 9), 20401),
        ((-1, 3, 1), -719834),
    ],
)
def test_days_and_months_overflow(date: tuple[int, int, int], days: int) -> None:
    assert days_since_1970(*date) == days


def test_dates_end_where_javascripts_do() -> None:
    assert milliseconds(100_000_000) == 8_640_000_000_000_000
    assert milliseconds(100_000_000, millisecond=1) is None
    assert parse_date("+275760-09-13T00:00:00.001Z") is None


@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("Fri, 31 Dec 2021 23:59:59 GMT", 1_640_995_199_000),
        ("12/31/2021 23:59:59.999", 1_640_995_199_999),
        ("12/31/2021 23:59", 1_640_995_140_000),
        ("2021-12-31T23:59:59.999+0100", 1_640_991_599_999),
        ("12/31/2021 23:59:60", None),
        ("12/31/2021 10:10:10.", None),
    ],
)
def test_the_last_moment_of_a_day(date: str, found: int | None) -> None:
    assert parse_date(date) == found


@given(st.text(max_size=40) | st.lists(st.sampled_from("0123456789:-+.()TZ GMTMarpm\0/,"), max_size=40).map("".join))
def test_any_text_is_a_date_or_none(value: str) -> None:
    found = parse_date(value)
    assert found is None or abs(found) <= 8_640_000_000_000_000


@pytest.mark.parametrize("part", ["(", ")", "1", "1:", "-", "a", "+1", "(1)"])
def test_long_texts_take_no_time(part: str) -> None:
    started = time.process_time()
    parse_date((part * MAX_LENGTH)[:MAX_LENGTH])
    assert parse_date(part * 1_000_000) is None
    assert time.process_time() - started < 1
