"""What the agent message_metrics decides about each reporting webhook."""

from typing import Final

import orjson

from worker.metrics.effects import MetricEffect, PublishMetric, Skip, SkipReason
from worker.metrics.recent import DAY, RecentSet, RecentValue
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import NotMapped, TrackMapper
from worker.metrics.webhook import PREFERENCES_CHANGED, REPLIED, Webhook, webhook_key
from worker.workspace.effects import State
from worker.workspace.messages import Cause

DEDUP_DAYS: Final = 8
"""Customer.io retries a webhook for 7 days (customerio_semantics.md 1.6), and the last try may wait in a queue."""

_EACH_ITS_OWN: Final = frozenset({PREFERENCES_CHANGED, REPLIED})
"""Metrics that happen to a message again, and say something else each time: what the person prefers now, or wrote.
Send Frequency is about opens and clicks (customerio_semantics.md 1.6)."""

_SEEN: Final = RecentSet("seen", DEDUP_DAYS * DAY)


class MetricRules:
    """The settings, worked out once for many decisions."""

    def __init__(self, settings: MetricsSettings) -> None:
        self.mapper = TrackMapper(settings)
        first_only = settings.send_frequency == "first"
        self.first = RecentSet("first", settings.first_window_days * DAY) if first_only else None


def decide_metrics(state: State[RecentValue], webhook: Webhook, cause: Cause, rules: MetricRules) -> list[MetricEffect]:
    """The effects of one webhook: its track event once per event_id, or why there is none.

    It relies on repeats of an event, and with `first` on all events of a delivery and person, being on one partition:
    the topic is keyed by `webhook_key`. For the former any key made from the payload will do, for the latter any made
    from the delivery or the person. Keyed otherwise, a repeat may be published again, with the same messageId, by which
    the relay and Segment know it; and an event that is not the first may be published.
    """
    mapped = rules.mapper.map(webhook)
    if isinstance(mapped, NotMapped):
        return [*mapped.warnings, mapped.why]
    seen = _SEEN.add(state, webhook.event_id, cause.arrived)
    if seen is None:
        return [Skip(SkipReason.DUPLICATE)]
    key = webhook_key(webhook)
    effects: list[MetricEffect] = [*mapped.warnings, *seen]
    # An event without a delivery, such as a subscription, is no instance of another.
    if rules.first is not None and webhook.delivery_id and webhook.metric not in _EACH_ITS_OWN:
        instance = orjson.dumps([webhook.delivery_id, key, webhook.object_type, webhook.metric]).decode()
        first = rules.first.add(state, instance, cause.arrived)
        if first is None:
            return [*effects, Skip(SkipReason.NOT_FIRST)]
        effects += first
    effects.append(PublishMetric(key, mapped.event))
    return effects
