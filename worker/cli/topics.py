"""`segment-worker topics apply | check`: the cluster's topics by the contracts of topics/*.yaml."""

import asyncio
from typing import Annotated, TypeAlias

import typer
from msgspec import Struct

from worker.cli.connecting import ConfigOption, configured, connection_to, contracted, hush_client_logs
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.topics.apply import Applied
from worker.topics.apply import apply as apply_contracts
from worker.topics.check import Difference
from worker.topics.check import check as check_contracts
from worker.topics.cluster import TopicsError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Create the topics by their contracts, or compare them.",
)

Partitions: TypeAlias = Annotated[
    int | None, typer.Option(help="Partitions of every topic, instead of the configuration's or the contract's.", min=1)
]
Replication: TypeAlias = Annotated[
    int | None, typer.Option(help="Replicas of new topics; 3, or as many as there are brokers, when not given.", min=1)
]
Timeout: TypeAlias = Annotated[float, typer.Option(help="Seconds to wait for the brokers.", min=0.1)]


class TopicLine(Struct, frozen=True):
    """With --json: one topic that was created."""

    created: str


class Summary(Struct, frozen=True):
    """With --json: the last line."""

    topics: int
    created: int
    differences: int


@app.command()
def apply(
    config: ConfigOption = None,
    partitions: Partitions = None,
    replication_factor: Replication = None,
    timeout: Timeout = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Create the topics that are missing. Existing ones are compared, never changed. Exit code 1 when they differ."""
    kafka = configured(config, as_json).kafka
    contracts = contracted(kafka, as_json, partitions)
    hush_client_logs()
    try:
        applied = asyncio.run(
            apply_contracts(
                connection_to(kafka, as_json),
                contracts,
                replication_factor=replication_factor,
                timeout_seconds=timeout,
            )
        )
    except TopicsError as error:
        raise failed(Problem(error.problem, error.hint), as_json) from error
    _show(applied, len(contracts), as_json)


@app.command()
def check(
    config: ConfigOption = None, partitions: Partitions = None, timeout: Timeout = 10.0, as_json: JsonOption = False
) -> None:
    """Compare the topics with their contracts. Nothing is changed. Exit code 1 when they differ."""
    kafka = configured(config, as_json).kafka
    contracts = contracted(kafka, as_json, partitions)
    hush_client_logs()
    try:
        found = asyncio.run(check_contracts(connection_to(kafka, as_json), contracts, timeout_seconds=timeout))
    except TopicsError as error:
        raise failed(Problem(error.problem, error.hint), as_json) from error
    _show(Applied([], found), len(contracts), as_json)


def _show(applied: Applied, topics: int, as_json: bool) -> None:
    if as_json:
        for name in applied.created:
            emit(TopicLine(name))
        for difference in applied.differences:
            emit(difference)
        emit(Summary(topics, len(applied.created), len(applied.differences)))
    else:
        for name in applied.created:
            typer.echo(f"created {name}")
        for difference in applied.differences:
            typer.echo(_worded(difference))
        unlike = len({difference.topic for difference in applied.differences})
        typer.echo(f"{topics} topics: {len(applied.created)} created, {unlike} not as their contracts have them")
        if unlike:
            typer.echo("  → what to do about each: segment-worker check")
    if applied.differences:
        raise typer.Exit(1)


def _worded(difference: Difference) -> str:
    if difference.what == "topic":
        return f"{difference.topic} is missing"
    return f"{difference.topic}: {difference.what} is {difference.found}, not {difference.expected}"
