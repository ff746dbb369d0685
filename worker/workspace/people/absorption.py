"""What becomes of a merged person's state: the primary takes over what it lacks.

Merges at the same time may run in a circle: A into B, B into C, C into A, each decided before it knew of the others.
Then nobody of them is left to absorb, and each one's Absorb comes back to where it began. That profile notes that it is
`home` and sends the Absorb round `again`. A profile that is home marks the passing Absorb of a higher cio_id as
`outdone`. One that comes back a second time and is not outdone makes its profile a person again, who then absorbs all
the others as they come by. (If two would come back so, the second meets the first, who is a person by then.)
"""

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attributes, fill
from worker.workspace.changes import PersonAbsorbed, PersonRestored, RelationshipChanged
from worker.workspace.keys import (
    anonymous_key,
    attributes_key,
    email_key,
    id_key,
    object_key,
    profile_key,
    relationship_key,
    split_object_name,
)
from worker.workspace.messages.anonymous import LinkMoved
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import Join
from worker.workspace.messages.people import Absorb, AbsorbNames, AbsorbRelationship, AbsorbSeen, Rebind
from worker.workspace.people import devices, groups, linking
from worker.workspace.people.identity import identifiers_of
from worker.workspace.registers import Register
from worker.workspace.turn import Turn
from worker.workspace.values.people import Merged, PersonAttributes, Profile


def absorb(turn: Turn, profile: Profile, message: Absorb | AbsorbNames | AbsorbSeen | AbsorbRelationship) -> None:
    """Take over a part of a merged person."""
    match message:
        case Absorb():
            _absorb_core(turn, profile, message)
        case AbsorbNames():
            _absorb_names(turn, profile, message)
        case AbsorbSeen():
            seen = profile.seen
            for start in range(0, len(message.digests), pages.DIGEST):
                digest = message.digests[start : start + pages.DIGEST]
                seen = pages.add_digest(turn, profile.cio_id, seen, digest) or seen
            turn.put(profile_key(profile.cio_id), replace(profile, seen=seen))
        case AbsorbRelationship():
            _absorb_relationship(turn, profile, message)


def pass_on(turn: Turn, merged: Merged, absorb: Absorb) -> None:
    """An Absorb reaches somebody who is merged."""
    to = profile_key(merged.into)
    if absorb.origin != merged.cio_id:
        outdone = absorb.outdone or (merged.home and merged.cio_id < absorb.origin)
        turn.tell(replace(absorb, to=to, outdone=outdone))
    elif not merged.home:
        turn.put(profile_key(merged.cio_id), replace(merged, home=True))
        turn.tell(replace(absorb, to=to, again=True))
    elif not absorb.again or absorb.outdone:
        turn.tell(replace(absorb, to=to))
    else:
        _restore(turn, merged, absorb)


def _restore(turn: Turn, merged: Merged, absorb: Absorb) -> None:
    """Everybody of a circle is merged; this one stays. What it has not sent on yet it keeps."""
    cio_id = merged.cio_id
    key = profile_key(cio_id)
    turn.put(
        key,
        Profile(
            cio_id,
            absorb.created,
            rank=absorb.rank,
            identified=absorb.identified,
            id=absorb.id,
            id_at=absorb.id_at,
            email=absorb.email,
            email_at=absorb.email_at,
            refused=absorb.refused,
            anonymous=merged.anonymous,
            devices=merged.devices,
            relationships=merged.relationships,
            groups=merged.groups,
        ),
    )
    turn.put(attributes_key(cio_id), PersonAttributes(absorb.attributes))
    turn.publish(key, PersonRestored(cause=turn.why(absorb.cause), cio_id=cio_id))


def _absorb_core(turn: Turn, profile: Profile, absorb: Absorb) -> None:
    before = profile
    cio_id = profile.cio_id
    key = profile_key(cio_id)
    record_key = attributes_key(cio_id)
    record = turn.find(record_key, PersonAttributes)
    outcome = fill(Attributes() if record is None else record.attributes, absorb.attributes)
    turn.put(record_key, PersonAttributes(outcome.attributes))
    profile = replace(
        profile,
        created=min(profile.created, absorb.created),
        identified=profile.identified or absorb.identified,
        rank=max(profile.rank, absorb.rank) + 1,
        promised="" if profile.promised == absorb.promised else profile.promised,
        refused={**absorb.refused, **profile.refused},
    )
    if profile.id is None and absorb.id is not None:
        profile = replace(profile, id=absorb.id, id_at=absorb.id_at)
    if profile.email is None and absorb.email is not None:
        profile = replace(profile, email=absorb.email, email_at=absorb.email_at)
    handles = [] if absorb.id is None else [id_key(absorb.id)]
    if absorb.email is not None:
        handles.append(email_key(absorb.email))
    profile = _bind(turn, profile, handles, absorb.cause)
    merged_key = profile_key(absorb.origin)
    profile = replace(profile, handles=pages.add(turn, "handles", cio_id, profile.handles, merged_key, "merged"))
    turn.put(key, profile)
    turn.publish(
        key,
        PersonAbsorbed(
            cause=turn.why(absorb.cause),
            cio_id=cio_id,
            merged=absorb.origin,
            before=identifiers_of(before),
            after=identifiers_of(profile),
            set=outcome.set,
        ),
    )
    if profile.identified and profile.groups:
        groups.process_waiting(turn, profile, absorb.cause)


def _bind(turn: Turn, profile: Profile, handles: list[str], cause: Cause) -> Profile:
    """The handles lead to this person from now on."""
    count = profile.handles
    for handle in handles:
        count = pages.add(turn, "handles", profile.cio_id, count, handle, "merged")
        turn.tell(Rebind(to=handle, cause=cause, rank=profile.rank, cio_id=profile.cio_id))
    return replace(profile, handles=count)


def _absorb_names(turn: Turn, profile: Profile, message: AbsorbNames) -> None:
    if message.kind == "handles":
        own_key = profile_key(profile.cio_id)
        handles = [name for name in message.names if not name.startswith("cio:")]
        profile = _bind(turn, profile, handles, message.cause)
        for name in message.names:
            if name.startswith("cio:") and name != own_key:
                count = pages.add(turn, "handles", profile.cio_id, profile.handles, name, "merged")
                profile = replace(profile, handles=count)
    elif message.kind == "anonymous":
        for name in message.names:
            profile = replace(profile, anonymous=linking.add(turn, profile, name, message.cause))
            key = anonymous_key(name)
            moved = LinkMoved(to=key, cause=message.cause, cio_id=message.origin, into=profile.cio_id)
            turn.send("anonymous", key, moved)
    else:
        for token in message.names:
            devices.take_over(turn, profile.cio_id, token, message.origin, message.cause)
    turn.put(profile_key(profile.cio_id), profile)


def _absorb_relationship(turn: Turn, profile: Profile, message: AbsorbRelationship) -> None:
    """A relationship that the primary has stays as it is there (customerio_semantics.md 3.3)."""
    cio_id, name, theirs = profile.cio_id, message.name, message.relationship
    record = relationship_key(cio_id, name)
    mine = turn.find(record, Register) or Register()
    if mine.present or theirs.added <= mine.removed:
        return
    turn.put(record, Register(theirs.added, max(mine.removed, theirs.removed), theirs.attributes))
    relationships = pages.add(turn, "relationships", cio_id, profile.relationships, name)
    if relationships != profile.relationships:
        turn.put(profile_key(cio_id), replace(profile, relationships=relationships))
    object_type_id, object_id = split_object_name(name)
    turn.publish(
        profile_key(cio_id),
        RelationshipChanged(
            cause=turn.why(message.cause),
            cio_id=cio_id,
            object_type_id=object_type_id,
            object_id=object_id,
            related=True,
            was_related=False,
            set=theirs.attributes.shown(),
            removed=[],
            before={},
            outdated={},
        ),
    )
    key = object_key(name)
    turn.send("objects", key, Join(to=key, cause=message.cause, name=name, cio_id=cio_id, added=theirs.added))
