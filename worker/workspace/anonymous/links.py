"""Whose an anonymousId is, at which time.

The first person identified with it has its history; another one has what comes after their identify, until somebody
else is (docs/workspace.md). That goes by the times of the calls, not by the order of their arrival.
"""

from collections.abc import Sequence
from math import inf, nextafter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worker.workspace.changes import LinkSpan
from worker.workspace.values.anonymous import Linked
from worker.workspace.wire import Stamp

LINKS_MAX: Final = 100
"""Most changes of person that are remembered of one anonymousId; then one in the middle is forgotten."""

AGAIN_MAX: Final = 8
"""Identifies of one person, one after the other, that are remembered besides the first."""

FORGOTTEN: Final = "forgotten"
"""The owner of what came before a deletion of the person who had the anonymousId."""


class Shift(Struct, frozen=True):
    """What came from `since` to before `until` (None: no bound) was `previous`'s and is somebody else's now."""

    since: float | None
    until: float | None
    previous: str


def owner_at(links: Sequence[Linked], time: float) -> str:
    """The profile whose a call at `time` is; empty if nobody's, FORGOTTEN if it is to be forgotten."""
    one = _link_at(links, time)
    return "" if one is None else one.cio_id if one.gone_at is None else FORGOTTEN


def origin_at(links: Sequence[Linked], time: float) -> str:
    """The profile that somebody's call at `time` was of before merges: they count for what it says of relationships."""
    one = _link_at(links, time)
    assert one is not None, "it is nobody's"
    return one.origin or one.cio_id


def _link_at(links: Sequence[Linked], time: float) -> Linked | None:
    """The link under which a call at `time` is; one with `gone_at` if it is forgotten."""
    if not links:
        return None
    last = links[-1]
    if last.gone_at is None and last.first[0] <= time:  # as usual
        return last
    at = max(_in_force(links, time), 0)
    for linked in links[at:]:
        if linked.gone_at is None or time <= linked.gone_at:
            return linked
    return None


def spans(links: Sequence[Linked]) -> list[LinkSpan]:
    """The links as changes show them."""
    return [LinkSpan(one.cio_id, one.first[0], one.gone_at) for one in links]


def current(links: Sequence[Linked]) -> str:
    """The profile that has the anonymousId now, empty if none."""
    return links[-1].cio_id if links and links[-1].gone_at is None else ""


def continues(links: Sequence[Linked], cio_id: str, stamp: Stamp) -> bool:
    """Whether the person identified at `stamp` is the last one, and still there."""
    return bool(links) and links[-1].first <= stamp and _same(links[-1], cio_id)


def continued(links: Sequence[Linked], stamp: Stamp) -> list[Linked]:
    """The links with one more identify of the last person."""
    return [*links[:-1], _again(links[-1], stamp)]


def linked(links: Sequence[Linked], cio_id: str, stamp: Stamp, origin: str = "") -> tuple[list[Linked], Shift | None]:
    """The links with one more identify, and what shifts by it from one person to another."""
    changed = list(links)
    remembered = _remembered(links, stamp)
    if remembered is None:
        return changed, None
    stamp, forgotten = remembered
    if links and links[0].gone_at is not None and stamp < links[0].first:
        # what is forgotten from before the first identify stays so
        changed.insert(0, replace(links[0], first=(forgotten, ""), gone_at=forgotten, again=[]))
    at = -1
    while at + 1 < len(changed) and changed[at + 1].first <= stamp:
        at += 1
    before = changed[at] if at >= 0 else None
    if before is not None and before.gone_at is not None:
        # what came after that deletion may be forgotten with the next ones, who are no longer the next now
        before = changed[at] = replace(before, gone_at=max(before.gone_at, forgotten))
    after = changed[at + 1] if at + 1 < len(changed) else None
    if before is not None and _same(before, cio_id):
        changed[at] = _again(before, stamp)
        return changed, None
    since = None if before is None else stamp[0]
    until = None if after is None else after.first[0]
    previous = before or after
    if after is not None and _same(after, cio_id) and (before is None or stamp > before.last):
        changed[at + 1] = replace(after, first=stamp, again=[after.first, *after.again][-AGAIN_MAX:])
        previous = before
    else:
        inserted = [Linked(stamp, [], cio_id, origin=origin)]
        if before is not None and stamp < before.last:  # in the midst of somebody's
            rest = [one for one in before.again if one > stamp]
            inserted.append(replace(before, first=rest[0], again=rest[1:]))
            changed[at] = replace(before, again=before.again[: -len(rest)])
            until = rest[0][0]
        changed[at + 1 : at + 1] = inserted
        while len(changed) > LINKS_MAX:
            del changed[len(changed) // 2]
    if previous is None or previous.gone_at is not None:
        return changed, None
    return changed, Shift(since, until, previous.cio_id)


def _remembered(links: Sequence[Linked], stamp: Stamp) -> tuple[Stamp, float] | None:
    """From when on an identify of that time counts, and up to when all before it is forgotten, if the last one is gone.

    It does not count for what is forgotten, which nobody can have any more. None: all is forgotten until somebody else
    has the anonymousId.
    """
    forgotten = -inf
    at = max(sum(one.first <= stamp for one in links) - 1, 0)
    for one in links[at:]:  # what came after a deletion was the next one's
        if one.gone_at is None:
            break
        if stamp[0] <= one.gone_at:
            if at + 1 < len(links) and links[at + 1].first[0] <= one.gone_at:
                return None
            return _remembered(links, (nextafter(one.gone_at, inf), stamp[1]))
        forgotten = max(forgotten, one.gone_at)
    return stamp, forgotten


def _again(link: Linked, stamp: Stamp) -> Linked:
    """The link with one more identify of its person, not before the first."""
    again = link.again
    if not again or stamp > again[-1]:
        again = [*again, stamp]
    elif stamp not in again and stamp != link.first:
        again = sorted([*again, stamp])
    return replace(link, again=again[-AGAIN_MAX:])


def _same(one: Linked, cio_id: str) -> bool:
    return one.cio_id == cio_id and one.gone_at is None


def _in_force(links: Sequence[Linked], time: float) -> int:
    """The last link not later than `time`; -1 before the first."""
    at = -1
    for number, one in enumerate(links):
        if one.first[0] > time:
            break
        at = number
    return at
