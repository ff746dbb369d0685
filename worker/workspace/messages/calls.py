"""The calls of people: what an event asks to do to a person, whoever that turns out to be.

A call is addressed to a handle or a profile (`to`, see worker/workspace/keys.py). `at` is its own time in unix seconds,
the cause's unless its command says another. `via` is the handle through which it came to a profile, empty when the call
named the profile itself: a profile that does not own that handle (any more) sends the call back there.
"""

from typing import Literal, TypeAlias, final

from msgspec import Struct

from worker.workspace.messages.cause import Cause
from worker.workspace.wire import WireObject

Verdict: TypeAlias = Literal["", "granted", "taken", "not_allowed", "invalid", "kept"]
"""Whether an identify gets the id or email it names.

Not known yet; yes; it is somebody else's; the settings forbid it; it is no such thing; there is nothing to decide, as
it is the person's already, or a newer call has decided it, or this one was refused before.
"""


class Request(Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """What is asked of a person: at a handle that is pending it waits, and from there it goes on to the owner."""

    to: str
    cause: Cause


class Relation(Struct, frozen=True, array_like=True, gc=False):
    """A relationship with the object `name` (keys.object_name)."""

    name: str
    attributes: WireObject


class UsedDevice(Struct, frozen=True, array_like=True, gc=False):
    """The device that an identify comes from; `at` is when it was used."""

    at: float
    token: str
    platform: str
    last_used: int | float
    attributes: WireObject


class Identify(Request, frozen=True, array_like=True, tag="identify", kw_only=True):
    """Set a person's attributes; `id` and `email` are those among them, where they are identifiers.

    `named` is the key that the call named first. The verdicts are filled in while the call travels to the handles of
    its email and id. Once that has shown that the call is not ignored, the person is related with the `relations`, and
    uses the `device`.
    """

    at: float
    named: str
    attributes: WireObject
    id: str | None = None
    email: str | None = None
    anonymous_id: str | None = None
    email_verdict: Verdict = ""
    id_verdict: Verdict = ""
    via: str = ""
    relations: tuple[Relation, ...] = ()
    device: UsedDevice | None = None


@final
class Event(Request, frozen=True, array_like=True, tag="event", kw_only=True):
    """Something a person did; `id` (the messageId, unless mapped otherwise) tells repeats.

    `kind` is what is shown: event, page or screen. `timestamp` is shown as it is. `anonymous_id` is the one through
    which it came. `counted`: the handle or anonymousId that it was addressed to has seen that it is no repeat.
    """

    at: float
    kind: Literal["event", "page", "screen"]
    name: str
    id: str
    timestamp: int | float
    attributes: WireObject
    anonymous_id: str = ""
    via: str = ""
    counted: bool = False


class Relate(Request, frozen=True, array_like=True, tag="relate", kw_only=True):
    """A group call: relate the person to the object `name` (keys.object_name), and update both."""

    at: float
    name: str
    object_attributes: WireObject
    relationship_attributes: WireObject
    anonymous_id: str = ""
    via: str = ""


def related(relation: Relation, to: str, cause: Cause, at: float, via: str = "") -> Relate:
    """The call that relates `to`, who says nothing of the object."""
    return Relate(
        to=to,
        cause=cause,
        at=at,
        name=relation.name,
        object_attributes={},
        relationship_attributes=relation.attributes,
        via=via,
    )


class Unrelate(Request, frozen=True, array_like=True, tag="unrelate", kw_only=True):
    """End the person's relationship with the object `name`."""

    at: float
    name: str
    anonymous_id: str = ""
    via: str = ""


class AddDevice(Request, frozen=True, array_like=True, tag="add_device", kw_only=True):
    """The person uses the device `token`; `last_used` in unix seconds."""

    at: float
    token: str
    platform: str
    last_used: int | float
    attributes: WireObject
    anonymous_id: str = ""
    via: str = ""


def used(device: UsedDevice, to: str, cause: Cause, via: str = "") -> AddDevice:
    """The call that `to` uses the device."""
    return AddDevice(
        to=to,
        cause=cause,
        at=device.at,
        token=device.token,
        platform=device.platform,
        last_used=device.last_used,
        attributes=device.attributes,
        via=via,
    )


class RemoveDevice(Request, frozen=True, array_like=True, tag="remove_device", kw_only=True):
    """The person no longer uses the device `token`."""

    at: float
    token: str
    anonymous_id: str = ""
    via: str = ""


@final
class Merge(Request, frozen=True, array_like=True, tag="merge", kw_only=True):
    """Merge whoever `secondary` (a key) names into the person called; `primary` is the key the call named."""

    at: float
    primary: str
    secondary: str
    via: str = ""


class Erase(Request, frozen=True, array_like=True, tag="erase", kw_only=True):
    """Delete the person; suppress: and block all handles; unsuppress: free them."""

    at: float
    action: Literal["delete", "suppress", "unsuppress"]
    via: str = ""


Deferrable: TypeAlias = Relate | Unrelate
"""Calls that wait until their person is identified."""

AnonymousCall: TypeAlias = Event | Relate | Unrelate | AddDevice | RemoveDevice
"""Calls that may come under an anonymousId alone."""

Call: TypeAlias = Identify | Event | Relate | Unrelate | AddDevice | RemoveDevice | Merge | Erase
"""Every call of a person."""
