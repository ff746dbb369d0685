"""Who somebody is: new profiles, and which handles lead to a profile."""

from hashlib import blake2b
from typing import Final

from worker.workspace import pages
from worker.workspace.changes import Identifiers, PersonCreated
from worker.workspace.effects import Place
from worker.workspace.keys import EMAIL, ID, email_key, id_key, profile_key
from worker.workspace.messages.cause import Cause
from worker.workspace.registers import NEVER
from worker.workspace.turn import Turn
from worker.workspace.values.people import Gone, Profile
from worker.workspace.wire import Stamp

MADE: Final[Stamp] = (-1e10, "")
"""The stamp of an id or email that no identify has set: all may change it but those from before a merge (lineage)."""


def new_cio_id(place: Place, handle: str, rank: int, cause: Cause) -> str:
    """The cio_id of the person of `rank` that `cause` makes at `handle`: the partition in four hex digits, then a hash.

    The same event makes the same cio_id however often it is decided. It makes another one, since the rank is higher,
    where its person was deleted, by a deletion of an earlier time that came late, while it was still under way.
    """
    told = f"{handle}\0{rank}\0{cause.message_id}\0{cause.topic}\0{cause.partition}\0{cause.offset}"
    return f"{place.digits}{blake2b(told.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def create(
    turn: Turn, cio_id: str, cause: Cause, at: float, rank: int, *, id: str | None = None, email: str | None = None
) -> Profile:
    """A new person, whom a call of time `at` named so."""
    id_at, email_at = NEVER if id is None else MADE, NEVER if email is None else MADE
    profile = Profile(cio_id, at, id=id, id_at=id_at, email=email, email_at=email_at, rank=rank)
    key = profile_key(cio_id)
    turn.put(key, profile)
    turn.publish(
        key, PersonCreated(cause=turn.why(cause), cio_id=cio_id, identifiers=identifiers_of(profile), created=at)
    )
    return profile


def create_at(turn: Turn, cio_id: str, handle: str, cause: Cause, at: float, rank: int) -> Profile:
    """A new person whom nothing names but `handle`. (An identify then says how the email is written.)"""
    if handle.startswith(ID):
        return create(turn, cio_id, cause, at, rank, id=handle[len(ID) :])
    return create(turn, cio_id, cause, at, rank, email=handle[len(EMAIL) :])


def identifiers_of(profile: Profile) -> Identifiers:
    """What names the person, for a change."""
    return Identifiers(profile.id, profile.email)


def is_own(profile: Profile, handle: str) -> bool:
    """Whether `handle` is the person's present id or email."""
    if handle.startswith(ID):
        return handle[len(ID) :] == profile.id
    return profile.email is not None and handle == email_key(profile.email)


def owns(turn: Turn, profile: Profile, handle: str) -> bool:
    """Whether `handle` (or, as a profile's key, somebody merged) leads to the person."""
    return is_own(profile, handle) or pages.note(turn, "handles", profile.cio_id, profile.handles, handle) is not None


def own_handles(person: Profile | Gone) -> list[str]:
    """The person's id and email as handles."""
    handles = [] if person.id is None else [id_key(person.id)]
    if person.email is not None:
        handles.append(email_key(person.email))
    return handles
