"""The state of one partition of a table: its values, how far its input was applied, and which messages were seen.

It equals a prefix of the partition's changelog, always: it is changed only by what a changelog holds, either read back
(`restore`) or just acknowledged by the broker (`applied`).
"""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Protocol

from worker.runtime.errors import MADE_ANEW, RecoveryFailed
from worker.runtime.origin import Mark, pack_mark, unpack_mark
from worker.runtime.outgoing import RECORD_OVERHEAD_BYTES
from worker.runtime.record import Record

POSITION_KEY = b"\0position"
"""First record of every changelog batch: the offset of the last input record that the batch includes."""

EXPECTED_HEADER = "expected"
"""Header of that record: the offset where its writer expected it to be."""

SEEN_PREFIX = b"\0seen/"
"""Followed by an origin partition: the highest mark applied from it."""

Repair = tuple[bytes, bytes | None]
"""Key and value of a changelog record."""


class PartitionState:
    """One partition of a table in memory. Values are bytes, as the changelog has them."""

    def __init__(self, values: MutableMapping[bytes, bytes] | None = None) -> None:
        self.values: MutableMapping[bytes, bytes] = {} if values is None else values
        self.position = -1
        """Offset of the last input record that is included; -1 before the first."""
        self.seen: dict[bytes, Mark] = {}
        """Highest mark applied, by origin partition."""
        self.changelog_offset = -1
        """Offset of the last changelog record that is included; -1 before the first."""
        self.stale: set[bytes] = set()
        """Keys whose newest changelog record is a zombie's and not ours; they must be written again."""
        self._dropping = False

    def restore(self, records: Iterable[Record]) -> None:
        """Apply changelog records in order, batch by batch.

        A batch whose position lies before the one applied was written by a worker that did not know that it had lost
        the partition: its keys are left as they are and noted in `stale`. (A batch at the position itself holds the
        values that belong there: decisions are repeatable, and so `repairs` may be written at the position they
        repair.)

        Raises:
            RecoveryFailed: on a record that no worker writes, or that lacks what it was written behind.
        """
        values, included = self.values, self.changelog_offset
        for record in records:
            if record.offset <= included:
                continue
            key, value = record.key, record.value
            if key is None:
                raise RecoveryFailed(f"record {record.offset} of {record.topic}/{record.partition} has no key")
            if key[:1] == b"\0":
                self._restore_mark(record, key, value)
            elif self._dropping:
                self.stale.add(key)
            elif value is None:
                values.pop(key, None)
                self.stale.discard(key)
            else:
                values[key] = value
                if self.stale:
                    self.stale.discard(key)
            included = record.offset
        self.changelog_offset = included

    def _restore_mark(self, record: Record, key: bytes, value: bytes | None) -> None:
        try:
            if key == POSITION_KEY:
                _expect_all_before(record)
                position = int(value or b"")
                self._dropping = position < self.position
                if self._dropping:
                    self.stale.add(key)
                else:
                    self.position = position
                    self.stale.discard(key)
            elif key.startswith(SEEN_PREFIX):
                source, mark = key[len(SEEN_PREFIX) :], unpack_mark(value or b"")
                if self._dropping:
                    self.stale.add(key)
                else:
                    self.seen[source] = max(mark, self.seen.get(source, mark))
                    self.stale.discard(key)
            else:
                raise ValueError(f"unknown key {key!r}")
        except ValueError as problem:
            raise RecoveryFailed(f"record {record.offset} of {record.topic}/{record.partition}: {problem}") from problem

    def applied(
        self, writes: Mapping[bytes, bytes | None], position: int, seen: Mapping[bytes, Mark], last_offset: int
    ) -> None:
        """Take over what the broker has acknowledged as one changelog batch ending at `last_offset`."""
        values = self.values
        for key, value in writes.items():
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
        self.position = position
        self.seen.update(seen)
        self.changelog_offset = last_offset

    def repairs(self, batch_bytes: int) -> list[list[Repair]]:
        """The records that put right what zombies wrote: batches of some `batch_bytes` to be written in this order."""
        batches: list[list[Repair]] = []
        room = -1
        for key in sorted(self.stale):
            repair = self._repair(key)
            size = len(key) + len(repair[1] or b"")
            if size > room:
                batches.append([self._repair(POSITION_KEY)])
                room = batch_bytes
            if key != POSITION_KEY:
                batches[-1].append(repair)
                room -= size + RECORD_OVERHEAD_BYTES
        return batches

    def _repair(self, key: bytes) -> Repair:
        if key == POSITION_KEY:
            return key, b"%d" % self.position
        if key.startswith(SEEN_PREFIX):
            return key, pack_mark(self.seen.get(key[len(SEEN_PREFIX) :], (-1, -1)))
        return key, self.values.get(key)

    def repaired(self, repairs: Iterable[Repair], last_offset: int) -> None:
        """Take note of what the broker has acknowledged as one batch of `repairs`, ending at `last_offset`."""
        self.stale.difference_update(key for key, _ in repairs)
        self.changelog_offset = last_offset


def _expect_all_before(record: Record) -> None:
    """Raises RecoveryFailed when the changelog had more before this record when it was written."""
    for name, value in record.headers:
        if name == EXPECTED_HEADER and record.offset < int(value or b""):
            raise RecoveryFailed(
                f"{record.topic}/{record.partition} has at offset {record.offset} what was to be at "
                f"{int(value or b'')}: {MADE_ANEW}"
            )


class StateStore(Protocol):
    """The partitions of one table that this worker holds."""

    def partition(self, number: int) -> PartitionState:
        """The state of partition `number`, empty when it is new here."""
        ...

    def drop(self, number: int) -> None:
        """Forget partition `number`, which another worker has now."""
        ...


class MemoryStore:
    """All partitions in memory."""

    def __init__(self) -> None:
        self._partitions: dict[int, PartitionState] = {}

    def partition(self, number: int) -> PartitionState:
        """The state of partition `number`, empty when it is new here."""
        state = self._partitions.get(number)
        if state is None:
            state = self._partitions[number] = PartitionState()
        return state

    def drop(self, number: int) -> None:
        """Forget partition `number`, which another worker has now."""
        self._partitions.pop(number, None)

    def size(self) -> int:
        """How many keys there are."""
        return sum(len(state.values) for state in self._partitions.values())

    def held(self) -> list[int]:
        """The numbers of the partitions held."""
        return sorted(self._partitions)
