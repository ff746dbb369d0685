"""The one place where the effects of a decision about a reporting webhook are put into a unit of work."""

from collections.abc import Iterable
from typing import assert_never

import orjson
import structlog

from worker.agents.outlets import Outlets
from worker.metrics.effects import MetricEffect, PublishMetric, Skip, Warn
from worker.metrics.recent import RecentValue
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit
from worker.workspace.effects import DeadLetter, Delete, Put

log = structlog.get_logger(__name__)


class MetricsPerformer:
    """Performs effects for the agent message_metrics, whose dead letters go to `dead_letters`."""

    def __init__(self, outlets: Outlets, dead_letters: Target) -> None:
        self._metrics = outlets.metrics
        self._dead_letters = dead_letters

    def perform(
        self, effects: Iterable[MetricEffect], record: Record, unit: Unit[RecentValue], *, event_id: str
    ) -> None:
        """Put `effects`, decided from `record` with the webhook `event_id`, into `unit`, in order."""
        for effect in effects:
            match effect:
                case Put(key, value):
                    unit.put(key, value)  # type: ignore[arg-type]  # a decision puts values of its own table only
                case Delete(key):
                    unit.delete(key)
                case PublishMetric(key, event):
                    unit.send(self._metrics, key, orjson.dumps(event))
                case DeadLetter(reason, detail):
                    unit.dead_letter(self._dead_letters, record, reason, detail)
                case Skip(reason):
                    unit.count(reason)
                    log.debug("webhook_skipped", reason=reason.value, event_id=event_id)
                case Warn(kind, detail):
                    unit.count(kind)
                    log.debug("webhook_warning", kind=kind.value, detail=detail, event_id=event_id)
                case _:
                    assert_never(effect)
