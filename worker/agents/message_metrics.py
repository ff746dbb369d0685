"""Agent message_metrics: reporting webhooks become the track events that Segment gets.

Reads `reporting.events`, writes `segment.message-metrics`; its table keeps which events were handled lately.
"""

from worker.agents.original import arrival, original
from worker.agents.outlets import Outlets
from worker.agents.perform_metrics import MetricsPerformer
from worker.metrics.decide import MetricRules, decide_metrics
from worker.metrics.invalid import InvalidWebhook
from worker.metrics.recent import RecentValue
from worker.metrics.settings import MetricsSettings
from worker.metrics.webhook import decode_webhook
from worker.runtime.agent import AgentSpec, TableSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.unit import Unit
from worker.topics import names
from worker.workspace.messages import Cause


def message_metrics_agent(topic: str, settings: MetricsSettings, outlets: Outlets) -> AgentSpec[RecentValue]:
    """The agent, reading `topic`."""
    rules = MetricRules(settings)
    dead_letters = outlets.dead_letters[names.REPORTING_EVENTS]
    perform = MetricsPerformer(outlets, dead_letters).perform

    def handle(record: Record, unit: Unit[RecentValue]) -> None:
        try:
            webhook = decode_webhook(record.value)
        except InvalidWebhook as problem:
            raise InvalidMessage(problem.reason, problem.detail) from problem
        replayed = original(record)
        arrived = arrival(record)
        cause = Cause(webhook.event_id, webhook.timestamp, arrived, record.topic, record.partition, record.offset)
        if replayed is not None and not replayed.relay:
            return  # a replay reaches Segment only when it was asked to
        perform(decide_metrics(unit, webhook, cause, rules), record, unit, event_id=webhook.event_id)

    return AgentSpec("message_metrics", topic, dead_letters, handle, TableSpec("message_metrics", RecentValue))
