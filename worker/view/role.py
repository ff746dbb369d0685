"""The view's role: reads all of topic workspace.changes, without a consumer group, into the file."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import structlog
from msgspec import Struct

from worker.runtime.bounds import warn_missing
from worker.runtime.connection import Connection
from worker.runtime.reader import TopicReader
from worker.view.database import writer
from worker.view.errors import ViewFault
from worker.view.intake import REBUILD
from worker.view.rows import Rows
from worker.view.store import Store

log = structlog.get_logger(__name__)


class Written(Struct, frozen=True):
    """A batch that is in the file: its changes, the repeats among its records, and the next offset by partition."""

    changes: int
    repeats: int
    positions: Mapping[int, int]
    types: Mapping[str, int] = {}
    """How many changes there were of each type."""
    seconds: float = 0.0
    """How long it took to write them."""
    lag: int = 0
    """Records that waited in the topic after the batch."""


OnBatch: TypeAlias = Callable[[Written], None]


async def run_view(
    connection: Connection,
    topic: str,
    path: Path,
    stop: asyncio.Event,
    on_batch: OnBatch | None = None,
    *,
    batch_records: int = 2000,
) -> None:
    """Keep the file at `path` up to date with `topic` until `stop` is set; it is exact after any crash.

    `on_batch` is told where the file stands, once the brokers answer, and then of every batch once it is written. A
    batch is at most `batch_records`, and one transaction.

    Raises:
        ViewFault: when the file or the topic isn't what it must be, or the file can't be written; the text says what
            to do.
        BrokerUnreachable: when no broker answers at the start.
    """
    async with writer(path) as database:
        store = Store(database)
        intake = await store.take_over(topic)
        log.info("view_opened", path=str(path), topic=topic, changes=intake.number)
        positions = dict(intake.positions)
        async with TopicReader(connection, topic, positions=positions, batch_records=batch_records) as reader:
            if ended := reader.ended_before(positions):
                raise ViewFault(
                    f"partition {ended[0]} ends before offset {positions[ended[0]]}, where the view stands: the topic "
                    f"was made anew. {REBUILD}"
                )
            for partition, first in reader.starts.items():
                if first and partition not in positions:  # where it stood before them, what comes next is refused
                    warn_missing(topic, partition, 0, first)
            if on_batch is not None:
                on_batch(Written(0, 0, dict(intake.positions), lag=reader.lag(intake.positions)))
            async for batch in reader.batches(stop):
                before, repeats = intake.number, intake.repeats
                rows = Rows()
                for partition, records in batch.items():
                    intake.take(partition, records, rows)
                started = time.monotonic()
                await store.write(rows, intake)
                if on_batch is not None:
                    on_batch(
                        Written(
                            changes=intake.number - before,
                            repeats=intake.repeats - repeats,
                            positions=dict(intake.positions),
                            types=Counter(row.type for row in rows.activities),
                            seconds=time.monotonic() - started,
                            lag=reader.lag(intake.positions),
                        )
                    )
        log.info("view_closed", changes=intake.number, repeats=intake.repeats)
