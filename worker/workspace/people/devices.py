"""The devices of a person. Whose a device is, is decided in table devices; the profile is told."""

from typing import Final

from msgspec.structs import replace

from worker.workspace import changes, pages
from worker.workspace.keys import device_key, profile_key
from worker.workspace.messages.calls import AddDevice, RemoveDevice
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import Dropped, OwnerMerged, SeenWith
from worker.workspace.messages.people import DeviceHeld, DeviceLost
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile

HELD: Final = "held"
"""The note at a device that is the person's."""

KNOWN: Final = "known"
"""The note at any other device that the person, or somebody merged into it, has used or removed."""


def pass_on(turn: Turn, profile: Profile, call: AddDevice | RemoveDevice) -> None:
    """Tell the device that the person used or removed it."""
    key = device_key(call.token)
    if isinstance(call, AddDevice):
        turn.send(
            "devices",
            SeenWith(
                to=key,
                cause=call.cause,
                at=call.at,
                token=call.token,
                cio_id=profile.cio_id,
                platform=call.platform,
                last_used=call.last_used,
                attributes=call.attributes,
            ),
        )
    else:
        removal = Dropped(to=key, cause=call.cause, at=call.at, token=call.token, cio_id=profile.cio_id)
        turn.send("devices", removal)
    noted = note(turn, profile, call.token)
    if noted is not profile:
        turn.put(profile_key(profile.cio_id), noted)


def note(turn: Turn, profile: Profile, token: str) -> Profile:
    """The person with a note at the device, which must hear of the person's merge."""
    if pages.note(turn, "devices", profile.cio_id, profile.devices, token) is not None:
        return profile
    devices = pages.add(turn, "devices", profile.cio_id, profile.devices, token, KNOWN)
    return profile if devices == profile.devices else replace(profile, devices=devices)


def take_over(turn: Turn, cio_id: str, token: str, merged: str, cause: Cause) -> None:
    """Tell the device that the profile `merged` is now the profile `cio_id`; it says then whose it is."""
    turn.send("devices", OwnerMerged(to=device_key(token), cause=cause, token=token, cio_id=merged, into=cio_id))


def learn(turn: Turn, profile: Profile, message: DeviceHeld | DeviceLost) -> None:
    """A device became the person's, or is no longer."""
    cio_id, token = profile.cio_id, message.token
    key = profile_key(cio_id)
    known = pages.note(turn, "devices", cio_id, profile.devices, token) == HELD
    why = turn.why(message.cause)
    if isinstance(message, DeviceHeld):
        if message.forwarded:  # by now it may be somebody else's: it says so when it hears whose its owner has become
            take_over(turn, cio_id, token, message.owner, message.cause)
        if message.forwarded or known:
            return
        devices = pages.add(turn, "devices", cio_id, profile.devices, token, HELD)
        if devices != profile.devices:
            turn.put(key, replace(profile, devices=devices))
        turn.publish(key, changes.DeviceGained(cause=why, cio_id=cio_id, token=token))
    elif known:
        pages.add(turn, "devices", cio_id, profile.devices, token, KNOWN)
        turn.publish(key, changes.DeviceLost(cause=why, cio_id=cio_id, token=token, reason=message.reason))
