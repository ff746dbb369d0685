"""The one place where the effects of a decision about the workspace are put into a unit of work."""

from collections.abc import Iterable
from typing import Any, assert_never

import msgspec

from worker.agents.outlets import Outlets
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit
from worker.workspace.effects import DeadLetter, Delete, Effect, Entity, Publish, Put, Send
from worker.workspace.news import is_news

_encode = msgspec.json.Encoder().encode


def with_news(effects: Iterable[Effect]) -> list[Effect]:
    """The effects of a replayed record: without the changes that tell of no difference (worker/workspace/news.py)."""
    return [effect for effect in effects if not (isinstance(effect, Publish) and not is_news(effect.change))]


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
        targets, changes = self._targets, self._changes
        for effect in effects:
            # Of all code it is run most often: `isinstance` of a Struct that it is not costs four times as much.
            if type(effect) is Put:
                unit.put(effect.key, effect.value)
            elif type(effect) is Publish:
                unit.send(changes, effect.key, _encode(effect.change))
            elif type(effect) is Send:
                unit.send(targets[effect.entity], effect.key, _encode(effect.message))
            elif type(effect) is Delete:
                unit.delete(effect.key)
            elif type(effect) is DeadLetter:
                unit.dead_letter(self._dead_letters, record, effect.reason, effect.detail)
            else:
                assert_never(effect)
