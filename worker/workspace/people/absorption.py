"""What becomes of a merged person's state: the primary takes over what it lacks."""

from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attributes, differ, fill, newest
from worker.workspace.changes import PersonAbsorbed, RelationshipChanged
from worker.workspace.keys import (
    PROFILE,
    anonymous_key,
    attributes_key,
    object_key,
    profile_key,
    relationship_key,
    split_object_name,
)
from worker.workspace.messages.anonymous import LinkMoved
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import Absorb, Absorbed, AbsorbNames, AbsorbRelationship, AbsorbSeen
from worker.workspace.messages.objects import Join, Leave
from worker.workspace.messages.people import Rebind
from worker.workspace.people import devices, groups, linking, no_room, preferences, refusals
from worker.workspace.people.identity import identifiers_of
from worker.workspace.people.lineage import Passage, lowered_attributes, lowered_stamp, noted, passages, with_theirs
from worker.workspace.registers import Register
from worker.workspace.turn import Turn
from worker.workspace.values.people import PersonAttributes, Profile

SEEN_BYTES: Final = 100
"""Written for each byte of digests: twelve of them write a page."""


def absorb(turn: Turn, profile: Profile, message: Absorb | AbsorbNames | AbsorbSeen | AbsorbRelationship) -> None:
    """Take over a part of a merged person."""
    match message:
        case Absorb():
            _absorb_core(turn, profile, message)
        case AbsorbSeen():
            seen = profile.seen
            for start in range(0, len(message.digests), pages.DIGEST):
                digest = message.digests[start : start + pages.DIGEST]
                seen = pages.add_digest(turn, profile.cio_id, seen, digest) or seen
            turn.put_large(profile_key(profile.cio_id), replace(profile, seen=seen), len(message.digests) * SEEN_BYTES)
        case AbsorbNames() | AbsorbRelationship():
            _absorb_page(turn, profile, message)
        case _:
            assert_never(message)


def _absorb_page(turn: Turn, profile: Profile, message: AbsorbNames | AbsorbRelationship) -> None:
    origin = profile_key(message.origin)
    merges: list[Passage] = []  # of the person itself, restored after a circle of merges, there are none
    if message.origin != profile.cio_id:  # there are several if it came through one who was merged meanwhile
        merges = passages(pages.note(turn, "handles", profile.cio_id, profile.handles, origin))
        if not merges:  # after a circle of merges the Absorb, which goes round more often, may come behind its pages
            turn.send("people", message)
            return
    if isinstance(message, AbsorbNames):
        _absorb_names(turn, profile, message, merges)
    else:
        _absorb_relationship(turn, profile, message, merges)


def _absorb_core(turn: Turn, profile: Profile, absorb: Absorb) -> None:
    before, cio_id = profile, profile.cio_id
    key, record_key = profile_key(cio_id), attributes_key(cio_id)
    record = turn.find(record_key, PersonAttributes)
    passage = Passage(absorb.at, 0 if absorb.promised else profile.level + 1)
    mine = Attributes() if record is None else record.attributes
    theirs = lowered_attributes(absorb.attributes, passage.levels)
    united = newest(mine, theirs) if absorb.promised else fill(mine, theirs)
    ours = united.attributes
    turn.put_large(record_key, PersonAttributes(ours), ours.stored_size)
    if absorb.again:
        turn.tell(Absorbed(to=profile_key(absorb.origin), cause=absorb.cause))
    handles = {**absorb.own_handles, profile_key(absorb.origin): ""}
    profile = _bind(turn, _united(profile, absorb, passage), handles, [passage], absorb.cause)
    turn.put(key, profile)
    shown, shown_before = preferences.shown(ours), preferences.shown(mine)
    turn.publish(
        key,
        PersonAbsorbed(
            cause=turn.why(absorb.cause),
            cio_id=cio_id,
            merged=absorb.origin,
            before=identifiers_of(before),
            after=identifiers_of(profile),
            set={
                name: value
                for name, value in shown.items()
                if ours.values.get(name) is not mine.values.get(name) or differ(shown_before.get(name), value)
            },
            removed=[name for name in shown_before if name not in shown],
            created=profile.created,
        ),
    )
    no_room.tell(turn, cio_id, united.left_out, absorb.cause)
    if profile.identified and profile.groups:
        groups.process_waiting(turn, profile, absorb.cause)


def _united(profile: Profile, absorb: Absorb, passage: Passage) -> Profile:
    """The primary's record, with the id and email that it lacked, and with times, ranks and refusals that suit both."""
    profile = replace(
        profile,
        created=min(profile.created, absorb.created),
        identified=profile.identified or absorb.identified,
        rank=max(profile.rank, absorb.rank) + 1,
        level=max(profile.level, passage.levels + absorb.level),
        promised="" if profile.promised in (absorb.promised, absorb.origin) else profile.promised,
    )
    if profile.id is None and absorb.id is not None:
        profile = replace(profile, id=absorb.id, id_at=lowered_stamp(absorb.id_at, passage.levels))
    if profile.email is None and absorb.email is not None:
        profile = replace(profile, email=absorb.email, email_at=lowered_stamp(absorb.email_at, passage.levels))
    return profile


def _bind(turn: Turn, profile: Profile, handles: dict[str, str], merges: list[Passage], cause: Cause) -> Profile:
    """The handles, with their notes, lead to this person from now on; so do the keys of merged profiles."""
    count = profile.handles
    for handle, note in handles.items():
        count = pages.add(turn, "handles", profile.cio_id, count, handle, noted(note, *merges))
        if not handle.startswith(PROFILE):
            turn.tell(Rebind(to=handle, cause=cause, rank=profile.rank, cio_id=profile.cio_id))
    return replace(profile, handles=count)


def _absorb_names(turn: Turn, profile: Profile, message: AbsorbNames, merges: list[Passage]) -> None:
    """Take over the names, each of which may write a page of its own; what is too much for one decision follows."""
    left = dict(message.names)
    for name, note in message.names.items():
        if turn.full:
            turn.send("people", replace(message, names=left))
            break
        del left[name]
        profile = _absorb_name(turn, profile, message, merges, name, note)
    turn.put(profile_key(profile.cio_id), profile)


def _absorb_name(
    turn: Turn, profile: Profile, message: AbsorbNames, merges: list[Passage], name: str, note: str
) -> Profile:
    match message.kind:
        case "handles" if not merges:
            return replace(profile, handles=pages.add(turn, "handles", profile.cio_id, profile.handles, name, note))
        case "handles":
            return _bind(turn, profile, {name: note}, merges, message.cause)
        case "refused":
            return refusals.absorbed(turn, profile, name, note)
        case "anonymous":
            if merges:
                into = profile.cio_id
                moved = LinkMoved(to=anonymous_key(name), cause=message.cause, cio_id=message.origin, into=into)
                turn.send("anonymous", moved)
            return replace(profile, anonymous=linking.add(turn, profile, name, message.cause))
        case "devices":
            devices.take_over(turn, profile.cio_id, name, message.origin, message.cause)
            return devices.note(turn, profile, name)


def _absorb_relationship(turn: Turn, profile: Profile, message: AbsorbRelationship, merges: list[Passage]) -> None:
    """The primary gets relationships that it lacks (customerio_semantics.md 3.3), and of others what was never said."""
    cio_id, name = profile.cio_id, message.name
    record = relationship_key(cio_id, name)
    known = turn.find(record, Register)
    before = known or Register()
    after, left_out = with_theirs(before, message.relationship, sum(one.levels for one in merges))
    turn.put_large(record, after, after.attributes.stored_size)
    if known is None:
        relationships = pages.add(turn, "relationships", cio_id, profile.relationships, name)
        if relationships != profile.relationships:
            turn.put(profile_key(cio_id), replace(profile, relationships=relationships))
    if before.present or after.present:
        _tell_relationship(turn, cio_id, message, before, after)
    if after.present:
        no_room.tell(turn, cio_id, left_out, message.cause, name)


def _tell_relationship(turn: Turn, cio_id: str, message: AbsorbRelationship, before: Register, after: Register) -> None:
    name, key = message.name, object_key(message.name)
    had, has, mine = before.attributes.shown(), after.attributes.shown(), before.attributes.values
    object_type_id, object_id = split_object_name(name)
    turn.publish(
        profile_key(cio_id),
        RelationshipChanged(
            cause=turn.why(message.cause),
            cio_id=cio_id,
            object_type_id=object_type_id,
            object_id=object_id,
            related=after.present,
            was_related=before.present,
            set={one: value for one, value in has.items() if after.attributes.values[one] is not mine.get(one)},
            removed=[one for one in had if one not in has],
            before={one: value for one, value in had.items() if differ(has.get(one), value)},
            outdated={},
            merged=None if message.origin == cio_id else message.origin,
        ),
    )
    if after.present:
        join = Join(to=key, cause=message.cause, name=name, cio_id=cio_id, added=after.made)
        turn.send("objects", join)
    else:
        turn.send("objects", Leave(to=key, cause=message.cause, name=name, cio_id=cio_id))
