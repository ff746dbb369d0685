"""Performs a backfill: reads, chooses, sends at the pace that the system allows, and notes how far it is."""

import time
from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
from msgspec import Struct

from worker.backfill.checkpoint import Checkpoint
from worker.backfill.copies import LINE_ROOM_BYTES, copy_in, place_in
from worker.backfill.governor import Governor
from worker.backfill.plan import Progress, Run, is_noted
from worker.backfill.selecting import Choose, Unreadable, chooser
from worker.backfill.sources import ReadBatch, read_source
from worker.deployment import Deployment
from worker.gateway.keying import record_partition
from worker.gateway.sending import inbound_publisher
from worker.runtime.connection import Connection
from worker.runtime.lag import LagReader
from worker.runtime.outgoing import Out
from worker.runtime.publisher import KafkaPublisher
from worker.runtime.ranges import RangeReader
from worker.runtime.replayed import mark_of
from worker.topics.contract import Contract


class Status(Struct, frozen=True):
    """How a run is doing: its progress, what waits for the workers, and whether there is live traffic beside it."""

    progress: Progress
    waiting: int
    live: bool


Told = Callable[[Status], None]


class Cancelled(Exception):
    """Somebody cancelled the run."""


async def ends_now(deployment: Deployment, contract: str) -> dict[int, int]:
    """Where the topic that a backfill goes to ends. Raises BrokerUnreachable."""
    async with RangeReader(deployment.connection, deployment.topic(contract)) as reader:
        return (await reader.bounds()).ends


async def replay(deployment: Deployment, checkpoint: Checkpoint, run: Run, told: Told) -> Progress:
    """Do what is left of `run`.

    A record that was sent but not noted before a kill is found in the topic, by its mark, and not sent again.

    Raises:
        Cancelled: when the run was cancelled meanwhile.
        CheckpointError: when the checkpoint can't be read or written.
        SourceChanged, TopicChanged, UnreadableError, OSError: when what is to be read is not there any more. (What the
            topic's retention deleted meanwhile is counted as missing.) TopicChanged also when what was sent is not.
        BrokerUnreachable, DeliveryFailed, KafkaError, TimeoutError: when Kafka is away. All that was noted stays.
    """
    plan, progress = run.plan, run.progress
    contract = deployment.contracts[plan.contract]
    already = await _sent_since(deployment.connection, contract.topic, run)
    async with (
        LagReader(deployment.connection) as lag,
        inbound_publisher(deployment.connection, contract) as publisher,
    ):
        sender = _Sender(publisher, contract, len(await lag.ends(contract.topic)), run, already)
        governor = Governor(lag, deployment, plan.contract, plan.rate, partial(_expect_wanted, checkpoint, run.id))
        choose = chooser(plan)
        longest = contract.max_message_bytes - LINE_ROOM_BYTES
        async for batch in read_source(deployment.connection, plan, progress, longest):
            outputs, counted = sender.prepare(batch, choose, progress)
            async for sent in sender.send(outputs, governor):
                told(
                    Status(
                        msgspec.structs.replace(counted, sent=counted.sent - sent), governor.waiting, governor.pace.live
                    )
                )
            await _expect_topic(deployment.connection, contract.topic, progress.scan, governor.ends)
            progress = msgspec.structs.replace(
                counted, positions={**progress.positions, **batch.positions}, done=batch.done
            )
            if governor.ends and not sender.has_unnoted(progress):
                progress = msgspec.structs.replace(progress, scan=governor.ends)
            told(Status(progress, governor.waiting, governor.pace.live))
            if await checkpoint.save(run.id, progress, time.time()) == "cancelled":
                raise Cancelled
    await checkpoint.set_state(run.id, "done", time.time())
    return progress


class _Sender:
    """Makes records of what was read, and sends them."""

    def __init__(
        self, publisher: KafkaPublisher, contract: Contract, partitions: int, run: Run, already: set[tuple[int, int]]
    ) -> None:
        self._publisher = publisher
        self._contract = contract
        self._partitions = partitions
        self._run = run
        self._already = already

    def prepare(self, batch: ReadBatch, choose: Choose, progress: Progress) -> tuple[list[tuple[int, Out]], Progress]:
        """The records to be sent, each with its partition; and the counts once they are."""
        outputs: list[tuple[int, Out]] = []
        filtered, unreadable, known = progress.filtered, progress.unreadable + batch.oversized, 0
        for source in batch.records:
            chosen = choose(source, batch.fallback_ms)
            if chosen is None:
                filtered += 1
            elif isinstance(chosen, Unreadable):
                unreadable += 1
            elif (source.source, source.position) in self._already:
                known += 1
            elif (copy := copy_in(self._run.id, self._run.plan, chosen, self._contract)) is None:
                unreadable += 1
            else:
                outputs.append((record_partition(source.key, source.value, self._partitions), copy))
        counted = msgspec.structs.replace(
            progress,
            filtered=filtered,
            unreadable=unreadable,
            sent=progress.sent + known + len(outputs),
            missing=progress.missing + batch.missing,
        )
        return outputs, counted

    def has_unnoted(self, progress: Progress) -> bool:
        """Whether an earlier process sent something that `progress` does not say: partitions may come in any order."""
        self._already = {each for each in self._already if not is_noted(self._run.plan, progress, *each)}
        return bool(self._already)

    async def send(self, outputs: list[tuple[int, Out]], governor: Governor) -> AsyncIterator[int]:
        """Send, as fast as `governor` permits; how many are left, after each step."""
        at = 0
        while at < len(outputs):
            permitted = await governor.permit(len(outputs) - at)
            places: dict[tuple[str, int], list[Out]] = {}
            for partition, one in outputs[at : at + permitted]:
                places.setdefault((self._contract.topic, partition), []).append(one)
            await self._publisher.deliver(places)
            at += permitted
            yield len(outputs) - at


async def _expect_wanted(checkpoint: Checkpoint, run_id: str) -> None:
    """Raises Cancelled where somebody has cancelled the run, which may be waiting for workers that are away."""
    if await checkpoint.state(run_id) == "cancelled":
        raise Cancelled


async def _expect_topic(connection: Connection, topic: str, before: dict[int, int], ends: dict[int, int]) -> None:
    """Raises TopicChanged where the topic ends at `ends`, and `before` further on: what was sent is gone with it."""
    if any(ends.get(number, end) < end for number, end in before.items()):
        async with RangeReader(connection, topic) as reader:
            await reader.bounds_beyond(before)


async def _sent_since(connection: Connection, topic: str, run: Run) -> set[tuple[int, int]]:
    """What the run sent and has not noted, by source and position. Raises TopicChanged: what it noted is gone."""
    found: set[tuple[int, int]] = set()
    async with RangeReader(connection, topic) as reader:
        starts, ends = await reader.bounds_beyond(run.progress.scan)
        positions = {number: max(run.progress.scan.get(number, 0), start) for number, start in starts.items()}
        async for batch in reader.batches(positions, ends):
            for records in batch.values():
                for record in records:
                    place = place_in(run.id, mark_of(record.headers))
                    if place is not None and not is_noted(run.plan, run.progress, *place):
                        found.add(place)
    return found
