"""What the four keyed agents share: decode a message, decide on this partition's state, perform the effects."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from worker.agents.outlets import Outlets
from worker.agents.perform import Performer, with_news
from worker.reasons import Reason
from worker.runtime.agent import AgentSpec, TableSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.unit import Unit
from worker.workspace.effects import Effect, Entity, Place, State
from worker.workspace.settings import WorkspaceSettings

MessageT = TypeVar("MessageT")
ValueT = TypeVar("ValueT")

Decide = Callable[[State[ValueT], MessageT, Place, WorkspaceSettings], list[Effect]]


def keyed_agent(
    name: str,
    entity: Entity,
    topic: str,
    decide: Decide[ValueT, MessageT],
    decoder: msgspec.json.Decoder[MessageT],
    value_type: object,
    settings: WorkspaceSettings,
    outlets: Outlets,
) -> AgentSpec[ValueT]:
    """An agent that reads `topic` (of contract `entity`) and keeps table `entity`."""
    dead_letters = outlets.dead_letters[entity]
    partitions = outlets.people.partitions
    places = [Place(number, partitions) for number in range(partitions)]
    perform = Performer(outlets, dead_letters).perform
    decode = decoder.decode

    def handle(record: Record, unit: Unit[ValueT]) -> None:
        try:
            message = decode(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem
        effects = decide(unit, message, places[record.partition], settings)
        perform(with_news(effects) if unit.replayed else effects, record, unit)

    return AgentSpec(name, topic, dead_letters, handle, TableSpec(entity, value_type), internal=True)
