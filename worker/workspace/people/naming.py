"""The id and the email of a person beside those that a call names."""

from typing import Literal, TypeAlias

from worker.workspace import pages
from worker.workspace.keys import email_key, id_key
from worker.workspace.messages.calls import Identify
from worker.workspace.messages.people import Release
from worker.workspace.people.lineage import CLAIMED, lowered
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile
from worker.workspace.wire import Stamp

Kind: TypeAlias = Literal["id", "email"]


def handle_of(kind: Kind, value: str) -> str:
    """The key of the handle that the id or email is."""
    return id_key(value) if kind == "id" else email_key(value)


def current_of(profile: Profile, kind: Kind) -> tuple[str | None, Stamp]:
    """The person's id or email, and the stamp of the call that set it."""
    return (profile.id, profile.id_at) if kind == "id" else (profile.email, profile.email_at)


def is_same(kind: Kind, current: str | None, value: str) -> bool:
    """Whether two ids, or two emails however they are written, are one."""
    return current is not None and (current == value or (kind == "email" and email_key(current) == email_key(value)))


def unclaim(turn: Turn, profile: Profile, handle: str, call: Identify) -> None:
    """Free the handle if it was claimed for the call, and is none of the person's otherwise."""
    if is_claimed(turn, profile, handle):
        pages.discard(turn, "handles", profile.cio_id, profile.handles, handle)
        turn.tell(Release(to=handle, cause=call.cause, rank=profile.rank, cio_id="", until=0))


def is_claimed(turn: Turn, profile: Profile, handle: str) -> bool:
    """Whether the handle was granted for a call that is not applied yet."""
    return pages.note(turn, "handles", profile.cio_id, profile.handles, handle) == CLAIMED


def stamp_of(turn: Turn, profile: Profile, call: Identify) -> Stamp:
    """When the call was made, for the newest one to win."""
    return lowered(turn, profile, call.via, call.at), call.cause.message_id
