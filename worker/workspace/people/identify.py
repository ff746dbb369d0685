"""Identify: attributes, and the id and email that name a person (customerio_semantics.md 3.2).

An id or email that the person does not have yet is asked for first: the whole call travels to that handle and comes
back with a verdict, while other calls of the person go on. When all verdicts are in, the call is applied.
"""

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.keys import EMAIL, ID, PROFILE, id_key, profile_key
from worker.workspace.messages.calls import Identify, Verdict
from worker.workspace.messages.merging import Half
from worker.workspace.messages.people import Answer, Ask, Rebind
from worker.workspace.people.applying import apply_call
from worker.workspace.people.identity import owns
from worker.workspace.people.ignoring import ignore_deleted, ignore_suppressed
from worker.workspace.people.lineage import CLAIMED
from worker.workspace.people.naming import Kind, current_of, handle_of, is_same, stamp_of, unclaim
from worker.workspace.people.refusals import was_ignored, was_refused, with_ignored
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def process(turn: Turn, profile: Profile, call: Identify, *, looked: bool = False) -> None:
    """Apply the call, or first ask for the id and email it names. `looked`: its id is not that of somebody gone."""
    if (call.email is not None or call.id is not None) and was_ignored(turn, profile, call):
        _give_back(turn, profile, call)  # repeated, it may have asked before it was known that it is ignored
        return
    if call.email is not None and _is_open(turn, profile, "email", call.email, call.email_verdict):
        verdict = _verdict(turn, profile, call, "email", call.email)
        if not verdict:
            if looked or not _looks(turn, profile, call):
                _ask(turn, profile, call, "email", call.email)
            return
        if verdict != "kept":
            call = replace(call, email_verdict=verdict)
    if call.id is not None and _is_open(turn, profile, "id", call.id, call.id_verdict):
        verdict = _verdict(turn, profile, call, "id", call.id)
        if not verdict:
            _ask(turn, profile, call, "id", call.id)
            return
        if verdict != "kept":
            call = replace(call, id_verdict=verdict)
    apply_call(turn, profile, call)


def _is_open(turn: Turn, profile: Profile, kind: Kind, value: str, verdict: Verdict) -> bool:
    """Whether it is not known if the person gets it; also if it was granted, and was given away since."""
    return not verdict or (verdict == "granted" and not owns(turn, profile, handle_of(kind, value)))


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
            if wanted.startswith(ID) and _allowed(turn, profile, call, "id"):
                process(turn, profile, call, looked=True)
                return
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
    """Whether the person gets the id or email; empty if that must be asked for."""
    current, decided_at = current_of(profile, kind)
    if is_same(kind, current, value):
        return "kept"
    handle = handle_of(kind, value)
    if current is not None and handle == call.named:
        return "kept"  # somebody merged is named, whose email leads here: that does not ask for a change
    stamp = stamp_of(turn, profile, call)
    # An id that this very call has given the person, as its userId, is no newer than the one among its attributes.
    itself = kind == "id" and stamp == decided_at and profile.id is not None and call.named == id_key(profile.id)
    if (stamp <= decided_at and not itself) or was_refused(turn, profile, handle, stamp):
        return "kept"
    if pages.note(turn, "handles", profile.cio_id, profile.handles, handle) is not None:
        return "granted" if _allowed(turn, profile, call, kind) else "not_allowed"
    return ""


def _allowed(turn: Turn, profile: Profile, call: Identify, kind: Kind) -> bool:
    """Whether the call may give the person an id or email."""
    return (
        current_of(profile, kind)[0] is None
        or call.named.startswith(PROFILE)
        or (kind == "email" and call.named.startswith(ID) and turn.settings.allow_email_update_using_id)
    )


def _looks(turn: Turn, profile: Profile, call: Identify) -> bool:
    """Whether the call has left to look at its id: an email may come with a merge, which nothing takes back."""
    if call.id is None or call.id_verdict or not _allowed(turn, profile, call, "email"):
        return False
    if _verdict(turn, profile, call, "id", call.id):
        return False
    _ask(turn, profile, call, "id", call.id, look=True)
    return True


def _ask(turn: Turn, profile: Profile, call: Identify, kind: Kind, value: str, *, look: bool = False) -> None:
    """Send the call to the handle of its id or email, to get it if that is allowed; or only to look at it."""
    handle = handle_of(kind, value)
    turn.tell(
        Ask(
            to=handle,
            cause=call.cause,
            wanted=handle,
            asker=profile_key(profile.cio_id),
            cio_id=profile.cio_id,
            rank=profile.rank,
            claim=not look and _allowed(turn, profile, call, kind),
            half=half_of(profile) if turn.settings.auto_merge else "",
            identify=call,
        )
    )


def half_of(profile: Profile) -> Half:
    """What the person has, if that is only an id or only an email, and no merge is under way."""
    if profile.promised or (profile.id is None) == (profile.email is None):
        return ""
    return "email" if profile.id is None else "id"


def _give_back(turn: Turn, profile: Profile, call: Identify) -> None:
    """Free again what was claimed for a call that is ignored after all."""
    for kind, value in _named(call):
        unclaim(turn, profile, handle_of(kind, value), call)


def _named(call: Identify) -> list[tuple[Kind, str]]:
    named: list[tuple[Kind, str]] = [] if call.id is None else [("id", call.id)]
    if call.email is not None:
        named.append(("email", call.email))
    return named
