"""Ends a worker that has records waiting and does not commit: what helps against a hung consumer is a restart."""

import asyncio
import time
from collections.abc import Mapping

from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from worker.runtime.app import Runtime
from worker.runtime.errors import Stalled
from worker.runtime.meter import Progress


async def watch(runtime: Runtime) -> None:
    """Watch for ever.

    Raises:
        Stalled: when some partition had records waiting and neither its offset nor a recovery moved for
            `tuning.stall_s`, or when the broker could not be asked for as long.
    """
    limit_s = runtime.tuning.stall_s
    moved_at: dict[TP, tuple[tuple[int, int], float]] = {}
    answered_at = time.monotonic()
    while True:
        await asyncio.sleep(min(limit_s / 4, 5.0))
        now = time.monotonic()
        consumer = runtime.consumer
        try:
            async with asyncio.timeout(limit_s / 2):
                ends = await _ends(runtime)
                passed = await consumer.passed(ends)
            answered_at = now
        except (TimeoutError, OSError, RuntimeError, ConsumerNotStarted) as problem:
            if now - answered_at > limit_s:
                raise Stalled(f"the broker was not reached for {now - answered_at:.0f} s: {problem!r}") from problem
            continue
        progress = Progress(partitions=len(ends), seen_at=now)
        for tp, end in ends.items():
            offset = passed[tp]
            moved = (offset, consumer.restored)
            progress.lag[tp.topic] = progress.lag.get(tp.topic, 0) + max(0, end - offset)
            before = moved_at.get(tp)
            if before is None or before[0] != moved or offset >= end:
                moved_at[tp] = (moved, now)
            elif now - before[1] > limit_s:
                raise Stalled(
                    f"{tp.topic}/{tp.partition}: {end - offset} records wait after offset {offset} "
                    f"and nothing moved for {now - before[1]:.0f} s"
                )
            else:
                progress.stands_still_s = max(progress.stands_still_s, now - before[1])
        runtime.progress = progress
        moved_at = {tp: entry for tp, entry in moved_at.items() if tp in ends}


async def _ends(runtime: Runtime) -> Mapping[TP, int]:
    """Where the input partitions of this worker end.

    Raises:
        ConsumerNotStarted: when it was never let into the group.
    """
    consumer = runtime.consumer
    assigned = consumer.assignment()
    if not runtime.app.consumer_generation_id:
        raise ConsumerNotStarted("not yet a member of the group")
    inputs = {spec.topic for spec in runtime.agents}
    partitions = [tp for tp in assigned if tp.topic in inputs]
    ends = await consumer.highwaters(*partitions) if partitions else {}
    return {tp: ends[tp] or 0 for tp in partitions}
