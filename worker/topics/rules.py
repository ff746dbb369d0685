"""What must hold among the contracts beyond their form."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from worker.topics import names
from worker.topics.contract import Contract
from worker.topics.names import dead_letters_of
from worker.topics.units import UNLIMITED_MS

DEAD_LETTER_SUFFIX = dead_letters_of("")
DEAD_LETTER_ROOM_BYTES = 64 * 1024
"""What a dead letter may have more than the record it is: the headers that say why and whence."""
DEAD_LETTER_RETENTION_MS = 30 * 86_400_000
"""Dead letters wait for a person."""

_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")  # Kafka's own rule


def problems_of(contracts: Mapping[str, Contract]) -> list[str]:
    """All that is wrong with `contracts` (by name), in words; empty when all is well."""
    problems = [f"{name}: {problem}" for name, contract in contracts.items() for problem in _alone(contract)]
    problems += [
        f"{name}: {problem}" for name, contract in contracts.items() for problem in _dead_letter(contract, contracts)
    ]
    return [*problems, *_together(contracts)]


def _alone(contract: Contract) -> Iterator[str]:
    if not _NAME.fullmatch(contract.topic):
        yield f"{contract.topic!r} is no name for a Kafka topic"
    for field in ("description", "key", "producers", "consumers"):
        if not getattr(contract, field):
            yield f"{field} is empty"
    if contract.partitions < 1:
        yield "partitions must be at least 1"
    if contract.cleanup == "compact":
        if contract.retention_ms != UNLIMITED_MS:
            yield "a compacted topic is kept for ever"
        if contract.min_compaction_lag_ms is None:
            yield "a compacted topic needs min_compaction_lag: recovery must see a late writer's records"
    else:
        if contract.retention_ms == UNLIMITED_MS and contract.name != names.WORKSPACE_CHANGES:
            yield "only a compacted topic, and the changes of the workspace, may be kept for ever"
        if contract.min_compaction_lag_ms is not None:
            yield "min_compaction_lag is for compacted topics"
    if (contract.schema is None) != (contract.examples is None):
        yield "schema and examples come together"


def _dead_letter(contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[str]:
    if contract.name.endswith(DEAD_LETTER_SUFFIX):
        parent = contracts.get(contract.name.removesuffix(DEAD_LETTER_SUFFIX))
        if parent is None or parent.dead_letter != contract.name:
            yield "no topic names it as its dead_letter"
        if contract.dead_letter is not None:
            yield "dead letters have no dead letters"
        if 0 <= contract.retention_ms < DEAD_LETTER_RETENTION_MS:
            yield "dead letters are kept for at least 30 days"
    elif contract.dead_letter is not None:
        letters = contracts.get(contract.dead_letter)
        if contract.dead_letter != dead_letters_of(contract.name):
            yield f"its dead_letter must be {dead_letters_of(contract.name)}"
        elif letters is None:
            yield f"its dead_letter {contract.dead_letter} has no contract"
        elif letters.max_message_bytes < contract.max_message_bytes + DEAD_LETTER_ROOM_BYTES:
            yield f"{letters.name} must take at least {DEAD_LETTER_ROOM_BYTES} bytes more a message"


def _together(contracts: Mapping[str, Contract]) -> Iterator[str]:
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    looks: dict[str, list[str]] = defaultdict(list)
    for contract in contracts.values():
        looks[contract.topic.replace(".", "_")].append(contract.name)  # Kafka's metrics can't tell them apart
        if contract.co_partition is not None:
            groups[contract.co_partition][contract.name] = contract.partitions
    for group, counts in groups.items():
        if len(set(counts.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items())
            yield f"co_partition {group}: partition counts differ ({listed})"
    yield from (f"{', '.join(alike)}: the topics' names collide" for alike in looks.values() if len(alike) > 1)
