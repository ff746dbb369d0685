"""What a worker tells before anything came in."""

from tests.support.recording import RecordingPublisher
from worker.config import load_config
from worker.deployment import make_deployment
from worker.metrics.effects import SkipReason, WarningKind
from worker.observe import metrics
from worker.observe.worker_role import WorkerObserver
from worker.reasons import Reason
from worker.runtime.app import Runtime
from worker.wiring import make_agents


async def test_what_is_counted_now_and_then_is_told_from_0_on() -> None:
    deployment = make_deployment(load_config(None))
    agents, tuning = make_agents(deployment), deployment.config.worker
    runtime = Runtime("test", 1, deployment.connection, tuning, agents, publisher=RecordingPublisher())
    counted = runtime.meters["message_metrics"].counted
    counted[WarningKind.UNKNOWN_EVENT] += 3
    counted[SkipReason.DUPLICATE] += 2
    told = list(WorkerObserver(runtime).samples())
    assert {sample.labels: sample.value for sample in told if sample.metric is metrics.WEBHOOK_WARNINGS} == {
        (kind.value,): 3 if kind is WarningKind.UNKNOWN_EVENT else 0 for kind in WarningKind
    }
    assert {sample.labels: sample.value for sample in told if sample.metric is metrics.WEBHOOKS_SKIPPED} == {
        (reason.value,): 2 if reason is SkipReason.DUPLICATE else 0 for reason in SkipReason
    }
    letters = {sample.labels: sample.value for sample in told if sample.metric is metrics.DEAD_LETTERS}
    assert letters == {(spec.name, reason.value): 0 for spec in agents for reason in Reason}
