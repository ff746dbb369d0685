"""auto_merge: a person with only an id and a person with only an email, named together, are one.

(customerio_semantics.md 3.2, case 6b.) Both must be halves still when they are merged, so: the profile that is asked
for its handle promises itself to the asker and offers; the asker, if it is a half still, merges itself into the
offering profile if that is the older one, or promises itself and has the other merged into it. A profile that has
promised itself gives itself to nobody else meanwhile.
"""

from typing import Literal

from msgspec.structs import replace

from worker.workspace.keys import EMAIL, profile_key
from worker.workspace.messages.merging import MergeInto
from worker.workspace.messages.people import Ask, Declined, Halves
from worker.workspace.people import identify, merging
from worker.workspace.people.answers import answer
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def offer(turn: Turn, profile: Profile, ask: Ask) -> None:
    """Another profile asks for a handle of this one."""
    repeated = profile.promised == ask.cio_id  # by another call, while the merge is under way
    if not repeated:
        if not ask.half or {ask.half, identify.half_of(profile)} != {"id", "email"}:
            turn.tell(answer(ask, "taken"))
            return
        turn.put(profile_key(profile.cio_id), replace(profile, promised=ask.cio_id))
    turn.tell(
        Halves(
            to=ask.asker,
            cause=ask.cause,
            wanted=ask.wanted,
            asker=ask.cio_id,
            other=profile.cio_id,
            created=profile.created,
            identify=ask.identify,
        )
    )


def offered(turn: Turn, profile: Profile, halves: Halves) -> None:
    """Another profile offers to merge."""
    call = halves.identify
    half = identify.half_of(profile)
    lacks: Literal["id", "email"] = "email" if halves.wanted.startswith(EMAIL) else "id"
    if halves.other == profile.cio_id:  # the asker was merged into this one meanwhile
        identify.process(turn, merging.unpromised(turn, profile, profile.promised), call)
    elif profile.promised == halves.other:
        _accept(turn, profile, halves, lacks)
    elif not half or half == lacks:
        turn.tell(Declined(to=profile_key(halves.other), cause=halves.cause, promised=halves.asker))
        identify.process(turn, profile, identify.with_verdict(call, halves.wanted, "taken"))
    elif (halves.created, halves.other) < (profile.created, profile.cio_id):
        merging.dissolve(turn, profile, halves.other, halves.cause, call.at, halves.asker)
        turn.tell(replace(call, to=profile_key(halves.other)))
    else:
        turn.put(profile_key(profile.cio_id), replace(profile, promised=halves.other))
        _accept(turn, profile, halves, lacks)


def _accept(turn: Turn, profile: Profile, halves: Halves, lacks: Literal["id", "email"]) -> None:
    """Have the other half merged into this one; if it is already, the message comes back with the call."""
    turn.tell(
        MergeInto(
            to=profile_key(halves.other),
            cause=halves.cause,
            at=halves.identify.at,
            target=profile.cio_id,
            primary=halves.identify.named,
            secondary=halves.wanted,
            half=lacks,
            promised=halves.other,
            identify=halves.identify,
        )
    )


def declined(turn: Turn, profile: Profile, message: Declined) -> None:
    """The asker is no half any more."""
    merging.unpromised(turn, profile, message.promised)
