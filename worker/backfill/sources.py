"""Reads what a plan names, from where it was left."""

from collections.abc import AsyncIterator
from pathlib import Path

from msgspec import Struct

from worker.backfill.plan import Files, FileSource, Plan, Progress, TopicRange
from worker.backfill.selecting import Source, line_identity
from worker.gateway.keying import record_key
from worker.gateway.lines import read_lines
from worker.runtime.connection import Connection
from worker.runtime.ranges import RangeReader
from worker.workspace.messages import place_id

BATCH_RECORDS = 500
"""Records that are read, sent and noted together."""


class ReadBatch(Struct, frozen=True):
    """Records read together. Once they are done, `positions` and `done` are as said (see Progress).

    `fallback_ms` is the arrival of those that say nothing of it; `oversized` lines were longer than the topic takes;
    `missing` records before these were deleted from the topic before they could be read.
    """

    records: list[Source]
    positions: dict[int, int]
    done: int
    fallback_ms: int = 0
    oversized: int = 0
    missing: int = 0


class SourceChanged(Exception):
    """A file is not as it was when the backfill was planned."""


def describe_file(path: Path) -> FileSource:
    """The file as it is now. Raises OSError."""
    found = path.stat()
    return FileSource(str(path.absolute()), found.st_size, found.st_mtime_ns)


async def read_source(connection: Connection, plan: Plan, progress: Progress, longest: int) -> AsyncIterator[ReadBatch]:
    """The records from where `progress` left off; lines of files up to `longest` bytes.

    Raises:
        SourceChanged: when a file was changed since.
        UnreadableError, OSError: when a file can't be read.
        TopicChanged: when the topic is shorter than it was.
        BrokerUnreachable, KafkaError, TimeoutError: when the topic can't be read.
    """
    match plan.source:
        case TopicRange():
            async for batch in _topic(connection, plan.source, progress):
                yield batch
        case Files(files=files):
            done = 0
            for number, file in enumerate(files):
                async for batch in _file(plan, number, file, progress.positions[number], done, longest):
                    yield batch
                done += file.size


async def _topic(connection: Connection, source: TopicRange, progress: Progress) -> AsyncIterator[ReadBatch]:
    positions, done = progress.positions, progress.done
    async with RangeReader(connection, source.topic, batch_records=BATCH_RECORDS) as reader:
        async for batch in reader.batches(positions, source.ends):
            records = [
                Source(
                    number,
                    record.offset,
                    record.key,
                    record.value or b"",
                    record.headers,
                    place_id(source.topic, number, record.offset),
                    record.timestamp,
                )
                for number, found in batch.items()
                for record in found
            ]
            ends = {number: found[-1].offset + 1 for number, found in batch.items()}
            done += sum(end - positions[number] for number, end in ends.items())
            positions = {**positions, **ends}
            missing = sum(reader.missing.pop(number, 0) for number in batch)
            yield ReadBatch(records, positions, done, missing=missing)
        if positions != source.ends:  # the last offsets have no records: markers of transactions, or what was deleted
            done += sum(end - positions[number] for number, end in source.ends.items())
            yield ReadBatch([], dict(source.ends), done, missing=sum(reader.missing.values()))


async def _file(
    plan: Plan, number: int, file: FileSource, skip: int, before: int, longest: int
) -> AsyncIterator[ReadBatch]:
    if describe_file(Path(file.path)) != file:
        raise SourceChanged(f"{file.path} was changed since the backfill was planned")
    records: list[Source] = []
    oversized = 0
    line_number = read = 0
    for line in read_lines(Path(file.path), longest):
        line_number, read = line.number, line.read
        if line_number <= skip:
            continue
        if line.value is None:
            oversized += 1
        else:
            key = record_key(plan.contract, line.value)
            records.append(Source(number, line_number, key, line.value, (), line_identity(line.value), None))
        if len(records) + oversized >= BATCH_RECORDS:
            yield _lines(records, number, line_number, before + read, file, oversized)
            records, oversized = [], 0
    if line_number > skip:
        yield _lines(records, number, line_number, before + file.size, file, oversized)


def _lines(
    records: list[Source], number: int, line_number: int, done: int, file: FileSource, oversized: int
) -> ReadBatch:
    return ReadBatch(records, {number: line_number}, done, file.modified // 1_000_000, oversized)
