"""The decisions of table devices (DESIGN section 6): a device is of the person with the latest last_used."""

from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace.attributes import apply, newer_than
from worker.workspace.changes import DeviceChanged
from worker.workspace.effects import Effect, Place, State
from worker.workspace.keys import profile_key
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import DevicesMessage, Dropped, OwnerGone, OwnerMerged, SeenWith
from worker.workspace.messages.people import DeviceHeld, DeviceLost
from worker.workspace.registers import NEVER
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.devices import Device, DevicesValue
from worker.workspace.wire import Stamp

REMOVALS_MAX: Final = 16
"""People whose removals of a device are remembered."""


def decide_devices(
    state: State[DevicesValue], message: DevicesMessage, place: Place, settings: WorkspaceSettings
) -> list[Effect]:
    """What a message does to a device."""
    turn = Turn(state, place, settings)
    before = turn.find(message.to, Device) or Device()
    match message:
        case SeenWith():
            after = _seen(before, message)
        case Dropped():
            after = _dropped(before, message)
        case OwnerMerged():
            after = _merged(before, message)
        case OwnerGone():
            after = _gone(before, message)
        case _:
            assert_never(message)
    if after != before:
        turn.put(message.to, after)
        _tell(turn, message, before, after)
    return turn.effects()


def _seen(device: Device, seen: SeenWith) -> Device:
    stamp: Stamp = (seen.at, seen.cause.message_id)
    outcome = apply(device.attributes, seen.attributes, stamp, device.floor)
    device = replace(device, attributes=outcome.attributes)
    if stamp <= device.used:
        return device
    device = replace(
        device,
        owner=seen.cio_id,
        used=stamp,
        platform=seen.platform or device.platform,
        last_used=seen.last_used,
        removals={by: at for by, at in device.removals.items() if at[0] >= seen.at or by == seen.cio_id},
    )
    return _forget(device)


def _dropped(device: Device, dropped: Dropped) -> Device:
    """Only its owner's removal counts, and only if not older than the last use; who that is may yet turn out."""
    stamp: Stamp = (dropped.at, dropped.cause.message_id)
    by = dropped.cio_id
    if stamp <= device.removals.get(by, NEVER) or (by != device.owner and dropped.at < device.used[0]):
        return device
    removals = {**device.removals, by: stamp}
    if len(removals) > REMOVALS_MAX:
        oldest = min((one for one in removals if one != device.owner), key=lambda one: removals[one])
        del removals[oldest]
    return _forget(replace(device, removals=removals))


def _forget(device: Device) -> Device:
    """The device without the attributes that its owner's removal has taken."""
    removal = device.removals.get(device.owner, NEVER)
    if removal <= device.floor:
        return device
    return replace(device, floor=removal, attributes=newer_than(device.attributes, removal))


def _merged(device: Device, merged: OwnerMerged) -> Device:
    removals = dict(device.removals)
    theirs = removals.pop(merged.cio_id, None)
    if theirs is not None:
        removals[merged.into] = max(theirs, removals.get(merged.into, NEVER))
    owner = merged.into if device.owner == merged.cio_id else device.owner
    return replace(device, owner=owner, removals=removals)


def _gone(device: Device, gone: OwnerGone) -> Device:
    """Nobody's, and nothing is left of what the person did with it but that it was used."""
    if device.owner != gone.cio_id:
        return device
    return replace(
        device, owner="", platform="", attributes=newer_than(device.attributes, device.used), floor=device.used
    )


def _tell(turn: Turn, message: DevicesMessage, before: Device, after: Device) -> None:
    had, has = before.held_by, after.held_by
    moved = isinstance(message, OwnerMerged) and had == message.cio_id
    if had != has:
        if had and not moved and not isinstance(message, OwnerGone):
            lost = DeviceLost(
                to=profile_key(had), cause=message.cause, token=message.token, reason="moved" if has else "removed"
            )
            _send(turn, lost)
        if has:
            _send(turn, DeviceHeld(to=profile_key(has), cause=message.cause, token=message.token))
    if has or had:
        turn.publish(message.to, _change(turn, message.cause, message.token, had, after))


def _send(turn: Turn, message: DeviceHeld | DeviceLost) -> None:
    turn.send("people", message.to, message)


def _change(turn: Turn, cause: Cause, token: str, had: str, after: Device) -> DeviceChanged:
    return DeviceChanged(
        cause=turn.why(cause),
        token=token,
        cio_id=after.held_by or None,
        previous=had or None,
        platform=after.platform,
        last_used=after.last_used,
        attributes=after.attributes.shown(),
    )
