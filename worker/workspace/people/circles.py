"""Merges that run in a circle.

Merges at the same time may: A into B, B into C, C into A, each decided before it knew of the others.
Then nobody of them is left to absorb, and each one's Absorb comes back to where it began. That profile notes that it is
`home` and sends the Absorb round `again`. A profile that is home, as long as its own Absorb is on its way, marks the
passing Absorb of a higher cio_id as `outdone`; that one begins another round when it comes back. One that comes back
again and is not outdone makes its profile a person again, who then absorbs all the others as they come by. (If two
would come back so, the second meets the first, who is a person by then.)
"""

from msgspec.structs import replace

from worker.workspace.changes import PersonRestored
from worker.workspace.keys import attributes_key, profile_key
from worker.workspace.messages.merging import Absorb
from worker.workspace.turn import Turn
from worker.workspace.values.people import Merged, PersonAttributes, Profile


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
        turn.tell(replace(absorb, to=to, again=True, outdone=False))
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
            level=absorb.level,
            identified=absorb.identified,
            id=absorb.id,
            id_at=absorb.id_at,
            email=absorb.email,
            email_at=absorb.email_at,
            anonymous=merged.anonymous,
            devices=merged.devices,
            relationships=merged.relationships,
            groups=merged.groups,
        ),
    )
    turn.put_large(attributes_key(cio_id), PersonAttributes(absorb.attributes), absorb.attributes.stored_size)
    turn.publish(key, PersonRestored(cause=turn.why(absorb.cause), cio_id=cio_id))
