import pytest

from worker.deadletters.letter import UNREADABLE
from worker.deadletters.words import reason_in_words
from worker.reasons import Reason


@pytest.mark.parametrize("reason", [*Reason, UNREADABLE])
def test_every_reason_has_words_of_its_own(reason: str) -> None:
    words = reason_in_words(reason)
    assert words.endswith(".")
    assert words != reason_in_words("from-another-version")


def test_the_words_belong_to_the_code() -> None:
    assert reason_in_words("no_identifier") == "The command names nobody."
