"""A replay of messages between agents that is interrupted anywhere, and started again: each message is taken once."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Literal, cast

import pytest

from tests.support.recording import PlainRecord
from worker.deadletters import box, replay
from worker.deadletters.box import Box
from worker.deadletters.copies import Source
from worker.deadletters.replay import Handling, OnError, Outcome
from worker.deadletters.selection import Selection
from worker.deadletters.trial import Trial
from worker.reasons import Reason
from worker.runtime.connection import Connection
from worker.runtime.dead_letter import dead_letter
from worker.runtime.errors import DeliveryFailed
from worker.runtime.origin import ORIGIN_HEADER, Mark, read_origin
from worker.runtime.resend import Copy, Resender

TOPIC, LETTERS = "messages", "messages.dlq"
PARTITIONS = 2
Kind = Literal["before", "between", "after"]


class Kafka:
    """Two topics in memory. The call `fails_at` (from 0) fails `kind` what it writes is written."""

    def __init__(self, fails_at: int | None = None, kind: Kind = "before") -> None:
        self.logs: defaultdict[tuple[str, int], list[PlainRecord]] = defaultdict(list)
        self.fails_at = fails_at
        self.kind = kind
        self.calls = 0

    def put(self, topic: str, partition: int, copy: Copy) -> int:
        log = self.logs[topic, partition]
        log.append(PlainRecord(topic, partition, len(log), copy.key, copy.value, copy.headers))
        return len(log) - 1

    async def send(self, topic: str, partition: int, copies: Sequence[Copy]) -> list[int]:
        fails, self.calls = self.calls == self.fails_at, self.calls + 1
        written = {"before": 0, "between": len(copies) // 2, "after": len(copies)}[self.kind] if fails else len(copies)
        offsets = [self.put(topic, partition, copy) for copy in copies[:written]]
        if fails:
            raise DeliveryFailed("interrupted")
        return offsets

    async def partitions(self, _topic: str) -> frozenset[int]:
        return frozenset(range(PARTITIONS))

    async def scan(self, _connection: object, topic: str) -> AsyncIterator[PlainRecord]:
        for partition in range(PARTITIONS):
            for record in list(self.logs[topic, partition]):
                yield record

    def taken(self) -> Counter[bytes | None]:
        """What the agent that reads the topic takes: what is beyond the highest mark of its origin partition."""
        found: Counter[bytes | None] = Counter()
        for partition in range(PARTITIONS):
            seen: dict[bytes, Mark] = {}
            for record in self.logs[TOPIC, partition]:
                origin = read_origin(record.headers)
                assert origin is not None
                if origin[0] not in seen or origin[1] > seen[origin[0]]:
                    seen[origin[0]] = origin[1]
                    found[record.value] += 1
        return found


def with_letters(offsets: Sequence[int], fails_at: int, kind: Kind) -> Kafka:
    """Letters of the records with these offsets, in each partition."""
    kafka = Kafka(fails_at, kind)
    for partition in range(PARTITIONS):
        for offset in offsets:
            record = PlainRecord(TOPIC, partition, offset, b"key", b"%d/%d" % (partition, offset))
            letter = dead_letter(record, Reason.STATE_TOO_LARGE, "", 10_000)
            kafka.put(LETTERS, partition, Copy(letter.key, letter.value, letter.headers))
    return kafka


async def run(kafka: Kafka, limit: int | None = None) -> Outcome:
    sources = {LETTERS: Source("any", TOPIC, True, 10_000, -1)}
    letters = Box(cast("Connection", None), [LETTERS])
    handling = Handling(letters, cast("Resender", kafka), sources, lambda _: None)
    return await handling.replay(Selection(), Trial({}), OnError.STOP, limit)


@pytest.mark.parametrize("kind", ["before", "between", "after"])
@pytest.mark.parametrize(
    ("offsets", "per_mark"),
    [
        (range(5), 2),
        ((0, 0, 1, 2), 8),
        ((0, 1, 2, 0, 1, 2), 8),
        ((0, 1, 1, 0, 2, 3, 2, 4), 8),
        ((0, 1, 2, 0, 1, 2), 3),
    ],
    ids=["one letter a record", "one twice", "all twice", "some twice", "under two marks"],
)
async def test_each_message_is_taken_once(
    offsets: Sequence[int], per_mark: int, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed before its ack decides the same records again: then they have two letters each."""
    monkeypatch.setattr(replay, "LETTERS_PER_MARK", per_mark)
    wanted = Counter(b"%d/%d" % (partition, offset) for partition in range(PARTITIONS) for offset in set(offsets))
    for fails_at in range(1000):
        kafka = with_letters(offsets, fails_at, kind)
        monkeypatch.setattr(box, "scan", kafka.scan)
        try:
            await run(kafka)
        except DeliveryFailed:
            await run(kafka)
        assert kafka.taken() == wanted, f"interrupted at call {fails_at}"
        done = await run(kafka)
        assert (done.replayed, done.repeated, done.finished) == (0, 0, 0)
        if kafka.calls <= fails_at:
            return


async def test_a_copy_has_its_records_headers_but_an_origin_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the record's own origin its reader would take it for a repeat."""
    kafka = Kafka()
    monkeypatch.setattr(box, "scan", kafka.scan)
    record = PlainRecord(TOPIC, 0, 0, b"key", b"value", [(ORIGIN_HEADER, b"source/1/2/3"), ("own", b"1")])
    letter = dead_letter(record, Reason.STATE_TOO_LARGE, "", 10_000)
    kafka.put(LETTERS, 0, Copy(letter.key, letter.value, letter.headers))
    await run(kafka)
    (sent,) = kafka.logs[TOPIC, 0]
    assert sent.headers == [("own", b"1"), (ORIGIN_HEADER, b"messages.dlq/0@1/0/0")]


async def test_what_an_interrupted_replay_left_is_not_sent_once_more_for_another_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay, "LETTERS_PER_MARK", 3)
    kafka = with_letters((0, 1, 2, 0, 1, 2), fails_at=1, kind="before")
    monkeypatch.setattr(box, "scan", kafka.scan)
    with pytest.raises(DeliveryFailed):
        await run(kafka)
    done = await run(kafka)
    assert (done.finished, done.replayed, done.repeated) == (3, 3, 6)
    assert set(kafka.taken().values()) == {1}


async def test_other_letters_of_what_an_earlier_run_sent_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = with_letters((0, 1, 2, 0, 1, 2), fails_at=-1, kind="before")
    monkeypatch.setattr(box, "scan", kafka.scan)
    first, second = await run(kafka, 4), await run(kafka)
    assert ((first.replayed, first.repeated), (second.replayed, second.repeated)) == ((3, 1), (3, 5))
    assert set(kafka.taken().values()) == {1}


async def test_letters_of_a_record_in_the_place_of_one_that_was_sent_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a topic was made anew, whose dead letters were kept."""
    kafka = with_letters((0,), fails_at=-1, kind="before")
    monkeypatch.setattr(box, "scan", kafka.scan)
    await run(kafka)
    letter = dead_letter(PlainRecord(TOPIC, 0, 0, b"key", b"another", (), 5_000), Reason.STATE_TOO_LARGE, "", 10_000)
    kafka.put(LETTERS, 0, Copy(letter.key, letter.value, letter.headers))
    assert (await run(kafka)).replayed == 1
    assert kafka.taken()[b"another"] == 1


async def test_only_so_many_records_of_earlier_runs_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_REMEMBERED", 2)
    kafka = with_letters((0, 1, 2, 0, 2), fails_at=-1, kind="before")
    monkeypatch.setattr(box, "scan", kafka.scan)
    await run(kafka, 3)
    done = await run(kafka, 2)
    assert (done.replayed, done.repeated) == (1, 1)
