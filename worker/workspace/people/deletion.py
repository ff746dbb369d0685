"""Deletion and suppression (customerio_semantics.md 7): everything about the person is forgotten.

What was said at a time up to the deletion's stays forgotten (docs/workspace.md); the handles remember that time.
"""

from worker.workspace.changes import PersonDeleted
from worker.workspace.keys import attributes_key, profile_key
from worker.workspace.messages.calls import Erase
from worker.workspace.people.gone import end_handles, forget_handles, forget_pages
from worker.workspace.people.identity import identifiers_of
from worker.workspace.turn import Turn
from worker.workspace.values.people import Gone, Profile


def erase(turn: Turn, profile: Profile, call: Erase) -> None:
    """Delete or suppress the person; somebody who is there needs no unsuppressing."""
    if call.action == "unsuppress":
        return
    cio_id = profile.cio_id
    key = profile_key(cio_id)
    suppressed = call.action == "suppress"
    turn.publish(
        key,
        PersonDeleted(
            cause=turn.why(call.cause), cio_id=cio_id, identifiers=identifiers_of(profile), suppressed=suppressed
        ),
    )
    turn.delete(attributes_key(cio_id))
    gone = Gone(
        cio_id,
        call.at,
        call.at if suppressed else None,
        profile.rank,
        id=profile.id,
        email=profile.email,
        handles=profile.handles,
        anonymous=profile.anonymous,
        devices=profile.devices,
        relationships=profile.relationships,
        seen=profile.seen,
        refused=profile.refused,
        groups=profile.groups,
    )
    if suppressed:
        end_handles(turn, gone, call.at, call.cause)
    else:
        gone = forget_handles(turn, gone, call.at, call.cause)
    forget_pages(turn, gone, call.cause)
