"""Whose the events under an anonymousId are, by its links (worker/workspace/anonymous/links.py)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf, nextafter

from msgspec import Struct

from worker.workspace.changes import LinkSpan


def owner_at(links: Sequence[LinkSpan], time: float) -> LinkSpan | None:
    """The link that has what came at `time`; None if nobody has.

    If that link's person was deleted at `time` or later, what came is forgotten.
    """
    before = sum(one.since <= time for one in links)
    for one in links[max(before - 1, 0) :]:
        if one.gone_at is None or time <= one.gone_at:
            return one
    return None


class Interval(Struct, frozen=True):
    """What came from `since` to before `until` is that of `cio_id`, or is `forgotten` with it."""

    since: float
    until: float
    cio_id: str
    forgotten: bool


def intervals(links: Sequence[LinkSpan]) -> Iterator[Interval]:
    """The same for all times at once; the intervals do not overlap."""
    begins = {-inf, *(one.since for one in links[1:])}
    begins |= {nextafter(one.gone_at, inf) for one in links if one.gone_at is not None}
    times = [*sorted(begins), inf]
    for since, until in pairwise(times):
        one = owner_at(links, since)
        if one is not None:
            yield Interval(since, until, one.cio_id, one.gone_at is not None)
