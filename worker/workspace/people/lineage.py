"""What a handle was before it led to its present person: the merges on its way, noted at the handle.

In a merge the primary keeps its values, and has those of the secondary only where it lacks them
(customerio_semantics.md 3.3). That must hold also for what the secondary was told before the merge and arrives after
it, or once more. So all that is the secondary's from before the merge counts as said long ago: its stamps are lowered,
under all that the primary has had until then. That holds also once the primary has given the handle up: the note stays
with it, under another name (`keys.FORMER`). Each merge takes the levels that follow; of two secondaries the one
merged first goes before. The two halves of a person (auto_merge) have always been one: there the newest value stays,
and nothing is lowered.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attribute, Attributes, newer_than, newest, only
from worker.workspace.keys import FORMER
from worker.workspace.registers import NEVER, Register
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile
from worker.workspace.wire import Stamp

LEVEL_SECONDS: Final = 1e11
"""By how much a level lowers a stamp: more than any two events lie apart. (Some thousand years.)"""

CLAIMED: Final = "claimed"
"""The note at a handle that is the person's while the identify that wants it is on its way."""

JUST_AFTER: Final = 0.0005
"""Seconds, fewer than the millisecond to which times are told, and enough to tell lowered stamps apart."""

MERGES_MAX: Final = 16
"""Merges noted at one handle; more lie too far back to matter."""


class Passage(Struct, frozen=True):
    """A merge: its time, and the levels by which it lowers."""

    at: float
    levels: int


def noted(note: str, *more: Passage) -> str:
    """The note at a handle that has come through more merges."""
    return "|".join([*_merges(note), *(f"{one.at!r},{one.levels}" for one in more)][-MERGES_MAX:])


def _merges(note: str | None) -> list[str]:
    return note.split("|") if note and note != CLAIMED else []


def passages(note: str | None) -> list[Passage]:
    """The merges noted at a handle, the latest last."""
    parts = (one.split(",") for one in _merges(note))
    return [Passage(float(at), int(levels)) for at, levels in parts]


def passages_of(turn: Turn, profile: Profile, handle: str) -> list[Passage]:
    """The merges on the way of a handle to this person, also if the person has given it up since."""
    note = pages.note(turn, "handles", profile.cio_id, profile.handles, handle)
    if note is None:
        note = pages.note(turn, "handles", profile.cio_id, profile.handles, FORMER + handle)
    return passages(note)


def given_up(turn: Turn, profile: Profile, handle: str) -> Profile:
    """The person without the handle; the merges on its way stay noted, for what was said through it before."""
    cio_id, former = profile.cio_id, FORMER + handle
    merges = [_merges(pages.note(turn, "handles", cio_id, profile.handles, name)) for name in (former, handle)]
    pages.discard(turn, "handles", cio_id, profile.handles, handle)
    note = "|".join([*dict.fromkeys(merges[0] + merges[1])][-MERGES_MAX:])  # it may have been given up before
    handles = pages.add(turn, "handles", cio_id, profile.handles, former, note)
    return profile if handles == profile.handles else replace(profile, handles=handles)


def lowered(turn: Turn, profile: Profile, handle: str, at: float) -> float:
    """The time that counts for something said at time `at` about who `handle` led to then."""
    if not profile.handles or not handle:
        return at
    note = pages.note(turn, "handles", profile.cio_id, profile.handles, handle)  # a former one is named as that
    levels = sum(one.levels for one in passages(note) if at <= one.at)
    return at - levels * LEVEL_SECONDS if levels else at


def lowered_stamp(stamp: Stamp, levels: int) -> Stamp:
    """The stamp of something that the secondary of a merge was told."""
    return stamp if stamp == NEVER else (stamp[0] - levels * LEVEL_SECONDS, stamp[1])


def raised(stamp: Stamp) -> Stamp:
    """The stamp as it was before any merge. (Times are to the millisecond; what was lost of that comes back.)"""
    levels = round(-stamp[0] / LEVEL_SECONDS)
    return stamp if levels <= 0 or stamp == NEVER else (round(stamp[0] + levels * LEVEL_SECONDS, 3), stamp[1])


def above_floor(register: Register, floor: Stamp) -> Register:
    """The register without what is not newer than the floor, its new one, each thing by its own time."""
    if floor == register.floor:
        return register
    added = register.added if register.made > floor else NEVER
    attributes = only(register.attributes, lambda stamp: _said(register, stamp) > floor)
    return replace(register, added=added, attributes=attributes, floor=floor)


def _said(register: Register, stamp: Stamp) -> Stamp:
    """When the attribute was said; of one that came with a secondary (`_above`), when the relationship was made."""
    came_by_merge = 0 < stamp[0] - register.removed[0] < 1.5 * JUST_AFTER
    return register.made if came_by_merge else raised(stamp)


def lowered_attributes(attributes: Attributes, levels: int) -> Attributes:
    """The attributes with lowered stamps."""
    by = levels * LEVEL_SECONDS
    values = {name: Attribute(one.value, one.time - by, one.message_id) for name, one in attributes.values.items()}
    return Attributes(values, attributes.size)


def lowered_register(register: Register, levels: int) -> Register:
    """The register with lowered stamps."""
    return replace(
        register,
        added=lowered_stamp(register.added, levels),
        removed=lowered_stamp(register.removed, levels),
        attributes=lowered_attributes(register.attributes, levels),
    )


def with_theirs(mine: Register, theirs: Register, levels: int) -> tuple[Register, list[str]]:
    """The primary's relationship with what a secondary adds to it (customerio_semantics.md 3.3), and what has no room.

    One that the primary lacks, since it has left it, becomes just newer than that, so that leaving is not repeated.
    """
    floor = max(mine.floor, theirs.floor)
    mine, theirs = above_floor(mine, floor), lowered_register(above_floor(theirs, floor), levels)
    if levels and theirs.present and not mine.present:
        theirs = _above(theirs, mine.removed)
    removed = max(mine.removed, theirs.removed)
    united = newest(newer_than(mine.attributes, removed), newer_than(theirs.attributes, removed))
    made = max((one.made for one in (mine, theirs) if one.added > removed), default=NEVER)
    return Register(max(mine.added, theirs.added), removed, united.attributes, made, floor), united.left_out


def _above(register: Register, stamp: Stamp) -> Register:
    """The register with stamps just above `stamp`, where they are not."""
    time = stamp[0] + JUST_AFTER
    values = {
        name: one if one.time >= time else Attribute(one.value, time, one.message_id)
        for name, one in register.attributes.values.items()
    }
    added = max(register.added, (time, register.added[1]))
    return replace(register, added=added, attributes=Attributes(values, register.attributes.size))
