"""Identify: attributes, and the id and email that name a person (customerio_semantics.md 3.2).

An id or email that the person does not have yet is asked for first: the whole call travels to that handle and comes
back with a verdict, while other calls of the person go on. When all verdicts are in, the call is applied.
"""

from typing import Literal, TypeAlias

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attributes, apply
from worker.workspace.changes import (
    AttributeRefused,
    AttributesChanged,
    FailedAttributeChange,
    IdentifiersChanged,
    PersonIdentified,
)
from worker.workspace.keys import EMAIL, PROFILE, attributes_key, email_key, id_key, profile_key
from worker.workspace.messages.calls import Identify, Verdict
from worker.workspace.messages.people import Answer, Ask, Half, Rebind, Release
from worker.workspace.people import groups, linking
from worker.workspace.people.identity import identifiers_of, owns
from worker.workspace.people.ignoring import ignore_deleted, ignore_suppressed
from worker.workspace.people.lineage import CLAIMED, given_up, lowered
from worker.workspace.people.refusals import was_ignored, was_refused, with_ignored, with_refused
from worker.workspace.turn import Turn
from worker.workspace.values.people import PersonAttributes, Profile
from worker.workspace.wire import Stamp

Kind: TypeAlias = Literal["id", "email"]


def process(turn: Turn, profile: Profile, call: Identify) -> None:
    """Apply the call, or first ask for the id and email it names."""
    if (call.email is not None or call.id is not None) and was_ignored(turn, profile, call):
        _give_back(turn, profile, call)  # repeated, it may have asked before it was known that it is ignored
        return
    if call.email is not None and _is_open(turn, profile, "email", call.email, call.email_verdict):
        verdict = _verdict(turn, profile, call, "email", call.email)
        if not verdict:
            return
        if verdict != "kept":
            call = replace(call, email_verdict=verdict)
    if call.id is not None and _is_open(turn, profile, "id", call.id, call.id_verdict):
        verdict = _verdict(turn, profile, call, "id", call.id)
        if not verdict:
            return
        if verdict != "kept":
            call = replace(call, id_verdict=verdict)
    _apply(turn, profile, call)


def _is_open(turn: Turn, profile: Profile, kind: Kind, value: str, verdict: Verdict) -> bool:
    """Whether it is not known if the person gets it; also if it was granted, and was given away since."""
    return not verdict or (verdict == "granted" and not owns(turn, profile, _handle(kind, value)))


def answered(turn: Turn, profile: Profile, got: Answer) -> None:
    """A verdict on the id or email that a call names."""
    call, wanted = got.identify, got.wanted
    verdict: Verdict
    match got.outcome:
        case "suppressed" | "deleted":
            _give_back(turn, profile, call)
            turn.put(profile_key(profile.cio_id), with_ignored(turn, profile, call))
            ignore = ignore_suppressed if got.outcome == "suppressed" else ignore_deleted
            ignore(turn, call.named, call.cause, "identify")
            return
        case "granted":
            profile = _claimed(turn, profile, got)
            verdict = "granted"
        case "taken":
            verdict = "taken"
        case "unclaimed":
            verdict = "not_allowed"
    process(turn, profile, with_verdict(call, wanted, verdict))


def _claimed(turn: Turn, profile: Profile, got: Answer) -> Profile:
    """The handle is the person's, whatever becomes of the call."""
    cio_id, rank, handles = profile.cio_id, max(profile.rank, got.rank), profile.handles
    if got.cio_id != cio_id:  # asked by a profile that was merged into this one meanwhile
        rank = max(profile.rank, got.rank + 1)
        turn.tell(Rebind(to=got.wanted, cause=got.cause, rank=rank, cio_id=cio_id))
    if not owns(turn, profile, got.wanted):
        handles = pages.add(turn, "handles", cio_id, handles, got.wanted, CLAIMED)
    if rank != profile.rank or handles != profile.handles:
        profile = replace(profile, rank=rank, handles=handles)
        turn.put(profile_key(cio_id), profile)
    return profile


def with_verdict(call: Identify, wanted: str, verdict: Verdict) -> Identify:
    """The call with the verdict on the handle `wanted`."""
    if wanted.startswith(EMAIL):
        return replace(call, email_verdict=verdict)
    return replace(call, id_verdict=verdict)


def _verdict(turn: Turn, profile: Profile, call: Identify, kind: Kind, value: str) -> Verdict:
    """Whether the person gets the id or email; empty if the call has left to ask for it."""
    current, decided_at = _current(profile, kind)
    if _same(kind, current, value):
        return "kept"
    handle = _handle(kind, value)
    if current is not None and handle == call.named:
        return "kept"  # somebody merged is named, whose email leads here: that does not ask for a change
    stamp = _stamp(turn, profile, call)
    if stamp <= decided_at or was_refused(turn, profile, handle, stamp):
        return "kept"
    allowed = (
        current is None
        or call.named.startswith(PROFILE)
        or (kind == "email" and turn.settings.allow_email_update_using_id)
    )
    if pages.note(turn, "handles", profile.cio_id, profile.handles, handle) is not None:
        return "granted" if allowed else "not_allowed"
    turn.tell(
        Ask(
            to=handle,
            cause=call.cause,
            wanted=handle,
            asker=profile_key(profile.cio_id),
            cio_id=profile.cio_id,
            rank=profile.rank,
            claim=allowed,
            half=half_of(profile) if turn.settings.auto_merge else "",
            identify=call,
        )
    )
    return ""


def half_of(profile: Profile) -> Half:
    """What the person has, if that is only an id or only an email, and no merge is under way."""
    if profile.promised or (profile.id is None) == (profile.email is None):
        return ""
    return "email" if profile.id is None else "id"


def _handle(kind: Kind, value: str) -> str:
    return id_key(value) if kind == "id" else email_key(value)


def _current(profile: Profile, kind: Kind) -> tuple[str | None, Stamp]:
    """The person's id or email, and the stamp of the call that set it."""
    return (profile.id, profile.id_at) if kind == "id" else (profile.email, profile.email_at)


def _same(kind: Kind, current: str | None, value: str) -> bool:
    """Whether two ids, or two emails however they are written, are one."""
    return current is not None and (current == value or (kind == "email" and email_key(current) == email_key(value)))


def _give_back(turn: Turn, profile: Profile, call: Identify) -> None:
    """Free again what was claimed for a call that is ignored after all."""
    for kind, value in _named(call):
        _unclaim(turn, profile, _handle(kind, value), call)


def _unclaim(turn: Turn, profile: Profile, handle: str, call: Identify) -> None:
    """Free the handle if it was claimed for the call, and is none of the person's otherwise."""
    if _is_claimed(turn, profile, handle):
        pages.discard(turn, "handles", profile.cio_id, profile.handles, handle)
        turn.tell(Release(to=handle, cause=call.cause, rank=profile.rank, cio_id="", until=0))


def _is_claimed(turn: Turn, profile: Profile, handle: str) -> bool:
    return pages.note(turn, "handles", profile.cio_id, profile.handles, handle) == CLAIMED


def _named(call: Identify) -> list[tuple[Kind, str]]:
    named: list[tuple[Kind, str]] = [] if call.id is None else [("id", call.id)]
    if call.email is not None:
        named.append(("email", call.email))
    return named


def _apply(turn: Turn, profile: Profile, call: Identify) -> None:
    """All verdicts are in."""
    before = profile
    key = profile_key(profile.cio_id)
    stamp = _stamp(turn, profile, call)
    profile = _identifiers(turn, profile, call, stamp)
    if profile.id != before.id or profile.email != before.email:
        turn.publish(
            key,
            IdentifiersChanged(
                cause=turn.why(call.cause),
                cio_id=profile.cio_id,
                before=identifiers_of(before),
                after=identifiers_of(profile),
            ),
        )
    if call.attributes:
        _set_attributes(turn, key, profile.cio_id, call, stamp)
    if call.anonymous_id is not None:
        anonymous = linking.link(turn, profile, call.anonymous_id, call.cause, call.at)
        if anonymous != profile.anonymous:
            profile = replace(profile, anonymous=anonymous)
    if not profile.identified:
        profile = replace(profile, identified=True)
        turn.publish(key, PersonIdentified(cause=turn.why(call.cause), cio_id=profile.cio_id))
    if profile is not before:
        turn.put(key, profile)
    if profile.groups:
        groups.process_waiting(turn, profile, call.cause)


def _identifiers(turn: Turn, profile: Profile, call: Identify, stamp: Stamp) -> Profile:
    """The person with the id and email that the call names, as far as it gets them."""
    id_at = profile.id_at
    if id_at < stamp and profile.id is not None and call.named == id_key(profile.id):
        id_at = stamp
    unchanged = call.email is not None and call.email == profile.email and call.id is None
    if unchanged and profile.email_at < stamp:  # most calls repeat the email and name no other id: one copy does
        return replace(profile, id_at=id_at, email_at=stamp)
    if id_at is not profile.id_at:
        profile = replace(profile, id_at=id_at)
    if call.id is not None:
        profile = _take(turn, profile, call, stamp, "id", call.id, call.id_verdict)
    if call.email is not None:
        profile = _take(turn, profile, call, stamp, "email", call.email, call.email_verdict)
    return profile


def _take(
    turn: Turn, profile: Profile, call: Identify, stamp: Stamp, kind: Kind, value: str, verdict: Verdict
) -> Profile:
    """The person with the id or email as the verdict is."""
    current, decided_at = _current(profile, kind)
    handle = _handle(kind, value)
    if verdict in ("", "kept", "granted") and _same(kind, current, value):
        newer = stamp > decided_at and not was_refused(turn, profile, handle, stamp)
        return _with(profile, kind, value, stamp) if newer else profile
    if verdict in ("taken", "not_allowed", "invalid"):
        if was_refused(turn, profile, handle, stamp):
            return profile
        turn.publish(
            profile_key(profile.cio_id),
            FailedAttributeChange(
                cause=turn.why(call.cause),
                cio_id=profile.cio_id,
                attribute=kind,
                value=value,
                reason=verdict,
            ),
        )
        return with_refused(turn, profile, handle, stamp)
    if verdict != "granted":
        return profile
    if stamp <= decided_at:  # a newer call has set another one while this one travelled
        _unclaim(turn, profile, handle, call)
        return profile
    if _is_claimed(turn, profile, handle):  # else it came by a merge, which counts for what was said through it before
        pages.discard(turn, "handles", profile.cio_id, profile.handles, handle)
    profile = _with(profile, kind, value, stamp)
    if current is not None:
        old = _handle(kind, current)
        profile = given_up(turn, profile, old)
        turn.tell(Release(to=old, cause=call.cause, rank=profile.rank, cio_id=profile.cio_id, until=call.at))
    return profile


def _with(profile: Profile, kind: Kind, value: str, stamp: Stamp) -> Profile:
    return replace(profile, id=value, id_at=stamp) if kind == "id" else replace(profile, email=value, email_at=stamp)


def _stamp(turn: Turn, profile: Profile, call: Identify) -> Stamp:
    """When the call was made, for the last writer to win."""
    return lowered(turn, profile, call.via, call.at), call.cause.message_id


def _set_attributes(turn: Turn, key: str, cio_id: str, call: Identify, stamp: Stamp) -> None:
    record_key = attributes_key(cio_id)
    record = turn.find(record_key, PersonAttributes)
    outcome = apply(Attributes() if record is None else record.attributes, call.attributes, stamp)
    if outcome.written:
        turn.put(record_key, PersonAttributes(outcome.attributes))
    why = turn.why(call.cause)
    if outcome.notable:
        turn.publish(
            key,
            AttributesChanged(
                cause=why,
                cio_id=cio_id,
                set=outcome.set,
                removed=outcome.removed,
                before=outcome.before,
                outdated=outcome.outdated,
            ),
        )
    for name in outcome.refused:
        turn.publish(key, AttributeRefused(cause=why, attribute=name, reason="no_room", cio_id=cio_id))
