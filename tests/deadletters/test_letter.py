import pytest

from tests.deadletters.letters import dead
from tests.support.recording import PlainRecord
from worker.deadletters.letter import UNREADABLE, Place, read_letter
from worker.reasons import Reason


def test_a_letter_is_the_record_it_was() -> None:
    headers = [("origin", b"up/1/2/0"), ("trace", b"\xff")]
    letter = read_letter(dead(b"{not json", Reason.NOT_JSON, headers))
    assert (letter.key, letter.value, letter.headers) == (b"key", b"{not json", tuple(headers))
    assert (letter.reason, letter.detail) == ("not_json", "the detail")
    assert letter.origin == Place("in", 1, 7)
    assert letter.place == Place("in.dlq", 1, 3)


def test_a_letter_that_lacks_its_record_says_so() -> None:
    assert read_letter(dead(b"x" * 999)).value_left_out is None
    letter = read_letter(dead(b"x" * 999, headers=[("trace", b"1")], max_bytes=1000))
    assert (letter.key, letter.value, letter.value_left_out) == (b"key", None, 999)
    assert (letter.headers, letter.reason, letter.origin) == ((("trace", b"1"),), "not_json", Place("in", 1, 7))
    bare = read_letter(dead(b"", headers=[("trace", b"1" * 999)], max_bytes=1000))
    assert (bare.key, bare.value, bare.value_left_out, bare.headers) == (None, None, 0, ())


def test_headers_of_the_record_that_look_like_the_added_ones_are_its_own() -> None:
    own = [("reason", b"mine"), ("dead_letter_origin", b"elsewhere/0/0"), ("other", b"x"), ("value_left_out", b"5")]
    letter = read_letter(dead(b"", Reason.EMPTY, own))
    assert letter.headers == tuple(own)
    assert (letter.reason, letter.value_left_out) == ("empty", None)
    assert letter.origin == Place("in", 1, 7)


def test_what_no_worker_wrote_is_unreadable_and_keeps_its_headers() -> None:
    letter = read_letter(PlainRecord("in.dlq", 0, 0, None, b"x", [("worker_version", b"1")]))
    assert letter.reason == UNREADABLE
    assert letter.origin is None
    assert letter.headers == (("worker_version", b"1"),)


def test_a_number_that_is_none_of_kafkas_is_none() -> None:
    headers = [("value_left_out", b"9" * 5000), ("first_seen", b"9" * 5000), ("reason", b"not_json")]
    letter = read_letter(PlainRecord("in.dlq", 0, 0, None, b"x", headers, 77))
    assert (letter.reason, letter.first_seen_ms, letter.value_left_out) == ("not_json", 77, None)


@pytest.mark.parametrize("text", ["", "a/1", "a/x/1", "/1/2", "a/1/-2", "a/1/2/"])
def test_a_place_that_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whatever it says
        Place.parse(text)


def test_a_place_and_its_text() -> None:
    assert Place.parse(str(Place("a.b", 3, 12))) == Place("a.b", 3, 12)
