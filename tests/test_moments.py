"""Times in options."""

import time
from datetime import UTC, datetime

import pytest

from worker.moments import parse_moment, stamp

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00+02:00", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        (" 2026-11-22\n", datetime(2026, 11, 22, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("2 d", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment.timestamp() * 1000


def test_a_day_begins_in_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert parse_moment("2026-11-22", NOW) == datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "soon", "10", "-3h", "2026-13-01", "999999d"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_moment(text, NOW)


def test_a_stamp_has_milliseconds_and_is_read_again() -> None:
    moment = datetime(2026, 11, 22, 10, 0, 0, 250_000, tzinfo=UTC)
    assert stamp(moment) == "2026-11-22T10:00:00.250Z"
    assert parse_moment(stamp(moment), NOW) == moment.timestamp() * 1000
