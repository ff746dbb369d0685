from datetime import UTC, datetime

import msgspec
import pytest

from tests.deadletters.letters import dead
from worker.deadletters.letter import Letter, Place, read_letter
from worker.deadletters.selection import Selection, parse_time

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def letter() -> Letter:
    return msgspec.structs.replace(read_letter(dead(b"x")), died_ms=1000)


def test_nothing_asked_takes_all(letter: Letter) -> None:
    assert Selection().takes(letter)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(reasons=frozenset({"not_json", "empty"})),
        Selection(since_ms=1000, until_ms=1001),
        Selection(places=frozenset({Place("in.dlq", 1, 3)})),
    ],
)
def test_a_letter_that_is_meant(selection: Selection, letter: Letter) -> None:
    assert selection.takes(letter)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(reasons=frozenset({"empty"})),
        Selection(since_ms=1001),
        Selection(until_ms=1000),
        Selection(places=frozenset({Place("in.dlq", 1, 4)})),
        Selection(reasons=frozenset({"not_json"}), since_ms=2000),
    ],
)
def test_a_letter_that_is_not_meant(selection: Selection, letter: Letter) -> None:
    assert not selection.takes(letter)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00+02:00", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("2 d", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert parse_time(text, NOW) == moment.timestamp() * 1000


@pytest.mark.parametrize("text", ["", "soon", "10", "-3h", "2026-13-01"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_time(text, NOW)
