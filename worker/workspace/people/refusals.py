"""What was refused to a person stays refused when the call that asked for it is repeated (docs/workspace.md).

So is a call that was ignored whole, since it named somebody suppressed or deleted: no newer email makes it apply.
Refused handles and merges are remembered in pages of their own; with the events, as digests, ignored calls and, where
nobody was, merges.
"""

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.messages.calls import Identify, Merge
from worker.workspace.registers import NEVER
from worker.workspace.turn import Turn
from worker.workspace.values.people import Handle, Profile
from worker.workspace.wire import Stamp


def was_refused(turn: Turn, profile: Profile, what: str, stamp: Stamp) -> bool:
    """Whether a call of `stamp`, or a newer one, was refused `what`: a handle, or a merge (`merge_of`)."""
    return bool(profile.refused) and stamp <= _refused_at(turn, profile, what)


def with_refused(turn: Turn, profile: Profile, what: str, stamp: Stamp) -> Profile:
    """The profile, which remembers the refusal."""
    at, message_id = max(stamp, _refused_at(turn, profile, what))
    refused = pages.add(turn, "refused", profile.cio_id, profile.refused, what, f"{at!r},{message_id}")
    return profile if refused == profile.refused else replace(profile, refused=refused)


def absorbed(turn: Turn, profile: Profile, what: str, note: str) -> Profile:
    """The profile with what was refused to somebody merged into it."""
    return with_refused(turn, profile, what, _stamp(note))


def was_ignored(turn: Turn, profile: Profile, call: Identify) -> bool:
    """Whether the call was ignored at the person."""
    return profile.seen > 0 and pages.has_digest(turn, profile.cio_id, profile.seen, _digest_of(call))


def with_ignored(turn: Turn, profile: Profile, call: Identify) -> Profile:
    """The profile, which remembers that the call was ignored."""
    seen = pages.add_digest(turn, profile.cio_id, profile.seen, _digest_of(call))
    return profile if seen is None else replace(profile, seen=seen)


def merge_of(secondary: str) -> str:
    """Under which name the refusal of a merge is remembered."""
    return f"merge {secondary}"


def _refused_at(turn: Turn, profile: Profile, what: str) -> Stamp:
    note = pages.note(turn, "refused", profile.cio_id, profile.refused, what)
    return NEVER if note is None else _stamp(note)


def _stamp(note: str) -> Stamp:
    at, _, message_id = note.partition(",")
    return float(at), message_id


def was_refused_here(turn: Turn, key: str, handle: Handle, call: Identify | Merge) -> bool:
    """Whether the call was refused, or ignored for the email it names, when the handle was nobody's."""
    return handle.seen > 0 and pages.has_digest(turn, key, handle.seen, _digest_of(call))


def refused_here(turn: Turn, key: str, handle: Handle, call: Identify | Merge) -> Handle:
    """The handle, which is nobody's and remembers the call."""
    seen = pages.add_digest(turn, key, handle.seen, _digest_of(call))
    return handle if seen is None else replace(handle, seen=seen)


def _digest_of(call: Identify | Merge) -> bytes:
    """What tells the call from others, also from those that other subscriptions make of its event."""
    message_id = call.cause.message_id
    if isinstance(call, Merge):
        return pages.digest_of("refused", message_id, merge_of(call.secondary))
    return pages.digest_of("refused", message_id, call.email or "", call.id or "")
