from tests.deadletters.letters import dead
from tests.support.recording import PlainRecord
from worker.deadletters.letter import Place
from worker.deadletters.marks import MARK_HEADER, Mark, Marks, read_mark, write_mark
from worker.reasons import Reason


def record_of(mark: Mark) -> PlainRecord:
    value, headers = write_mark(mark)
    return PlainRecord("in.dlq", 1, 9, None, value, headers)


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark("replayed", (3, 5), 8)
    assert read_mark(record_of(mark)) == mark


def test_a_letter_is_no_mark_even_if_the_record_looked_like_one() -> None:
    value, headers = write_mark(Mark("dropped", (1, 2)))
    assert read_mark(dead(value, Reason.INVALID_EVENT, headers)) is None
    assert read_mark(dead(b"{}")) is None


def test_what_is_not_written_by_this_program_is_no_mark() -> None:
    assert read_mark(PlainRecord("in.dlq", 1, 9, None, b"{}", [(MARK_HEADER, b"1")])) is None
    value, _ = write_mark(Mark("dropped", (1, 2)))
    assert read_mark(PlainRecord("in.dlq", 1, 9, None, value, [("other", b"1")])) is None


def test_marks_say_what_became_of_letters_and_which_replays_did_not_end() -> None:
    marks = Marks()
    marks.take(Place("t", 0, 10), Mark("replaying", (1, 2)))
    marks.take(Place("t", 0, 11), Mark("dropped", (3,)))
    assert marks.unfinished() == {Place("t", 0, 10): (1, 2)}
    assert [marks.state(Place("t", 0, offset)) for offset in (1, 3, 4)] == ["replaying", "dropped", None]
    assert marks.state(Place("t", 1, 1)) is None
    marks.take(Place("t", 0, 12), Mark("replayed", (1, 2), 10))
    assert marks.unfinished() == {}
    assert marks.state(Place("t", 0, 2)) == "replayed"


def test_what_a_replay_could_not_send_waits_again() -> None:
    marks = Marks()
    marks.take(Place("t", 0, 10), Mark("replaying", (1, 2)))
    marks.take(Place("t", 0, 12), Mark("replayed", (2,), 10))
    assert marks.unfinished() == {}
    assert [marks.state(Place("t", 0, offset)) for offset in (1, 2)] == [None, "replayed"]
