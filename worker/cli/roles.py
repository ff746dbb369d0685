"""`worker`, `view`, `relay`: one role of a deployment, in the foreground, until SIGTERM or Ctrl-C."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import structlog
import typer
from aiokafka.errors import KafkaError

from worker.cli.connecting import ConfigOption, configured, deployed
from worker.cli.standard_output import drop_output
from worker.deployment import Deployment
from worker.logs import configure_logs
from worker.observe.observer import Observed
from worker.observe.relay_role import RelayObserver
from worker.observe.server import serving
from worker.observe.view_role import ViewObserver
from worker.observe.worker_role import WorkerObserver
from worker.relay.printing import print_metrics
from worker.relay.role import run_relay
from worker.runtime.beside import done_before
from worker.runtime.connect import await_brokers
from worker.runtime.errors import RuntimeFault
from worker.runtime.run import run_worker
from worker.runtime.signals import stop_on_signals
from worker.topics import names
from worker.topics.check import check
from worker.topics.cluster import TopicsError
from worker.view.role import run_view
from worker.wiring import make_delivery, make_worker

InstanceOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--instance-id", help="Static membership: restarted under this name it keeps its partitions."),
]

PrintOption: TypeAlias = Annotated[
    bool,
    typer.Option("--print", help="Print what would be sent, and send nothing, whether or not there is a write key."),
]

Role: TypeAlias = Callable[[Deployment, asyncio.Event], Awaitable[None]]

log = structlog.get_logger("segment-worker")


def worker(config: ConfigOption = None, instance_id: InstanceOption = None) -> None:
    """Run the agents: Segment events become the workspace, reporting webhooks become message metrics."""
    observed = Observed("worker")

    async def role(deployment: Deployment, stop: asyncio.Event) -> None:
        runtime = make_worker(deployment, instance_id=instance_id)
        observed.observer = WorkerObserver(runtime)
        await run_worker(runtime, stop, on_ready=lambda: log.info("ready", agents=len(runtime.agents)))

    run_role(observed, config, role)


def relay(config: ConfigOption = None, only_print: PrintOption = False) -> None:
    """Deliver the message metrics to Segment; without a write key print them, one JSON line each.

    What is printed counts as not delivered: printing has a consumer group of its own.
    """
    observed = Observed("relay")

    async def role(deployment: Deployment, stop: asyncio.Event) -> None:
        topic = deployment.topic(names.MESSAGE_METRICS)
        observer = observed.observer = RelayObserver(topic)
        write_key = deployment.config.source.write_key
        if not write_key or only_print:
            log.info("printing", reason="--print" if only_print else "source.write_key is not set")
            observer.works()
            await print_metrics(deployment.connection, topic, deployment.printing_group, stop, _print)
        else:
            delivery = make_delivery(deployment, write_key)

            def ready() -> None:
                observer.works()
                log.info("ready", endpoint=delivery.url)

            await run_relay(delivery, stop, observer.meter, on_ready=ready)

    run_role(observed, config, role)


def view(config: ConfigOption = None) -> None:
    """Keep the workspace in SQLite, for `people show` and `objects show`."""
    observed = Observed("view")

    async def role(deployment: Deployment, stop: asyncio.Event) -> None:
        changes, path = deployment.topic(names.WORKSPACE_CHANGES), Path(deployment.config.view.path)
        observer = observed.observer = ViewObserver(changes, path)
        await run_view(deployment.connection, changes, path, stop, observer.take)

    run_role(observed, config, role)


def _print(event: bytes) -> None:
    try:
        typer.echo(event)
    except OSError as problem:
        drop_output()
        raise RuntimeFault(f"standard output can't be written: {problem.strerror}") from problem


def run_role(observed: Observed, path: Path | None, role: Role) -> None:
    """Run `role` until it is told to stop (exit code 0) or must stop (1); 2: the configuration is wrong.

    What `observed` tells is served over HTTP meanwhile, where the configuration says so.
    """
    config = configured(path, as_json=False)
    configure_logs(config.log.level, json={"auto": None, "json": True, "text": False}[config.log.format])
    structlog.contextvars.bind_contextvars(role=observed.role)
    deployment = deployed(config, as_json=False)
    raise typer.Exit(asyncio.run(_supervised(deployment, role, observed)))


async def _await_topics(deployment: Deployment) -> None:
    """Wait for the brokers, then check the topics.

    A role does not start on topics that are missing or have other partition counts: keyed state would be torn apart.
    Nor does one where Kafka deletes what a changelog holds as it gets old: the state would lose it.
    """
    await await_brokers(deployment.connection)
    found = await check(deployment.connection, deployment.contracts)
    wrong = [each for each in found if each.what in ("topic", "partitions")]
    for each in found:
        log.warning("topic_differs", topic=each.topic, what=each.what, expected=each.expected, found=each.found)
    if wrong:
        raise RuntimeFault(
            f"{len(wrong)} topics are missing or have another number of partitions than their contracts "
            f"({', '.join(sorted({each.topic for each in wrong}))}): segment-worker topics apply | check. Topics that "
            "this user has no right to describe look missing too"
        )
    # Either counts beside compaction, too.
    aging = {each.topic for each in found if each.what in ("retention.ms", "retention.bytes")}
    policies = [each for each in found if each.expected == "compact"]
    forgetful = [each.topic for each in policies if "compact" not in (each.found or "") or each.topic in aging]
    if forgetful:
        raise RuntimeFault(
            f"Kafka deletes old records of {', '.join(forgetful)}, and with them state: set cleanup.policy=compact "
            "with kafka-configs.sh --alter"
        )


async def _supervised(deployment: Deployment, role: Role, observed: Observed) -> int:
    log.info("starting", brokers=",".join(deployment.connection.bootstrap_servers), group=deployment.group)
    with stop_on_signals() as stop:
        try:
            async with serving(deployment.config.monitoring, observed):
                if await done_before(stop, _await_topics(deployment)):
                    await role(deployment, stop)
        except (RuntimeFault, TopicsError, KafkaError, TimeoutError) as problem:
            log.error("stopped_by_fault", fault=type(problem).__name__, detail=str(problem))
            return 1
        except Exception as problem:
            log.exception("stopped_by_error", error=type(problem).__name__)
            raise SystemExit(1) from problem
    log.info("stopped")
    return 0
