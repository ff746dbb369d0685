import msgspec
import pytest

from tests.deadletters.letters import dead
from worker.deadletters.letter import Letter, Place, read_letter
from worker.deadletters.selection import Selection


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
