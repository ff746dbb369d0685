"""An identify whose verdicts are in: identifiers, attributes, the anonymous id (customerio_semantics.md 3.2)."""

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attributes, apply
from worker.workspace.changes import (
    AttributesChanged,
    FailedAttributeChange,
    IdentifiersChanged,
    PersonIdentified,
)
from worker.workspace.keys import attributes_key, id_key, profile_key
from worker.workspace.messages.calls import Identify, Verdict, related, used
from worker.workspace.messages.people import Release
from worker.workspace.people import devices, groups, linking, no_room, preferences
from worker.workspace.people.identity import identifiers_of
from worker.workspace.people.lineage import given_up
from worker.workspace.people.naming import Kind, current_of, handle_of, is_claimed, is_same, stamp_of, unclaim
from worker.workspace.people.refusals import was_refused, with_refused
from worker.workspace.turn import Turn
from worker.workspace.values.people import PersonAttributes, Profile
from worker.workspace.wire import Stamp


def apply_call(turn: Turn, profile: Profile, call: Identify) -> None:
    """Apply the call, with the id and email that its verdicts give the person."""
    before = profile
    key = profile_key(profile.cio_id)
    stamp = stamp_of(turn, profile, call)
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
    for relation in call.relations:
        relate = related(relation, key, call.cause, call.at, call.via)
        groups.receive(turn, turn.find(key, Profile) or profile, relate)
    if call.device is not None:
        devices.pass_on(turn, turn.find(key, Profile) or profile, used(call.device, key, call.cause, call.via))


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
    current, decided_at = current_of(profile, kind)
    handle = handle_of(kind, value)
    if verdict in ("", "kept", "granted") and is_same(kind, current, value):
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
        unclaim(turn, profile, handle, call)
        return profile
    if is_claimed(turn, profile, handle):  # else it came by a merge, which counts for what was said through it before
        pages.discard(turn, "handles", profile.cio_id, profile.handles, handle)
    profile = _with(profile, kind, value, stamp)
    if current is not None:
        old = handle_of(kind, current)
        profile = given_up(turn, profile, old)
        turn.tell(Release(to=old, cause=call.cause, rank=profile.rank, cio_id=profile.cio_id, until=call.at))
    return profile


def _with(profile: Profile, kind: Kind, value: str, stamp: Stamp) -> Profile:
    return replace(profile, id=value, id_at=stamp) if kind == "id" else replace(profile, email=value, email_at=stamp)


def _set_attributes(turn: Turn, key: str, cio_id: str, call: Identify, stamp: Stamp) -> None:
    record_key = attributes_key(cio_id)
    record = turn.find(record_key, PersonAttributes)
    before = Attributes() if record is None else record.attributes
    outcome = apply(before, call.attributes, stamp)
    if preferences.concerned(call.attributes):
        preferences.tell(before, outcome)
    if outcome.written:
        turn.put_large(record_key, PersonAttributes(outcome.attributes), outcome.attributes.stored_size)
    if outcome.notable:
        turn.publish(
            key,
            AttributesChanged(
                cause=turn.why(call.cause),
                cio_id=cio_id,
                set=outcome.set,
                removed=outcome.removed,
                before=outcome.before,
                outdated=outcome.outdated,
            ),
        )
    no_room.tell(turn, cio_id, outcome.refused, call.cause)
