"""A copy of the running system's state, read from the changelogs as a worker recovers it, by nobody's group."""

from collections.abc import Callable
from random import Random

import msgspec
from msgspec import Struct

from worker.deployment import Deployment
from worker.runtime.partition_state import PartitionState
from worker.runtime.ranges import RangeReader
from worker.simulation.network import ENTITIES, Network
from worker.topics import names
from worker.topics.cluster import expect
from worker.workspace.effects import Entity
from worker.workspace.values import AnonymousValue, DevicesValue, ObjectsValue, PeopleValue

_DECODERS: dict[Entity, Callable[[bytes], Struct]] = {
    "people": msgspec.json.Decoder(PeopleValue).decode,
    "anonymous": msgspec.json.Decoder(AnonymousValue).decode,
    "objects": msgspec.json.Decoder(ObjectsValue).decode,
    "devices": msgspec.json.Decoder(DevicesValue).decode,
}


class CopiedTable(dict[str, Struct]):
    """A partition of a table whose values are decoded when they are asked for."""

    def __init__(self, state: PartitionState, decode: Callable[[bytes], Struct]) -> None:
        super().__init__()
        self._raw = state.values
        self._decode = decode

    def get(self, key: str, default: Struct | None = None) -> Struct | None:  # type: ignore[override]  # one kind of default
        """The value at `key`."""
        found = super().get(key)
        if found is None and (raw := self._raw.pop(key.encode(), None)) is not None:
            found = self._decode(raw)
            super().__setitem__(key, found)
        return default if found is None else found

    def __setitem__(self, key: str, value: Struct) -> None:
        self._raw.pop(key.encode(), None)
        super().__setitem__(key, value)

    def pop(self, key: str, default: Struct | None = None) -> Struct | None:  # type: ignore[override]  # see get
        """Take `key` out."""
        self._raw.pop(key.encode(), None)
        return super().pop(key, default)


async def copied_network(deployment: Deployment) -> Network:
    """The four tables as the changelogs have them now; what waits in the topics is not in it.

    Raises:
        TopicsError: when one of them is not there, or no broker answers.
        BrokerUnreachable: when a changelog can't be read.
        RecoveryFailed: when one is damaged.
    """
    await expect(deployment.connection, [deployment.topic(names.changelog_of(entity)) for entity in ENTITIES])
    partitions = deployment.contracts[names.PEOPLE].partitions
    network = Network(deployment.config.workspace.settings(), partitions, Random(0))
    for entity in ENTITIES:
        topic = deployment.topic(names.changelog_of(entity))
        states = {number: PartitionState() for number in range(partitions)}
        async with RangeReader(deployment.connection, topic) as reader:
            async for batch in reader.batches(*await reader.bounds()):
                for number, records in batch.items():
                    states[number].restore(records)
        for number, state in states.items():
            network.tables[entity, number] = CopiedTable(state, _DECODERS[entity])
    return network
