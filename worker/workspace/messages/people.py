"""The messages of topic people: the calls, and what handles, profiles and the other agents say to each other.

How they belong together is told in worker/workspace/people/__init__.py. What a profile says to a handle has a `rank`:
the owners that a handle has had, one after the other, have rising ranks, and a handle follows nobody of a lower rank.
"""

from typing import Literal, TypeAlias, final

from msgspec import Struct

from worker.workspace.messages.calls import (
    AddDevice,
    Erase,
    Event,
    Identify,
    Merge,
    Relate,
    RemoveDevice,
    Request,
    Unrelate,
)
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import (
    Absorb,
    Absorbed,
    AbsorbNames,
    AbsorbRelationship,
    AbsorbSeen,
    Half,
    MergeAnswer,
    MergeInto,
)
from worker.workspace.wire import Stamp, WireObject

AskOutcome: TypeAlias = Literal["granted", "taken", "unclaimed", "suppressed", "deleted"]


@final
class Ask(Request, frozen=True, array_like=True, tag="ask", kw_only=True):
    """May `asker` have the handle `wanted`? Goes to that handle and, if it is owned, on to its owner.

    The asker is an unknown handle (then its person would be `cio_id`, a new one) or the profile `cio_id`. `claim`: take
    the handle if it is free; else it is a look, which only says whether it is suppressed. `half` is set if the asker
    has only an id or only an email. The identify that wants it travels along, so that nobody has to keep it.
    """

    wanted: str
    asker: str
    cio_id: str
    rank: int
    claim: bool
    half: Half
    identify: Identify
    via: str = ""


class Answer(Struct, frozen=True, array_like=True, tag="answer", kw_only=True, gc=False):
    """What became of an Ask: the handle is that of `cio_id` now, or somebody else's, or was not claimed.

    Or it is suppressed, or its person was deleted later, and the whole call is to be ignored.
    """

    to: str
    cause: Cause
    wanted: str
    outcome: AskOutcome
    cio_id: str
    rank: int
    identify: Identify


class Halves(Struct, frozen=True, array_like=True, tag="halves", kw_only=True, gc=False):
    """The profile `other`, created at `created`, has only what the profile `asker` lacks: the two can be merged."""

    to: str
    cause: Cause
    wanted: str
    asker: str
    other: str
    created: float
    identify: Identify


class Declined(Struct, frozen=True, array_like=True, tag="declined", kw_only=True, gc=False):
    """The receiver is not merged with `promised` after all, and may be claimed by others again."""

    to: str
    cause: Cause
    promised: str


class Release(Struct, frozen=True, array_like=True, tag="release", kw_only=True, gc=False):
    """The handle is free; calls of a time up to `until` are still those of its owner `cio_id` (none if empty)."""

    to: str
    cause: Cause
    rank: int
    cio_id: str
    until: float


class Rebind(Struct, frozen=True, array_like=True, tag="rebind", kw_only=True, gc=False):
    """The handle belongs to `cio_id` now, into which its owner was merged."""

    to: str
    cause: Cause
    rank: int
    cio_id: str


class Block(Struct, frozen=True, array_like=True, tag="block", kw_only=True, gc=False):
    """The handle's person was suppressed at `at`; `cio_id` keeps the list of its handles."""

    to: str
    cause: Cause
    rank: int
    cio_id: str
    at: float


class Clear(Struct, frozen=True, array_like=True, tag="clear", kw_only=True, gc=False):
    """The handle's person was deleted or unsuppressed at `at`: it is free, and calls up to then are ignored."""

    to: str
    cause: Cause
    rank: int
    at: float


class DeviceHeld(Struct, frozen=True, array_like=True, tag="device_held", kw_only=True, gc=False):
    """The device belongs to the profile `owner` now: the receiver, or if `forwarded` somebody merged into it."""

    to: str
    cause: Cause
    token: str
    owner: str
    forwarded: bool = False


class DeviceLost(Struct, frozen=True, array_like=True, tag="device_lost", kw_only=True, gc=False):
    """The device no longer belongs to the receiver; `reason`: somebody else used it later, or it was removed."""

    to: str
    cause: Cause
    token: str
    reason: Literal["moved", "removed"]


class ObjectGone(Struct, frozen=True, array_like=True, tag="object_gone", kw_only=True, gc=False):
    """The object `name` was deleted: relationships that are not newer than `deleted` end."""

    to: str
    cause: Cause
    name: str
    deleted: Stamp


class Disown(Struct, frozen=True, array_like=True, tag="disown", kw_only=True, gc=False):
    """Events that came under an anonymousId, of times from `since` to before `until`, are those of `owner`.

    An identify that arrived late has shown it. None: no bound. `merged`: whom it was merged into hears so besides.
    """

    to: str
    cause: Cause
    anonymous_id: str
    since: float | None
    until: float | None
    owner: str
    merged: bool = False


class ReportDelivery(Struct, frozen=True, array_like=True, tag="report_delivery", kw_only=True, gc=False):
    """What became of a message that was sent (segment_actions.md 1.6, reportDeliveryEvent)."""

    to: str
    cause: Cause
    at: float
    delivery_id: str
    report: WireObject


class Continue(Struct, frozen=True, array_like=True, tag="continue", kw_only=True, gc=False):
    """Go on with what was too much for one decision."""

    to: str
    cause: Cause


HandleMessage: TypeAlias = Release | Rebind | Block | Clear
ProfileMessage: TypeAlias = (
    Halves
    | Declined
    | MergeAnswer
    | Absorb
    | Absorbed
    | AbsorbNames
    | AbsorbSeen
    | AbsorbRelationship
    | DeviceHeld
    | DeviceLost
    | ObjectGone
    | Disown
)

PeopleMessage: TypeAlias = (
    Event
    | Identify
    | Relate
    | Unrelate
    | AddDevice
    | RemoveDevice
    | Merge
    | Erase
    | Ask
    | Answer
    | MergeInto
    | HandleMessage
    | ProfileMessage
    | ReportDelivery
    | Continue
)
"""Every message of topic people."""
