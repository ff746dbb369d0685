"""In what condition a running worker is: alive (else it must be restarted), and ready (else others wait for it)."""

import time

from faust.tables.manager import TableManager

from worker.runtime.app import Runtime


def not_alive(runtime: Runtime) -> str | None:
    """What is wrong with the worker so that only a restart helps; None when nothing is. That it answers tells too.

    Where records wait and nothing is committed the watchdog stops the worker, which shows as a fault here.
    """
    if runtime.fault is not None:
        return f"stopping: {runtime.fault}"
    progress, limit_s = runtime.progress, runtime.tuning.stall_s
    if progress.seen_at is not None and time.monotonic() - progress.seen_at > 2 * limit_s:
        return f"its partitions were not looked at for {time.monotonic() - progress.seen_at:.0f} s"
    return None


def rebalancing(runtime: Runtime) -> bool:
    """Whether the group shares out its partitions, or this worker is not yet a member."""
    return runtime.app.rebalancing or not runtime.app.consumer_generation_id


def recovering(runtime: Runtime) -> bool:
    """Whether state is being read from the changelogs."""
    tables = runtime.app.tables
    assert isinstance(tables, TableManager)
    return bool(tables.recovery.in_recovery)


def not_ready(runtime: Runtime) -> str | None:
    """What the worker is still waiting for; None when it reads its input."""
    if runtime.fault is not None:
        return "stopping"
    if not runtime.app.started or rebalancing(runtime):
        return "rebalancing"
    if recovering(runtime):
        return "recovering"
    return None if runtime.consumer.resumed else "starting to read"
