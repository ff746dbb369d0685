"""Who may have an id or email that is somebody's (customerio_semantics.md 3.2)."""

from msgspec.structs import replace

from worker.workspace.changes import IdentifiersChanged
from worker.workspace.keys import ID, id_key, profile_key
from worker.workspace.messages.people import Ask, Release
from worker.workspace.people import halves
from worker.workspace.people.answers import answer
from worker.workspace.people.identity import identifiers_of
from worker.workspace.people.lineage import given_up
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def asked(turn: Turn, profile: Profile, ask: Ask) -> None:
    """Somebody asks for a handle of this person."""
    if ask.cio_id == profile.cio_id:
        turn.tell(answer(ask, "granted", profile.cio_id, profile.rank))
    elif not ask.claim:
        turn.tell(answer(ask, "unclaimed"))
    elif not ask.asker.startswith(ID):
        halves.offer(turn, profile, ask)
    elif _gets_id(turn, profile, ask):
        turn.tell(answer(ask, "granted", profile.cio_id, profile.rank))
    else:
        turn.tell(answer(ask, "taken"))


def _gets_id(turn: Turn, profile: Profile, ask: Ask) -> bool:
    """Give the person the unknown id that was named with its email, if it has none or may be renamed."""
    new_id, current = ask.asker[len(ID) :], profile.id
    if current == new_id:
        return True
    stamp = (ask.identify.at, ask.cause.message_id)
    if profile.promised or (current is not None and (turn.settings.on_id_conflict == "fail" or stamp <= profile.id_at)):
        return False
    renamed = replace(profile, id=new_id, id_at=stamp, rank=max(profile.rank, ask.rank))
    key = profile_key(profile.cio_id)
    turn.put(key, renamed)
    turn.publish(
        key,
        IdentifiersChanged(
            cause=turn.why(ask.cause),
            cio_id=profile.cio_id,
            before=identifiers_of(profile),
            after=identifiers_of(renamed),
        ),
    )
    if current is not None:
        old = id_key(current)
        turn.put(key, given_up(turn, renamed, old))
        turn.tell(Release(to=old, cause=ask.cause, rank=renamed.rank, cio_id=profile.cio_id, until=ask.identify.at))
    return True
