"""The one place where the effects of a decision about the workspace are put into a unit of work."""

from collections.abc import Iterable
from typing import Any, assert_never

import msgspec

from worker.agents.outlets import Outlets
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit
from worker.workspace.effects import DeadLetter, Delete, Effect, Entity, Publish, Put, Send

_encode = msgspec.json.Encoder().encode


class Performer:
    """Performs effects for one agent, whose dead letters go to `dead_letters`."""

    def __init__(self, outlets: Outlets, dead_letters: Target) -> None:
        self._targets: dict[Entity, Target] = {
            "people": outlets.people,
            "anonymous": outlets.anonymous,
            "objects": outlets.objects,
            "devices": outlets.devices,
        }
        self._changes = outlets.changes
        self._dead_letters = dead_letters

    def perform(self, effects: Iterable[Effect], record: Record, unit: Unit[Any]) -> None:
        """Put `effects`, decided from `record`, into `unit`, in order."""
        for effect in effects:
            match effect:
                case Put(key, value):
                    unit.put(key, value)
                case Send(entity, key, message):
                    unit.send(self._targets[entity], key, _encode(message))
                case Publish(key, change):
                    unit.send(self._changes, key, _encode(change))
                case Delete(key):
                    unit.delete(key)
                case DeadLetter(reason, detail):
                    unit.dead_letter(self._dead_letters, record, reason, detail)
                case _:
                    assert_never(effect)
