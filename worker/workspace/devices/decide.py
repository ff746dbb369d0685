"""The decisions of table devices (DESIGN section 6): a device is of the person with the latest last_used."""

from typing import Final, Literal, assert_never

from msgspec.structs import replace

from worker.workspace.attributes import apply, newer_than
from worker.workspace.changes import DeviceChanged
from worker.workspace.effects import Effect, Place, State
from worker.workspace.facts import with_gone, with_merged
from worker.workspace.keys import profile_key
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
    return _settled(
        replace(
            device,
            owner=seen.cio_id,
            used=stamp,
            platform=seen.platform or device.platform,
            last_used=seen.last_used,
        )
    )


def _dropped(device: Device, dropped: Dropped) -> Device:
    """Only its owner's removal counts, and only if not older than the last use; who that is may yet turn out."""
    stamp: Stamp = (dropped.at, dropped.cause.message_id)
    by = device.facts.who(dropped.cio_id)
    if stamp <= device.removals.get(by, NEVER):
        return device
    removals = {**device.removals, by: stamp}
    if len(removals) > REMOVALS_MAX:
        oldest = min((one for one in removals if one != device.owner), key=lambda one: removals[one])
        del removals[oldest]
    return _settled(replace(device, removals=removals))


def _merged(device: Device, merged: OwnerMerged) -> Device:
    if merged.cio_id == merged.into:  # restored after a circle of merges, and asks what is still its own
        return device
    return _settled(replace(device, facts=with_merged(device.facts, merged.cio_id, merged.into)))


def _gone(device: Device, gone: OwnerGone) -> Device:
    return _settled(replace(device, facts=with_gone(device.facts, gone.cio_id, 0.0)))


def _settled(device: Device) -> Device:
    """The device under the present names of its people; without attributes from before its owner's removal."""
    facts = device.facts
    owner = facts.who(device.owner)
    removals: dict[str, Stamp] = {}
    for by, stamp in device.removals.items():
        who = facts.who(by)
        if stamp[0] >= device.used[0] or who == owner:
            removals[who] = max(stamp, removals.get(who, NEVER))
    floor = max(device.floor, removals.get(owner, NEVER))
    if owner in facts.gone:  # nothing is left of what the person did with it but that it was used
        owner, floor = "", max(floor, device.used)
    attributes = device.attributes if floor == device.floor else newer_than(device.attributes, floor)
    return replace(
        device,
        owner=owner,
        platform=device.platform if owner else "",
        removals=removals,
        floor=floor,
        attributes=attributes,
    )


def _tell(turn: Turn, message: DevicesMessage, before: Device, after: Device) -> None:
    had, has = before.held_by, after.held_by
    if had and had != has and after.facts.who(had) == had and had not in after.facts.gone:
        reason: Literal["moved", "removed"] = "moved" if has else "removed"
        turn.send("people", DeviceLost(to=profile_key(had), cause=message.cause, token=message.token, reason=reason))
    if has and (had != has or isinstance(message, OwnerMerged)):
        turn.send("people", DeviceHeld(to=profile_key(has), cause=message.cause, token=message.token, owner=has))
    shown, previously = _change(turn, message, had, after), _change(turn, message, had, before)
    if shown != previously:
        turn.publish(message.to, shown)


def _change(turn: Turn, message: DevicesMessage, had: str, device: Device) -> DeviceChanged:
    return DeviceChanged(
        cause=turn.why(message.cause),
        token=message.token,
        cio_id=device.held_by or None,
        previous=had or None,
        platform=device.platform,
        last_used=device.last_used,
        attributes=device.attributes.shown(),
    )
