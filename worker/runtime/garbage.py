"""When Python looks for reference cycles: between units of work, not while one is decided."""

import asyncio
import gc
import time

EVERY_S = 1.0
"""Cycles do arise in the Kafka client, and what they hold must not pile up."""

_SHARE = 0.01
"""Of the time: with much that lives, it is looked at less often."""


async def collect_garbage() -> None:
    """Look for reference cycles now and then, and let Python not do so by itself, until this is cancelled.

    A batch makes thousands of objects that all die with it, none of them in a cycle. Python counts new objects, and so
    it looks where most of them live, in the middle of a unit: that took a tenth of a worker's time. What lives at the
    start stays, and is looked at no more.
    """
    gc.freeze()
    gc.disable()
    try:
        rest_s = EVERY_S
        while True:
            await asyncio.sleep(rest_s)
            began = time.perf_counter()
            gc.collect()
            rest_s = max(EVERY_S, (time.perf_counter() - began) / _SHARE)
    finally:
        gc.enable()
        gc.unfreeze()
