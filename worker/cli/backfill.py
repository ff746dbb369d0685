"""`segment-worker backfill`: replays a topic's past, or files, through the running system; and `list|resume|cancel`."""

import asyncio
import secrets
import shlex
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import typer
from aiokafka.errors import KafkaError

from worker.backfill.checkpoint import CheckpointError, claimed, opened
from worker.backfill.dry_run import dry_run
from worker.backfill.needed import missing_told
from worker.backfill.plan import Plan, Progress, Run, first_progress
from worker.backfill.planning import PlanError, make_plan
from worker.backfill.run import Cancelled, ends_now, replay
from worker.backfill.sources import SourceChanged
from worker.backfill.summary import Summary
from worker.cli.backfill_text import BackfillDisplay, print_run, print_runs, print_summary, warn_of_filter
from worker.cli.connecting import ConfigOption, configured, deployed, hush_client_logs, kafka_failed
from worker.cli.examples import epilog
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.cli.send import Inbound
from worker.deployment import Deployment
from worker.gateway.lines import UnreadableError
from worker.path_kind import PathKind, path_kind
from worker.runtime.errors import BrokerUnreachable, DeliveryFailed, RecoveryFailed, TopicChanged
from worker.runtime.signals import cancelled_by_sigterm
from worker.topics.cluster import TopicsError

ResultT = TypeVar("ResultT")

CheckpointOption: TypeAlias = Annotated[
    Path, typer.Option("--checkpoint", help="The SQLite file that keeps how far the backfills are.", dir_okay=False)
]
RunArgument: TypeAlias = Annotated[str, typer.Argument(help="The backfill's id, as `backfill list` shows it.")]
DEFAULT_CHECKPOINT = Path("segment-worker-backfill.sqlite")

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Replay events of the past through the running system: from the inbound topic, or from files.",
    epilog=epilog("backfill"),
)


@app.callback()
def backfill(
    context: typer.Context,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", help="NDJSON, plain or .gz, instead of the topic's past; may be repeated."),
    ] = None,
    topic: Annotated[Inbound, typer.Option(help="Segment events or reporting webhooks.")] = Inbound.SEGMENT_EVENTS,
    start: Annotated[
        str | None, typer.Option("--from", help="Only what arrived since: ISO 8601 (UTC), unix seconds, or ago: 36h.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Only what arrived before: ISO 8601 (UTC), unix seconds, or ago: 36h.")
    ] = None,
    offsets: Annotated[
        list[str] | None,
        typer.Option(help="Only these offsets of a partition, PARTITION:FIRST-LAST; may be repeated."),
    ] = None,
    where: Annotated[str | None, typer.Option(help="Only events that this FQL matches.")] = None,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, on a copy of the state; leaves no trace.")
    ] = False,
    rate: Annotated[float | None, typer.Option(help="At most so many events a second.", min=0.1)] = None,
    relay: Annotated[
        bool, typer.Option("--relay", help="Let message metrics that come of replayed webhooks go to Segment.")
    ] = False,
    checkpoint: CheckpointOption = DEFAULT_CHECKPOINT,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay events: each keeps its own time, so that an old one never overwrites what is newer.

    It goes slowly while live events come, and yields to them. Stopped or killed, it goes on with `backfill resume`.
    """
    if context.invoked_subcommand is not None:
        _refuse_options_before(context, context.invoked_subcommand)
        return
    if dry and topic is not Inbound.SEGMENT_EVENTS:
        raise typer.BadParameter("webhooks change nothing in the workspace", param_hint="--dry-run")
    deployment = _deployment(config, as_json)
    planning = make_plan(
        deployment, topic.value, files=file or [], start=start, end=end, offsets=offsets or [],
        where=where, rate=rate, relay=relay,
    )  # fmt: skip
    plan = _run(planning, as_json)
    warn_of_filter(plan)
    if dry:
        with BackfillDisplay(plan, quiet=as_json) as display:
            summary = _run(_dry_run(deployment, plan, display), as_json)
        emit(summary) if as_json else print_summary(summary)
        return
    run = _run(_started(deployment, plan, checkpoint), as_json)
    _perform(run, deployment, checkpoint, _resuming(run, checkpoint, config), as_json)


@app.command("list")
def list_runs(checkpoint: CheckpointOption = DEFAULT_CHECKPOINT, as_json: JsonOption = False) -> None:
    """All backfills of the checkpoint, the newest first."""
    runs = _run(_runs(checkpoint), as_json)
    if not as_json:
        print_runs(runs)
    else:
        for run in runs:
            emit(run)


@app.command()
def resume(
    run: RunArgument,
    checkpoint: CheckpointOption = DEFAULT_CHECKPOINT,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a backfill that was stopped or killed. It goes on exactly where it was."""
    deployment = _deployment(config, as_json)
    found = _run(_one(checkpoint, run), as_json)
    if found.state != "unfinished":
        raise failed(Problem(f"backfill {run} is {found.state}", "start another one"), as_json)
    _perform(found, deployment, checkpoint, _resuming(found, checkpoint, config), as_json)


@app.command()
def cancel(run: RunArgument, checkpoint: CheckpointOption = DEFAULT_CHECKPOINT, as_json: JsonOption = False) -> None:
    """End a backfill for good, also one that runs now. What it has sent stays sent."""
    found = _run(_cancel(checkpoint, run), as_json)
    if found.state == "done":
        raise failed(Problem(f"backfill {run} is done already"), as_json)
    emit(found) if as_json else print_run(found)


def _refuse_options_before(context: typer.Context, subcommand: str) -> None:
    """They would be passed over: a `--dry-run` before `resume`, and it sends."""
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"write it behind `{subcommand}`, if that has it", param_hint=option.opts[0])


def _resuming(run: Run, checkpoint: Path, config: Path | None) -> str:
    """The command that goes on with `run`."""
    of = [] if checkpoint == DEFAULT_CHECKPOINT else ["--checkpoint", str(checkpoint)]
    by = [] if config is None else ["--config", str(config)]
    return shlex.join(["segment-worker", "backfill", "resume", run.id, *of, *by])


def _perform(run: Run, deployment: Deployment, checkpoint: Path, resuming: str, as_json: bool) -> None:
    with BackfillDisplay(run.plan, quiet=as_json) as display:
        if not as_json:
            typer.echo(f"backfill {run.id}; when it is stopped: {resuming}", err=True)
        try:
            progress = _run(_replay(run, deployment, checkpoint, display), as_json)
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise failed(Problem("stopped", f"go on with `{resuming}`"), as_json) from None
    found = _run(_one(checkpoint, run.id), as_json)
    if progress is None:
        raise failed(Problem(f"backfill {run.id} was cancelled"), as_json)
    emit(found) if as_json else print_run(found)


async def _started(deployment: Deployment, plan: Plan, checkpoint: Path) -> Run:
    now = time.time()
    name = f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    progress = first_progress(plan)
    scan = await ends_now(deployment, plan.contract)
    run = Run(name, "unfinished", now, now, plan, Progress(progress.positions, scan, total=progress.total))
    async with opened(checkpoint, make=True) as runs:
        await runs.add(run)
    return run


async def _dry_run(deployment: Deployment, plan: Plan, display: BackfillDisplay) -> Summary:
    async with missing_told(deployment, plan.contract):
        return await dry_run(deployment, plan, display.read)


async def _replay(run: Run, deployment: Deployment, checkpoint: Path, display: BackfillDisplay) -> Progress | None:
    with claimed(checkpoint, run.id), cancelled_by_sigterm():
        async with opened(checkpoint, make=False) as runs:
            current = await runs.run(run.id)
            try:
                async with missing_told(deployment, run.plan.contract):
                    return await replay(deployment, runs, current, display.told)
            except Cancelled:
                return None


async def _runs(checkpoint: Path) -> list[Run]:
    if path_kind(checkpoint) is PathKind.NOTHING:
        return []
    async with opened(checkpoint, make=False) as runs:
        return await runs.runs()


async def _one(checkpoint: Path, run: str) -> Run:
    async with opened(checkpoint, make=False) as runs:
        return await runs.run(run)


async def _cancel(checkpoint: Path, run: str) -> Run:
    async with opened(checkpoint, make=False) as runs:
        found = await runs.run(run)
        if found.state == "unfinished":
            await runs.set_state(run, "cancelled", time.time())
        return await runs.run(run)


def _deployment(config: Path | None, as_json: bool) -> Deployment:
    hush_client_logs()
    return deployed(configured(config, as_json), as_json)


def _run(work: Coroutine[Any, Any, ResultT], as_json: bool) -> ResultT:  # Any: what nobody sends or yields
    """The result; ends the command with clear words where there is none."""
    try:
        return asyncio.run(work)
    except PlanError as error:
        raise failed(Problem(str(error), error.hint), as_json, code=2) from error
    except CheckpointError as error:
        raise failed(Problem(str(error), error.hint), as_json) from error
    except (SourceChanged, TopicChanged) as error:
        raise failed(Problem(str(error), "start another backfill; what was sent is recognised"), as_json) from error
    except UnreadableError as error:
        hint = "mend the file and start another backfill; what was sent up to there is recognised"
        raise failed(Problem(str(error), hint), as_json) from error
    except RecoveryFailed as error:
        raise failed(Problem(f"the state can't be read: {error}"), as_json) from error
    except (TopicsError, BrokerUnreachable, DeliveryFailed, KafkaError, TimeoutError) as error:
        then = "an unfinished backfill goes on with `backfill resume`"
        raise failed(kafka_failed(error, then), as_json) from error
    except OSError as error:  # a TimeoutError is one, too
        hint = "see that it is there and may be used; an unfinished backfill goes on with `backfill resume`"
        raise failed(Problem(f"{error.filename} can't be read: {error.strerror}", hint), as_json) from error
