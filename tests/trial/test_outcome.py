"""What is collected from records, whoever wrote them."""

from tests.support.recording import PlainRecord
from worker.runtime.outgoing import Headers
from worker.topics import names
from worker.trial.outcome import WATCHED, FoundDeadLetter, Outcome

SOURCE = (names.SEGMENT_EVENTS, 0, 7)
PLACE = f"{names.SEGMENT_EVENTS}/0/7".encode()


def test_a_dead_letter_whose_headers_are_not_text_is_read_all_the_same() -> None:
    outcome = Outcome(SOURCE, {name: name for name in WATCHED})
    topic = names.dead_letters_of(names.SEGMENT_EVENTS)
    letters: list[Headers] = [
        [("trace", None), ("dead_letter_origin", PLACE), ("reason", b"not_json"), ("detail", b"\xff")],
        [("dead_letter_origin", PLACE), ("reason", None), ("detail", None)],
        [("dead_letter_origin", None)],
    ]
    for offset, headers in enumerate(letters):
        outcome.add(PlainRecord(topic, 0, offset, None, b"x", headers))
    outcome.finish()
    assert outcome.dead_letters == [
        FoundDeadLetter(PLACE.decode(), "not_json", "\ufffd"),
        FoundDeadLetter(PLACE.decode(), "", ""),
    ]
