"""The devices of a person. Whose a device is, is decided in table devices; the profile is told."""

from msgspec.structs import replace

from worker.workspace import changes, pages
from worker.workspace.keys import device_key, profile_key
from worker.workspace.messages.calls import AddDevice, RemoveDevice
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import Dropped, OwnerMerged, SeenWith
from worker.workspace.messages.people import DeviceHeld, DeviceLost
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile


def pass_on(turn: Turn, profile: Profile, call: AddDevice | RemoveDevice) -> None:
    """Tell the device that the person used or removed it."""
    key = device_key(call.token)
    if isinstance(call, AddDevice):
        turn.send(
            "devices",
            key,
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
        turn.send(
            "devices", key, Dropped(to=key, cause=call.cause, at=call.at, token=call.token, cio_id=profile.cio_id)
        )


def take_over(turn: Turn, cio_id: str, token: str, merged: str, cause: Cause) -> None:
    """Tell the device that the profile `merged` is now the profile `cio_id`; it says then whose it is."""
    key = device_key(token)
    turn.send("devices", key, OwnerMerged(to=key, cause=cause, token=token, cio_id=merged, into=cio_id))


def learn(turn: Turn, profile: Profile, message: DeviceHeld | DeviceLost) -> None:
    """A device became the person's, or is no longer."""
    cio_id, token = profile.cio_id, message.token
    key = profile_key(cio_id)
    known = pages.note(turn, "devices", cio_id, profile.devices, token) is not None
    why = turn.why(message.cause)
    if isinstance(message, DeviceHeld):
        if message.owner != cio_id:  # it does not know yet that its owner was merged into this person
            take_over(turn, cio_id, token, message.owner, message.cause)
        if known or message.owner != cio_id:
            return
        devices = pages.add(turn, "devices", cio_id, profile.devices, token)
        if devices != profile.devices:
            turn.put(key, replace(profile, devices=devices))
        turn.publish(key, changes.DeviceGained(cause=why, cio_id=cio_id, token=token))
    elif known:
        pages.discard(turn, "devices", cio_id, profile.devices, token)
        turn.publish(key, changes.DeviceLost(cause=why, cio_id=cio_id, token=token, reason=message.reason))
