"""Whatever owners and zombies wrote to a changelog in whatever order: recovery comes to the owners' state."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.recording import PlainRecord
from worker.runtime.disk_store import DiskPartitionState
from worker.runtime.errors import RecoveryFailed
from worker.runtime.origin import Mark, pack_mark
from worker.runtime.partition_state import POSITION_KEY, SEEN_PREFIX, PartitionState, Repair
from worker.runtime.unit import Prepared, Unit

KEYS = (b"a", b"b", b"c", b"d")


class History:
    """Decisions that repeat: what each input record writes, and the mark it may bring, depends on its offset alone."""

    def __init__(self, writes: list[dict[bytes, bytes | None]]) -> None:
        self.writes = writes

    def mark(self, offset: int) -> dict[bytes, Mark]:
        """Every third record comes from elsewhere and has none."""
        return {b"up/%d" % (offset % 2): (offset, 0)} if offset % 3 else {}

    def state_after(self, position: int) -> tuple[dict[bytes, bytes], dict[bytes, Mark]]:
        values: dict[bytes, bytes] = {}
        seen: dict[bytes, Mark] = {}
        for offset in range(position + 1):
            for key, value in self.writes[offset].items():
                if value is None:
                    values.pop(key, None)
                else:
                    values[key] = value
            seen.update(self.mark(offset))
        return values, seen

    def unit(self, state: PartitionState, upto: int) -> Prepared:
        """The unit of the records behind `state` up to `upto`."""
        unit: Unit[str] = Unit(state, None)
        for offset in range(state.position + 1, upto + 1):
            unit.begin(PlainRecord("in", 0, offset, None, None))
            unit.seen.update(self.mark(offset))
            for key, value in self.writes[offset].items():
                if value is None:
                    unit.delete(key.decode())
                else:
                    unit.put(key.decode(), msgspec.json.decode(value, type=str))
        return unit.prepare()


VALUES = st.one_of(st.none(), st.text("xyz", max_size=3))
WRITES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3)
HISTORIES = (st.lists(WRITES, min_size=1, max_size=10) | st.lists(WRITES, min_size=6, max_size=10)).map(
    lambda writes: History(
        [
            {key: None if value is None else b'"%d:%s"' % (offset, value.encode()) for key, value in each.items()}
            for offset, each in enumerate(writes)
        ]
    )
)


class Log:
    """A changelog partition."""

    def __init__(self) -> None:
        self.records: list[PlainRecord] = []

    def append(self, batch: list[Repair]) -> int:
        for key, value in batch:
            self.records.append(PlainRecord("changelog", 0, len(self.records), key, value))
        return len(self.records) - 1

    def compacted(self) -> list[PlainRecord]:
        """What the brokers keep in the end: the newest record of each key."""
        newest = {record.key: record for record in self.records}
        return sorted(newest.values(), key=lambda record: record.offset)

    def newest(self) -> dict[bytes, bytes]:
        found = {record.key: record.value for record in self.records}
        return {key: value for key, value in found.items() if key and value is not None and key[:1] != b"\0"}


class Writer:
    """A worker that thinks that the partition is its own."""

    def __init__(self, log: Log) -> None:
        self.state = PartitionState()
        self.state.restore(log.records)


STEP = st.tuples(st.sampled_from(["start", "write", "write"]), st.integers(0, 3), st.integers(1, 4))
"""A writer starts, or one of those that live (owner and zombies alike) writes its next unit."""
LIVES = st.lists(STEP) | st.lists(STEP, min_size=8, max_size=20)
"""Lists that are drawn are mostly short; in the long ones zombies write, and there is something to repair."""


def _play(history: History, steps: list[tuple[str, int, int]], log: Log) -> None:
    writers = [Writer(log)]
    for step, which, length in steps:
        if step == "start":
            writers.append(Writer(log))
            continue
        writer = writers[which % len(writers)]
        after = writer.state.position
        upto = min(after + length, len(history.writes) - 1)
        if upto == after:
            continue
        unit = history.unit(writer.state, upto)
        behind = len(log.records) == writer.state.changelog_offset + 1
        last = log.append([(one.key or b"", one.value) for one in unit.changelog()])
        if behind:
            writer.state.applied(unit.writes, upto, unit.seen, last)
        else:
            writers.remove(writer)  # ChangelogIntruder: it has to start anew
            writers.append(Writer(log))


@example(History([{b"a": b'"1"'}, {b"a": None}]), [("start", 0, 1), ("write", 0, 1), ("write", 1, 2)], 60)
@given(HISTORIES, LIVES, st.integers(1, 60))
def test_any_interleaving_of_owners_and_zombies_recovers_the_owners_state(
    history: History, steps: list[tuple[str, int, int]], batch_bytes: int
) -> None:
    log = Log()
    _play(history, steps, log)
    state = Writer(log).state
    assert (dict(state.values), state.seen) == history.state_after(state.position)
    for repair in state.repairs(batch_bytes):
        assert repair[0] == (POSITION_KEY, b"%d" % state.position)
        state.repaired(repair, log.append(repair))
    assert not state.stale
    compacted = PartitionState()
    compacted.restore(log.compacted())
    assert (compacted.position, compacted.values, compacted.seen) == (state.position, state.values, state.seen)
    again = Writer(log).state
    assert (again.position, dict(again.values), again.seen) == (state.position, dict(state.values), state.seen)
    assert not again.repairs(batch_bytes)
    assert again.changelog_offset == len(log.records) - 1


@given(HISTORIES, LIVES, st.data())
def test_half_written_repairs_leave_the_rest_to_be_repaired(
    history: History, steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    log = Log()
    _play(history, steps, log)
    repairs = Writer(log).state.repairs(1)
    for repair in repairs[: data.draw(st.integers(0, len(repairs)))]:
        log.append(repair)
    state = Writer(log).state
    assert (dict(state.values), state.seen) == history.state_after(state.position)
    for repair in state.repairs(1):
        log.append(repair)
    assert log.newest() == dict(state.values)


@given(HISTORIES, LIVES, st.data())
def test_reading_in_pieces_and_again_is_the_same(
    history: History, steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    log = Log()
    _play(history, steps, log)
    whole, pieces = Writer(log).state, PartitionState()
    place = 0
    while place < len(log.records):
        start = data.draw(st.integers(0, place))
        place = data.draw(st.integers(place + 1, len(log.records)))
        pieces.restore(log.records[start:place])
    assert vars(pieces) == vars(whole)


@given(HISTORIES, LIVES)
@settings(max_examples=30)
def test_the_disk_store_recovers_the_same(
    tmp_path_factory: pytest.TempPathFactory, history: History, steps: list[tuple[str, int, int]]
) -> None:
    log = Log()
    _play(history, steps, log)
    whole = Writer(log).state
    path = tmp_path_factory.mktemp("disk") / "partition.sqlite"
    for part in _halves(log.records):
        state = DiskPartitionState(path)  # each half in a process of its own
        state.restore(part)
        state.close()
    state = DiskPartitionState(path)
    assert (dict(state.values), state.position, state.seen, state.stale, state.changelog_offset) == (
        dict(whole.values), whole.position, whole.seen, whole.stale, whole.changelog_offset,
    )  # fmt: skip
    assert state.repairs(100) == whole.repairs(100)
    state.close()


def test_a_zombie_that_wrote_nothing_but_its_position_is_put_right() -> None:
    """Else its position would be all that compaction leaves, and the worker would refuse to start."""
    log = Log()
    log.append([(POSITION_KEY, b"5"), (b"a", b"1")])
    log.append([(POSITION_KEY, b"3")])
    (repair,) = Writer(log).state.repairs(100)
    assert repair == [(POSITION_KEY, b"5")]
    log.append(repair)
    compacted = PartitionState()
    compacted.restore(log.compacted())
    assert (compacted.position, compacted.stale) == (5, set())


def test_what_its_owner_wrote_over_needs_no_repair() -> None:
    log = Log()
    mark = (SEEN_PREFIX + b"up/0", pack_mark((1, 0)))
    for position, value in ((5, b"1"), (3, b"zombie's"), (6, b"2")):
        log.append([(POSITION_KEY, b"%d" % position), mark, (b"a", value), (b"b", None)])
    state = Writer(log).state
    assert (state.position, dict(state.values), state.stale) == (6, {b"a": b"2"}, set())
    assert state.repairs(100) == []


def _halves(records: list[PlainRecord]) -> Iterator[list[PlainRecord]]:
    yield records[: len(records) // 2]
    yield records[len(records) // 2 :]


def test_a_disk_store_keeps_what_was_applied(tmp_path: Path) -> None:
    state = DiskPartitionState(tmp_path / "partition.sqlite")
    state.applied({b"a": b"1", b"b": b"2"}, 5, {b"up/0": (3, 1)}, 7)
    state.applied({b"a": None}, 6, {}, 9)
    state.close()
    again = DiskPartitionState(tmp_path / "partition.sqlite")
    assert (dict(again.values), again.position, again.seen, again.changelog_offset) == (
        {b"b": b"2"}, 6, {b"up/0": (3, 1)}, 9,
    )  # fmt: skip
    again.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, b"x"),
        (POSITION_KEY, b"far"),
        (POSITION_KEY, None),
        (SEEN_PREFIX + b"up/0", b"1"),
        (SEEN_PREFIX + b"up/0", None),
        (b"\0unknown", b"1"),
    ],
)
def test_a_record_that_no_worker_writes_is_named(key: bytes | None, value: bytes | None) -> None:
    with pytest.raises(RecoveryFailed, match="record 17 of changelog/3"):
        PartitionState().restore([PlainRecord("changelog", 3, 17, key, value)])
