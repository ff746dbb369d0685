"""The anonymousIds of a person."""

from worker.workspace import pages
from worker.workspace.changes import AnonymousIdAdded
from worker.workspace.junk import is_junk
from worker.workspace.keys import anonymous_key, profile_key
from worker.workspace.messages.anonymous import Link
from worker.workspace.messages.cause import Cause
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def link(turn: Turn, profile: Profile, anonymous_id: str, cause: Cause, at: float) -> int:
    """Link the anonymousId to the person, at time `at`; returns how many pages of them the person has then.

    A junk id stands for nobody and is not linked, also where the workspace takes it for a userId. What waits under the
    id follows, and later calls that name the same id tell again that it is the person's: somebody else may have been
    identified with it in between.
    """
    if is_junk(anonymous_id):
        return profile.anonymous
    turn.send("anonymous", Link(to=anonymous_key(anonymous_id), cause=cause, at=at, cio_id=profile.cio_id))
    return add(turn, profile, anonymous_id, cause)


def add(turn: Turn, profile: Profile, anonymous_id: str, cause: Cause) -> int:
    """Count the anonymousId among the person's; returns how many pages of them the person has then."""
    cio_id = profile.cio_id
    if pages.note(turn, "anonymous", cio_id, profile.anonymous, anonymous_id) is not None:
        return profile.anonymous
    turn.publish(profile_key(cio_id), AnonymousIdAdded(cause=turn.why(cause), cio_id=cio_id, anonymous_id=anonymous_id))
    return pages.add(turn, "anonymous", cio_id, profile.anonymous, anonymous_id)
