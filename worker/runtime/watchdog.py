"""Ends a worker that has records waiting and does not commit: what helps against a hung consumer is a restart."""

import asyncio
import time

from worker.runtime.app import Runtime
from worker.runtime.errors import Stalled


async def watch(runtime: Runtime) -> None:
    """Watch for ever.

    Raises:
        Stalled: when some partition had records waiting and none of its offsets moved for `tuning.stall_s`, or when
            the broker could not be asked for as long.
    """
    limit_s = runtime.tuning.stall_s
    moved_at: dict[object, tuple[int, float]] = {}
    answered_at = time.monotonic()
    while True:
        await asyncio.sleep(min(limit_s / 4, 5.0))
        now = time.monotonic()
        consumer = runtime.consumer
        inputs = {spec.topic for spec in runtime.agents}
        partitions = [tp for tp in consumer.assignment() if tp.topic in inputs]
        try:
            async with asyncio.timeout(limit_s / 2):
                ends = await consumer.highwaters(*partitions) if partitions else {}
            answered_at = now
        except (TimeoutError, OSError, RuntimeError) as problem:
            if now - answered_at > limit_s:
                raise Stalled(f"the broker was not reached for {now - answered_at:.0f} s: {problem!r}") from problem
            continue
        done = consumer.done_offsets()
        for tp in partitions:
            offset = done.get(tp) or consumer.committed_offset(tp)
            before = moved_at.get(tp)
            if before is None or before[0] != offset or offset >= (ends[tp] or 0):
                moved_at[tp] = (offset, now)
            elif now - before[1] > limit_s:
                raise Stalled(
                    f"{tp.topic}/{tp.partition}: {(ends[tp] or 0) - offset} records wait after offset {offset} "
                    f"and nothing moved for "
                    f"{now - before[1]:.0f} s"
                )
        moved_at = {tp: entry for tp, entry in moved_at.items() if tp in partitions}
