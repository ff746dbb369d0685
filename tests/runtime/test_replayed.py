"""Headers of replayed records."""

import pytest

from worker.runtime.outgoing import Headers
from worker.runtime.replayed import mark_of, read_arrival, read_identity, read_replayed, replay_headers


def test_a_copy_stands_for_its_original() -> None:
    headers = replay_headers("run/0/7", "segment.events/0/7", 1_500, [("trace", b"x")])
    found = read_replayed(headers)
    assert found is not None
    assert (read_identity(headers), read_arrival(headers), found.relay) == ("segment.events/0/7", 1.5, False)
    assert mark_of(headers) == b"run/0/7"
    assert ("trace", b"x") in headers


def test_a_copys_copy_stands_for_the_first_original() -> None:
    first = replay_headers("one/0/7", "segment.events/0/7", 1_500, relay=True)
    second = replay_headers("two/0/9", "segment.events/0/9", 9_000, first)
    found = read_replayed(second)
    assert found is not None
    assert (read_identity(second), read_arrival(second), found.relay) == ("segment.events/0/7", 1.5, False)
    assert mark_of(second) == b"two/0/9"
    assert len(dict(second)) == len(second)


def test_other_records_are_none() -> None:
    assert read_replayed([]) is None
    assert read_replayed([("origin", b"a/0/1/0")]) is None
    assert mark_of([("origin", b"a/0/1/0")]) is None


@pytest.mark.parametrize(
    "more",
    [
        [],
        [("replay_of", b"x")],
        [("replay_of", b"x"), ("replay_arrived", b"soon")],
        [("replay_of", b"\xff"), ("replay_arrived", b"1500")],
        [("replay_of", None), ("replay_arrived", b"1500")],
        [("replay_of", b"x"), ("replay_arrived", None)],
        [("replay_of", b"x"), ("replay_arrived", b"9" * 400)],
        [("replay_of", b"x"), ("replay_arrived", b"9" * 5000)],
    ],
)
def test_marks_without_an_original_are_refused(more: Headers) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_replayed([("replayed", b"run/0/1"), *more])


def test_headers_that_are_longer_than_any_of_ours_are_refused() -> None:
    longest = f"{'t' * 249}/{2**31 - 1}/{2**63 - 1}"
    assert read_replayed(replay_headers(longest, longest, 1_500)) is not None
    long = "x" * 513
    for headers in (replay_headers(long, "a/0/1", 1_500), replay_headers("run/0/1", long, 1_500)):
        with pytest.raises(ValueError, match="513 bytes"):
            read_replayed(headers)
    with pytest.raises(ValueError, match="513 bytes"):
        read_identity([("replay_of", long.encode())])
