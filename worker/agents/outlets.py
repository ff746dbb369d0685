"""The topics that agents write to, by what they are for."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from worker.runtime.unit import Target
from worker.topics import names
from worker.topics.contract import Contract
from worker.workspace.queues import CALL_BYTES

BATCH_ROOM_BYTES = 1024
"""What Kafka's framing of a batch may add to a single record before it meets the topic's `max.message.bytes`."""


class Outlets(Struct, frozen=True):
    """One target for each kind of output; the four keyed topics have equal partition counts."""

    people: Target
    anonymous: Target
    objects: Target
    devices: Target
    changes: Target
    metrics: Target
    dead_letters: dict[str, Target]
    """By the contract's name of the topic whose dead letters they are."""


def for_calls(outlets: Outlets) -> Outlets:
    """The outlets of who lets calls in: they may have to wait in a table, which takes less than a topic."""

    def limited(target: Target) -> Target:
        return Target(target.topic, target.partitions, min(target.max_record_bytes, CALL_BYTES))

    return replace(outlets, people=limited(outlets.people), anonymous=limited(outlets.anonymous))


def make_outlets(contracts: Mapping[str, Contract]) -> Outlets:
    """The targets as the topics' contracts have them."""

    def target(name: str) -> Target:
        contract = contracts[name]
        return Target(contract.topic, contract.partitions, contract.max_message_bytes - BATCH_ROOM_BYTES)

    return Outlets(
        people=target(names.PEOPLE),
        anonymous=target(names.ANONYMOUS),
        objects=target(names.OBJECTS),
        devices=target(names.DEVICES),
        changes=target(names.WORKSPACE_CHANGES),
        metrics=target(names.MESSAGE_METRICS),
        dead_letters={
            name: target(contract.dead_letter)
            for name, contract in contracts.items()
            if contract.dead_letter is not None
        },
    )
