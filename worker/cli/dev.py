"""`segment-worker dev`: everything on this machine, the bundled examples through it, and what came out."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console

from worker.cli.connecting import STATE_DIRECTORY, ConfigOption, configured, deployed, view_of_dev
from worker.cli.output import Problem, failed
from worker.cli.progress_display import ProgressDisplay
from worker.config import Config
from worker.deployment import Deployment
from worker.dev.examples import send_examples
from worker.dev.report import Report, print_report
from worker.dev.settled import Settling, wait_until_settled
from worker.dev.system import System, running
from worker.local import daemon
from worker.local.errors import LocalKafkaError
from worker.local.exclusive import exclusive
from worker.local.jars import Fetched
from worker.logs import configure_logs
from worker.runtime.beside import done_before
from worker.runtime.connect import await_brokers
from worker.runtime.errors import RuntimeFault
from worker.runtime.lag import LagReader
from worker.runtime.signals import exit_on_sigterm, stop_on_signals
from worker.topics.apply import apply
from worker.topics.cluster import TopicsError

EXIT_FAILED = 1


def dev(
    once: Annotated[
        bool, typer.Option("--once", help="End when the examples are through, also on a terminal.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Start a local Kafka and all roles, send the bundled example events, and show what came out.

    On a terminal it then stays up until Ctrl-C. A Kafka that the configuration names is used instead of a local one.
    """
    settings = configured(config, as_json=False)
    configure_logs("warning" if settings.log.level == "info" else settings.log.level, json=False)
    stay = not once and sys.stdout.isatty()
    console = Console(highlight=False)
    deployment = deployed(settings, as_json=False)
    try:
        with exit_on_sigterm(), _alone(), _kafka(settings) as dismiss:
            raise typer.Exit(asyncio.run(_run(deployment, console, stay, dismiss)))
    except (LocalKafkaError, TopicsError) as error:
        raise failed(Problem(error.problem, error.hint), as_json=False) from error
    except (RuntimeFault, KafkaError, TimeoutError) as error:
        raise failed(Problem(f"{type(error).__name__}: {error}"), as_json=False) from error


@contextmanager
def _alone() -> Iterator[None]:
    """The only `dev` of this directory: two would take the view's file away from each other."""
    lock = STATE_DIRECTORY / "dev.lock"
    try:
        STATE_DIRECTORY.mkdir(exist_ok=True)
        lock.touch()
    except OSError as error:
        hint = "change to a directory where you may write, and where .local is free"
        raise LocalKafkaError(f"can't keep anything in {STATE_DIRECTORY.absolute()}: {error}", hint) from error
    taken = "another `segment-worker dev` runs in this directory (`segment-worker send` gives it events)"
    with exclusive(lock, wait_seconds=0.0, taken=taken):
        yield


@contextmanager
def _kafka(config: Config) -> Iterator[Callable[[], None]]:
    """The local Kafka, unless the configuration names another; it is stopped at the end if `dev` started it.

    Who does not wait for that end calls what is given.
    """
    if config.kafka.bootstrap_servers != Config().kafka.bootstrap_servers:
        yield lambda: None
        return
    directory = STATE_DIRECTORY / "kafka"
    with ExitStack() as stack:
        with ProgressDisplay("fetching Apache Kafka", "kB") as display:

            def show(fetched: Fetched) -> None:
                display.update(fetched.size // 1000, fetched.size_total // 1000)

            if daemon.status(directory).state != "running":
                _say("starting Kafka …")
            stack.enter_context(daemon.borrowed(directory, progress=show, stopping=lambda: _say("stopping Kafka …")))

        def dismiss() -> None:
            if daemon.dismiss(directory):
                _say("Kafka was told to stop; `segment-worker kafka status` says whether it has")

        yield dismiss


async def _run(deployment: Deployment, console: Console, stay: bool, dismiss: Callable[[], None]) -> int:
    with stop_on_signals(at_once=dismiss) as stop:
        if not await done_before(stop, _prepare(deployment)):
            _say("stopped")
            return EXIT_FAILED
        view_path = view_of_dev()
        view_path.parent.mkdir(parents=True, exist_ok=True)
        _say("starting the roles: worker, view, relay (to a stand-in of Segment's API) …")
        async with running(deployment, view_path) as system, LagReader(deployment.connection) as lag:
            work = asyncio.create_task(_examples(system, lag, view_path, console))
            await _until(stop, system.failed, work)
            if not work.done():
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                return EXIT_FAILED
            report = work.result()
            if stay and not system.failed.is_set():
                console.print(
                    "\nReady for more: [bold].venv/bin/segment-worker send FILE[/bold] in another terminal. "
                    "Ctrl-C ends it.\n"
                )
                await _follow(system, lag, view_path, console, stop)
    _say("stopped")
    return 0 if report.complete else EXIT_FAILED


async def _prepare(deployment: Deployment) -> None:
    await await_brokers(deployment.connection)
    applied = await apply(deployment.connection, deployment.contracts)
    _say(f"topics: {len(applied.created)} created, {len(deployment.contracts) - len(applied.created)} there before")


async def _examples(system: System, lag: LagReader, view_path: Path, console: Console) -> Report:
    """Send the examples, wait until they are through, and show what came out."""
    begun = time.monotonic()
    sent = await send_examples(system.deployment, datetime.now(UTC))
    _say(f"sent {sent.events} Segment events and {sent.webhooks} reporting webhooks")
    with ProgressDisplay("working", "records through") as display:

        def told(now: Settling) -> None:
            total = sum(row.end for row in now.rows)
            display.update(total - now.waiting, total)

        settling = await wait_until_settled(lag, system.deployment, lambda: system.view_positions, told, system.failed)
    report = await Report.make(system, view_path, settling, sent, time.monotonic() - begun)
    print_report(console, report)
    return report


async def _follow(system: System, lag: LagReader, view_path: Path, console: Console, stop: asyncio.Event) -> None:
    """Stay up; say what changed whenever something came through, until asked to stop or a role fails."""
    seen = system.runtime.meters["route"].records
    while not stop.is_set() and not system.failed.is_set():
        await asyncio.sleep(0.5)
        routed = system.runtime.meters["route"].records
        if routed != seen:
            settling = await wait_until_settled(
                lag, system.deployment, lambda: system.view_positions, lambda _: None, system.failed
            )
            routed = system.runtime.meters["route"].records
            report = await Report.make(system, view_path, settling, None, 0.0)
            console.print(f"+{routed - seen} events: {report.totals()}")
            seen = routed


async def _until(*things: asyncio.Event | asyncio.Task[Report]) -> None:
    """Return when the first event is set or task done."""
    waiting = [thing if isinstance(thing, asyncio.Task) else asyncio.create_task(thing.wait()) for thing in things]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task, thing in zip(waiting, things, strict=True):
        if not isinstance(thing, asyncio.Task):
            task.cancel()


def _say(text: str) -> None:
    """Progress goes to standard error, results to standard output."""
    typer.echo(text, err=True)
