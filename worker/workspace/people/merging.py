"""Merges of two people (customerio_semantics.md 3.3).

The primary's profile has the secondary's handle asked; the secondary's profile gives itself up at once, leaves behind
where it went, and sends what it was to the primary. So a person is never in two places, and nobody waits.
"""

from typing import Literal

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import Attributes
from worker.workspace.changes import MergeRefused, PersonMerged
from worker.workspace.junk import is_junk
from worker.workspace.keys import ID, PROFILE, attributes_key, profile_key
from worker.workspace.messages.calls import Merge
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import Absorb, AbsorbNames, AbsorbSeen, MergeAnswer, MergeInto
from worker.workspace.people import identify, linking
from worker.workspace.people.answers import merge_answer
from worker.workspace.people.identity import own_handles, owns
from worker.workspace.people.ignoring import ignore_deleted, ignore_suppressed
from worker.workspace.people.lineage import passages_of
from worker.workspace.people.merged import move_pages
from worker.workspace.people.refusals import merge_of, was_refused, with_refused
from worker.workspace.turn import Turn
from worker.workspace.values.people import Merged, PersonAttributes, Profile


def refusal(turn: Turn, merge: Merge) -> Literal["itself", "junk_identifier"] | None:
    """Why a merge is refused whoever it names."""
    if merge.primary == merge.secondary:
        return "itself"
    named = merge.secondary
    if named.startswith(ID) and is_junk(named[len(ID) :]) and not turn.settings.allow_junk_identifiers:
        return "junk_identifier"
    return None


def start(turn: Turn, profile: Profile, merge: Merge) -> None:
    """Merge somebody into this person."""
    if was_refused(turn, profile, merge_of(merge.secondary), (merge.at, merge.cause.message_id)):
        return
    reason = refusal(turn, merge)
    if reason is not None:
        _refuse(turn, profile, merge, reason)
        return
    into = MergeInto(
        to=merge.secondary,
        cause=merge.cause,
        at=merge.at,
        target=profile.cio_id,
        primary=merge.primary,
        secondary=merge.secondary,
    )
    if merge.secondary == merge.to or owns(turn, profile, merge.secondary):
        _into_itself(turn, profile, into)
    else:
        turn.tell(into)


def merge_into(turn: Turn, profile: Profile, into: MergeInto) -> None:
    """Merge the person into another."""
    if into.promised == profile.cio_id:  # the merge that it has promised itself for comes, or falls through
        profile = unpromised(turn, profile, profile.promised)
    if into.target == profile.cio_id or owns(turn, profile, profile_key(into.target)):
        if into.identify is None:
            _into_itself(turn, profile, into)
        else:
            identify.process(turn, unpromised(turn, profile, into.promised), into.identify)
    elif into.half and identify.half_of(profile) != into.half:
        turn.tell(merge_answer(into, "declined"))
    else:
        dissolve(turn, profile, into.target, into.cause, into.at, into.promised)
        if into.identify is not None:
            turn.tell(replace(into.identify, to=profile_key(into.target)))


def answered(turn: Turn, profile: Profile, got: MergeAnswer) -> None:
    """Nobody was merged into this person."""
    if got.identify is not None:
        profile = unpromised(turn, profile, got.promised)
        call = got.identify
        if got.outcome == "declined":
            call = identify.with_verdict(call, got.secondary, "taken")
        identify.process(turn, profile, call)  # without a verdict it asks again: the other half is gone
        return
    match got.outcome:
        case "unknown" if got.secondary.startswith(ID) and not is_junk(name := got.secondary[len(ID) :]):
            anonymous = linking.link(turn, profile, name, got.cause, got.at)  # of its alias (segment_actions.md 4.5)
            profile = replace(profile, anonymous=anonymous)
            stamp = (got.at, got.cause.message_id)
            turn.put(profile_key(profile.cio_id), with_refused(turn, profile, merge_of(got.secondary), stamp))
        case "unknown":
            _refuse(turn, profile, got, "unknown_secondary")
        case "suppressed":
            ignore_suppressed(turn, got.primary, got.cause, "merge")
        case "deleted" | "declined":
            ignore_deleted(turn, got.primary, got.cause, "merge")


def unpromised(turn: Turn, profile: Profile, promised: str) -> Profile:
    """The profile without its promise to `promised`."""
    if profile.promised == promised:
        profile = replace(profile, promised="")
        turn.put(profile_key(profile.cio_id), profile)
    return profile


def dissolve(turn: Turn, profile: Profile, target: str, cause: Cause, at: float, promised: str) -> None:
    """Give this person up: what it was becomes the target's."""
    cio_id = profile.cio_id
    own = own_handles(profile)
    turn.tell(_absorb(turn, profile, own, target, cause, at, promised))
    _move_known(turn, profile, own, target, cause)
    turn.delete(attributes_key(cio_id))
    key = profile_key(cio_id)
    turn.publish(key, PersonMerged(cause=turn.why(cause), cio_id=cio_id, into=target))
    merged = Merged(
        cio_id,
        target,
        anonymous=profile.anonymous,
        devices=profile.devices,
        relationships=profile.relationships,
        groups=profile.groups,
    )
    turn.put(key, merged)
    move_pages(turn, merged, cause)


def _absorb(
    turn: Turn, profile: Profile, own: list[str], target: str, cause: Cause, at: float, promised: str
) -> Absorb:
    """What the person is, but for what is in pages; `own` are the handles of its id and email."""
    cio_id = profile.cio_id
    record = turn.find(attributes_key(cio_id), PersonAttributes)
    return Absorb(
        to=profile_key(target),
        cause=cause,
        at=at,
        origin=cio_id,
        promised=promised,
        again=False,
        outdone=False,
        rank=profile.rank,
        level=profile.level,
        created=profile.created,
        identified=profile.identified,
        id=profile.id,
        id_at=profile.id_at,
        email=profile.email,
        email_at=profile.email_at,
        own_handles={handle: pages.note(turn, "handles", cio_id, profile.handles, handle) or "" for handle in own},
        attributes=Attributes() if record is None else record.attributes,
    )


def _move_known(turn: Turn, profile: Profile, own: list[str], target: str, cause: Cause) -> None:
    """Send on at once what calls may meet next: other handles, what was refused, and the events that were counted."""
    cio_id, to = profile.cio_id, profile_key(target)
    for page in range(profile.handles):
        names = pages.take(turn, "handles", cio_id, page)
        others = {name: note for name, note in names.items() if name not in own}
        turn.tell(AbsorbNames(to=to, cause=cause, origin=cio_id, kind="handles", names=others, rank=profile.rank))
    for page in range(profile.refused):
        names = pages.take(turn, "refused", cio_id, page)
        turn.tell(AbsorbNames(to=to, cause=cause, origin=cio_id, kind="refused", names=names))
    for page in range(profile.seen):
        turn.tell(AbsorbSeen(to=to, cause=cause, digests=pages.digests(turn, cio_id, page)))
        turn.delete(pages.page_key("seen", cio_id, page))


def _into_itself(turn: Turn, profile: Profile, into: MergeInto) -> None:
    """Both names lead to one person: by an earlier merge, which is not done again; or the call makes no sense."""
    named = into.secondary
    merged_before = bool(passages_of(turn, profile, named))
    if not merged_before and not (named.startswith(PROFILE) and named != profile_key(profile.cio_id)):
        _refuse(turn, profile, into, "itself")


def _refuse(
    turn: Turn,
    profile: Profile,
    merge: Merge | MergeInto | MergeAnswer,
    reason: Literal["itself", "unknown_secondary", "junk_identifier"],
) -> None:
    key = profile_key(profile.cio_id)
    turn.put(key, with_refused(turn, profile, merge_of(merge.secondary), (merge.at, merge.cause.message_id)))
    turn.publish(
        key,
        MergeRefused(cause=turn.why(merge.cause), primary=merge.primary, secondary=merge.secondary, reason=reason),
    )
