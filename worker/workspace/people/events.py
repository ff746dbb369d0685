"""What a person did: each event once, however often it is delivered."""

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.changes import EventReceived, EventsMoved
from worker.workspace.keys import profile_key
from worker.workspace.messages.calls import Event
from worker.workspace.messages.people import Disown
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def receive(turn: Turn, profile: Profile, event: Event) -> None:
    """Publish the event, unless it was received before: by the profile itself, if it was addressed to that."""
    cio_id = profile.cio_id
    key = event.to
    if not event.counted:
        seen = pages.add_digest(turn, cio_id, profile.seen, pages.digest_of(event.kind, event.name, event.id))
        if seen is None:
            return
        if seen != profile.seen:
            turn.put(key, replace(profile, seen=seen))
    turn.publish(
        key,
        EventReceived(
            cause=turn.why(event.cause),
            cio_id=cio_id,
            event_type=event.kind,
            name=event.name,
            id=event.id,
            timestamp=event.timestamp,
            attributes=event.attributes,
            at=event.at,
            anonymous_id=event.anonymous_id or None,
        ),
    )


def disown(turn: Turn, cio_id: str, message: Disown) -> None:
    """Say whose the events under an anonymousId really are."""
    turn.publish(
        profile_key(cio_id),
        EventsMoved(
            cause=turn.why(message.cause),
            cio_id=cio_id,
            anonymous_id=message.anonymous_id,
            since=message.since,
            until=message.until,
            owner=message.owner,
        ),
    )
