"""Times that are none give way to the event's own time.

Segment sends on what it finds as timestamp, and Customer.io then takes the time of arrival, so that a replayed event is
a new one (known deviations id_timestamp_bad, tr_ts_bad, dv_ts_bad).
"""

from math import floor

import msgspec
from msgspec import UNSET

from worker.destination.command import Command
from worker.jsontypes import Json
from worker.segment.timestamps import to_unix_timestamp


def with_usable_times(commands: list[Command], time: float) -> list[Command]:
    """The commands, with `time` (unix seconds) where a timestamp or last_used is text that is no time."""
    for at, command in enumerate(commands):
        if command.timestamp.__class__ is str and not _is_time(command.timestamp):
            commands[at] = command = msgspec.structs.replace(command, timestamp=floor(time))
        device = command.device
        if device is not UNSET and not _is_time(device.get("last_used")):
            device = {**device, "last_used": floor(time)}
            commands[at] = msgspec.structs.replace(command, device=device)
    return commands


def _is_time(value: Json | object) -> bool:
    if not isinstance(value, str):
        return True
    if isinstance(to_unix_timestamp(value), int):
        return True
    try:
        float(value)
    except ValueError:
        return False
    return True
