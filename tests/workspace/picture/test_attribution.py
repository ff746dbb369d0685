"""Whose events under an anonymousId are, as changes tell it. That it is as decided: anonymous/test_links.py."""

from worker.workspace.changes import LinkSpan
from worker.workspace.picture.attribution import intervals, owner_at

ADA, BOB = LinkSpan("ada", 10.0, None), LinkSpan("bob", 30.0, None)
GONE = LinkSpan("ada", 10.0, 20.0)


def test_nobody() -> None:
    assert owner_at([], 1.0) is None
    assert list(intervals([])) == []


def test_the_first_has_the_history() -> None:
    assert [owner_at([ADA, BOB], time) for time in (5.0, 10.0, 29.9, 30.0)] == [ADA, ADA, ADA, BOB]
    assert [(one.since, one.until, one.cio_id) for one in intervals([ADA, BOB])] == [
        (float("-inf"), 30.0, "ada"),
        (30.0, float("inf"), "bob"),
    ]


def test_what_comes_after_a_deletion_is_the_next_ones() -> None:
    assert [owner_at([GONE, BOB], time) for time in (5.0, 20.0, 21.0, 30.0)] == [GONE, GONE, BOB, BOB]
    assert [(one.cio_id, one.forgotten) for one in intervals([GONE, BOB])] == [
        ("ada", True),
        ("bob", False),
        ("bob", False),
    ]
    assert owner_at([GONE], 21.0) is None
