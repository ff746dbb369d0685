"""The decisions of table devices (docs/workspace.md): a device is of the person with the latest last_used."""

from collections.abc import Iterator
from typing import Final, Literal, assert_never

from msgspec.structs import replace

from worker.workspace.attributes import BYTES_MAX, Attributes, apply, differ, newer_than, newest
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

PEOPLE_MAX: Final = 16
"""People whose attributes and removals of a device are remembered."""

STORED_MAX: Final = 350_000
"""Bytes of all their attributes as they are stored; those of one person have no more."""

NONE: Final = Attributes()


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
    """Everybody's attributes are kept apart: whose device it is may yet turn out, and may change."""
    stamp: Stamp = (seen.at, seen.cause.message_id)
    by = device.facts.who(seen.cio_id)
    gone = by in device.facts.gone
    attributes = device.attributes
    if seen.attributes and not gone:
        mine = apply(attributes.get(by, NONE), seen.attributes, stamp, device.removals.get(by))
        if mine.written:
            attributes = {**attributes, by: mine.attributes}
    if stamp > device.used:
        device = replace(
            device,
            owner="" if gone else by,
            used=stamp,
            platform="" if gone else seen.platform or device.platform,
            last_used=seen.last_used,
            attributes=attributes,
        )
    elif attributes is not device.attributes:
        device = replace(device, attributes=attributes)
    return device if len(attributes) < 2 else _bounded(device)


def _dropped(device: Device, dropped: Dropped) -> Device:
    """Only its owner's removal counts, and only if not older than the last use; who that is may yet turn out."""
    stamp: Stamp = (dropped.at, dropped.cause.message_id)
    by = device.facts.who(dropped.cio_id)
    if stamp <= device.removals.get(by, NEVER):
        return device
    return _settled(replace(device, removals={**device.removals, by: stamp}))


def _merged(device: Device, merged: OwnerMerged) -> Device:
    if merged.cio_id == merged.into:  # restored after a circle of merges, and asks what is still its own
        return device
    return _settled(replace(device, facts=with_merged(device.facts, merged.cio_id, merged.into)))


def _gone(device: Device, gone: OwnerGone) -> Device:
    return _settled(replace(device, facts=with_gone(device.facts, gone.cio_id, 0.0)))


def _settled(device: Device) -> Device:
    """The device under the present names of its people, without attributes from before each one's own removal.

    Nothing is left of what a deleted person did with it but that it was used.
    """
    facts = device.facts
    removals: dict[str, Stamp] = {}
    for by, stamp in device.removals.items():
        who = facts.who(by)
        if who not in facts.gone:
            removals[who] = max(stamp, removals.get(who, NEVER))
    attributes: dict[str, Attributes] = {}
    for by, one in device.attributes.items():
        who = facts.who(by)
        if who not in facts.gone:
            attributes[who] = newest(attributes[who], one).attributes if who in attributes else one
    for by, floor in removals.items():
        if by in attributes:
            attributes[by] = newer_than(attributes[by], floor)
    owner = facts.who(device.owner)
    if owner in facts.gone:
        owner = ""
    platform = device.platform if owner else ""
    return _bounded(replace(device, owner=owner, platform=platform, removals=removals, attributes=attributes))


def _bounded(device: Device) -> Device:
    """The device without the oldest of what others than its owner did with it, as far as that is too much."""
    attributes, removals = device.attributes, device.removals
    while len(attributes) > 1 and (
        len(attributes) > PEOPLE_MAX
        or sum(one.size for one in attributes.values()) > BYTES_MAX
        or sum(one.stored_size for one in attributes.values()) > STORED_MAX
    ):
        latest = {by: max(_stamps(one), default=NEVER) for by, one in attributes.items() if by != device.owner}
        oldest = min(latest, key=lambda by: latest[by])
        attributes = {by: one for by, one in attributes.items() if by != oldest}
    while len(removals) > PEOPLE_MAX:
        oldest = min((by for by in removals if by != device.owner), key=lambda by: removals[by])
        removals = {by: stamp for by, stamp in removals.items() if by != oldest}
    return replace(device, attributes=attributes, removals=removals)


def _stamps(attributes: Attributes) -> Iterator[Stamp]:
    return ((one.time, one.message_id) for one in attributes.values.values())


def _tell(turn: Turn, message: DevicesMessage, before: Device, after: Device) -> None:
    had, has = before.held_by, after.held_by
    if had and had != has and after.facts.who(had) == had and had not in after.facts.gone:
        reason: Literal["moved", "removed"] = "moved" if has else "removed"
        turn.send("people", DeviceLost(to=profile_key(had), cause=message.cause, token=message.token, reason=reason))
    if has and (had != has or isinstance(message, OwnerMerged)):
        turn.send("people", DeviceHeld(to=profile_key(has), cause=message.cause, token=message.token, owner=has))
    shown = after.attributes_of(has)
    known = (had, before.platform, before.last_used)
    if (has, after.platform, after.last_used) != known or differ(before.attributes_of(had), shown):
        turn.publish(
            message.to,
            DeviceChanged(
                cause=turn.why(message.cause),
                token=message.token,
                cio_id=has or None,
                previous=had or None,
                platform=after.platform,
                last_used=after.last_used,
                attributes=shown,
            ),
        )
