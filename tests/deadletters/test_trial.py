from tests.deadletters.letters import dead
from worker.deadletters.letter import read_letter
from worker.deadletters.trial import Trial
from worker.topics import names


def test_a_letter_that_lacks_its_record_is_not_sent_again() -> None:
    letter = read_letter(dead(b"x" * 999, max_bytes=1000))
    for contract in (names.SEGMENT_EVENTS, names.PEOPLE):
        problem = Trial({}).problem(letter, contract)
        assert problem == "not_json: the letter lacks the record, which was too large for it and is only at in/1/7"
