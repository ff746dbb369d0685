"""What a worker tells about itself."""

from collections.abc import Iterator
from typing import Final

from worker.metrics.effects import SkipReason, WarningKind
from worker.observe import metrics
from worker.observe.observer import Sample
from worker.reasons import Reason
from worker.runtime import condition
from worker.runtime.app import Runtime
from worker.runtime.partition_state import MemoryStore

_OF_WEBHOOKS: Final = "message_metrics"
"""The agent that reads reporting webhooks."""


class WorkerObserver:
    """Reads what the runtime counts anyhow."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def not_alive(self) -> str | None:
        """See `condition.not_alive`."""
        return condition.not_alive(self._runtime)

    def not_ready(self) -> str | None:
        """See `condition.not_ready`."""
        return condition.not_ready(self._runtime)

    async def refresh(self) -> None:
        """All is at hand."""

    def samples(self) -> Iterator[Sample]:
        """All metrics of role worker."""
        runtime = self._runtime
        for agent, meter in runtime.meters.items():
            yield Sample(metrics.RECORDS, (agent,), meter.records)
            yield Sample(metrics.SKIPPED, (agent,), meter.skipped)
            yield Sample(metrics.REPEATS, (agent,), meter.repeats)
            yield Sample(metrics.UNITS, (agent,), meter.units)
            yield Sample(metrics.BATCH_SECONDS, (agent,), meter.batch_s)
            yield Sample(metrics.EVENT_AGE_SECONDS, (agent,), meter.age_s)
            for reason in Reason:  # from 0 on: a rate needs something before the first one
                yield Sample(metrics.DEAD_LETTERS, (agent, reason.value), meter.dead_letters[reason])
        if (webhooks := runtime.meters.get(_OF_WEBHOOKS)) is not None:
            for warning in WarningKind:
                yield Sample(metrics.WEBHOOK_WARNINGS, (warning.value,), webhooks.counted[warning])
            for why in SkipReason:
                yield Sample(metrics.WEBHOOKS_SKIPPED, (why.value,), webhooks.counted[why])
        for kind, deliveries in runtime.deliveries.items():
            yield Sample(metrics.DELIVERED, (kind,), deliveries.records)
            yield Sample(metrics.DELIVERY_SECONDS, (kind,), deliveries.seconds)
        for topic, lag in runtime.progress.lag.items():
            yield Sample(metrics.LAG, (topic,), lag)
        yield Sample(metrics.COMMIT_AGE_SECONDS, (), runtime.progress.stands_still_s)
        yield Sample(metrics.PARTITIONS, (), runtime.progress.partitions)
        yield Sample(metrics.REBALANCING, (), condition.rebalancing(runtime))
        yield Sample(metrics.RECOVERING, (), condition.recovering(runtime))
        yield Sample(metrics.RECOVERED, (), runtime.consumer.restored)
        for agent, table in runtime.tables.items():
            store = table.partitioned.partitions
            if isinstance(store, MemoryStore):
                yield Sample(metrics.STATE_KEYS, (agent,), store.size())
