"""The decisions of table anonymous."""

from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace.anonymous import links
from worker.workspace.anonymous.flushing import begin, flush, receive
from worker.workspace.changes import AnonymousLinked, AnonymousRelinked, AnonymousUnlinked
from worker.workspace.effects import Effect, Place, State
from worker.workspace.facts import with_gone, with_merged
from worker.workspace.keys import anonymous_key, profile_key
from worker.workspace.messages.anonymous import AnonymousMessage, ContinueFlush, Link, LinkMoved, Under, Unlink
from worker.workspace.messages.people import Disown
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.anonymous import Anonymous, AnonymousValue

_PREFIX_LENGTH: Final = len(anonymous_key(""))
_NEW: Final = Anonymous()


def decide_anonymous(
    state: State[AnonymousValue], message: AnonymousMessage, place: Place, settings: WorkspaceSettings
) -> list[Effect]:
    """What a message does to an anonymousId."""
    turn = Turn(state, place, settings)
    key = message.to
    name = key[_PREFIX_LENGTH:]
    before = turn.find(key, Anonymous) or _NEW
    match message:
        case Under():
            after = receive(turn, before, name, message)
        case Link():
            after = _link(turn, before, name, message)
        case LinkMoved():
            after = _settled(replace(before, facts=with_merged(before.facts, message.cio_id, message.into)))
        case Unlink():
            after = _unlink(turn, before, name, message)
        case ContinueFlush():
            after = flush(turn, before, key, name, message.cause)
        case _:
            assert_never(message)
    if after is not before:
        turn.put(key, after)
    return turn.effects()


def _link(turn: Turn, anonymous: Anonymous, name: str, link: Link) -> Anonymous:
    cio_id = anonymous.facts.who(link.cio_id)
    stamp = (link.at, link.cause.message_id)
    if links.continues(anonymous.links, cio_id, stamp):  # most often it is the same person again
        anonymous = replace(anonymous, links=links.continued(anonymous.links, stamp))
        return _flushed(turn, anonymous, name, link) if anonymous.waiting else anonymous
    origin = "" if link.cio_id == cio_id else link.cio_id
    linked, shift = links.linked(anonymous.links, cio_id, stamp, origin)
    before, anonymous = anonymous, _settled(replace(anonymous, links=linked))
    _tell(turn, name, link, cio_id, before, anonymous, shift)
    if shift is not None and turn.settings.anonymous_merge:
        for holder in anonymous.facts.names(shift.previous):
            disown = Disown(
                to=profile_key(holder),
                cause=link.cause,
                anonymous_id=name,
                since=shift.since,
                until=shift.until,
                owner=cio_id,
                merged=holder != shift.previous,
            )
            turn.send("people", disown)
    return _flushed(turn, anonymous, name, link)


def _flushed(turn: Turn, anonymous: Anonymous, name: str, link: Link) -> Anonymous:
    if not anonymous.waiting:
        return anonymous
    under_way = anonymous.flushing
    anonymous = begin(anonymous, link.cause.arrived, events=turn.settings.anonymous_merge)
    return anonymous if under_way else flush(turn, anonymous, link.to, name, link.cause)


def _tell(
    turn: Turn,
    name: str,
    link: Link,
    cio_id: str,
    before: Anonymous,
    after: Anonymous,
    shift: links.Shift | None,
) -> None:
    """Publish whose the anonymousId is, if that is any different."""
    spans = links.spans(after.links)
    if spans == links.spans(before.links):
        return
    why = turn.why(link.cause)
    now = links.current(after.links) or None
    others = [one.cio_id for one in before.links if one.cio_id != cio_id and one.gone_at is None]
    if not others:
        turn.publish(
            link.to,
            AnonymousLinked(cause=why, anonymous_id=name, cio_id=cio_id, at=link.at, linked_to=now, links=spans),
        )
        return
    previous = shift.previous if shift is not None else others[-1]
    turn.publish(
        link.to,
        AnonymousRelinked(
            cause=why,
            anonymous_id=name,
            cio_id=cio_id,
            at=link.at,
            linked_to=now,
            links=spans,
            previous=previous,
        ),
    )


def _unlink(turn: Turn, anonymous: Anonymous, name: str, unlink: Unlink) -> Anonymous:
    """The person is gone; what came before that is forgotten with it, and the anonymousId may be linked anew."""
    after = _settled(replace(anonymous, facts=with_gone(anonymous.facts, unlink.cio_id, unlink.at)))
    if after.links != anonymous.links:
        turn.publish(
            unlink.to,
            AnonymousUnlinked(
                cause=turn.why(unlink.cause),
                anonymous_id=name,
                cio_id=unlink.cio_id,
                linked_to=links.current(after.links) or None,
                links=links.spans(after.links),
            ),
        )
    return after


def _settled(anonymous: Anonymous) -> Anonymous:
    """The anonymousId with its links under the present names of their people."""
    facts = anonymous.facts
    settled = []
    for one in anonymous.links:
        who = facts.who(one.cio_id)
        gone_at = facts.gone.get(who) if one.gone_at is None else one.gone_at
        origin = one.origin if who == one.cio_id else one.origin or one.cio_id
        settled.append(replace(one, cio_id=who, gone_at=gone_at, origin=origin))
    return replace(anonymous, links=settled)
