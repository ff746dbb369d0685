"""`segment-worker send`: events from files into an inbound topic."""

import asyncio
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from worker.cli.connecting import ConfigOption, configured, connection_to, contracted, hush_client_logs
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.cli.progress_display import ProgressDisplay
from worker.gateway.lines import STANDARD_INPUT, Line, UnreadableError, read_lines
from worker.gateway.sending import InboundTopic, Sent, inbound_publisher, send_lines
from worker.path_kind import PathKind, path_kind
from worker.runtime.connection import Connection
from worker.runtime.errors import DeliveryFailed
from worker.topics import names
from worker.topics.cluster import TopicsError, connect
from worker.topics.contract import Contract

_PATIENCE_SECONDS = 10.0
_RECORD_ROOM_BYTES = 2048
"""What a record has beside its value in the topic's limit: its key, and Kafka's framing."""


class Inbound(StrEnum):
    """The topics that events can be sent to."""

    SEGMENT_EVENTS = names.SEGMENT_EVENTS
    REPORTING_EVENTS = names.REPORTING_EVENTS


class Summary(Struct, frozen=True):
    """What `send --json` prints."""

    topic: str
    sent: int
    bytes: int
    refused: int
    refused_lines: list[str]
    seconds: float


def send(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="NDJSON, plain or .gz; a .json file is one event; - is standard input.",
            show_default=False,
        ),
    ],
    topic: Annotated[Inbound, typer.Option(help="Where to: Segment events or reporting webhooks.")] = (
        Inbound.SEGMENT_EVENTS
    ),
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send events into the running system, keyed so that each person's stay in order.

    Lines are sent as they are, JSON or not: the worker puts what it can't use into the dead letters. Exit code 1 when
    anything could not be sent.
    """
    for file in files:
        if file != STANDARD_INPUT:
            _expect_file(file)
    kafka = configured(config, as_json).kafka
    connection, contract = connection_to(kafka, as_json), contracted(kafka, as_json)[topic.value]
    hush_client_logs()
    begun = time.monotonic()
    try:
        sent = asyncio.run(_send(connection, contract, files, quiet=as_json))
    except TopicsError as error:
        raise failed(Problem(error.problem, error.hint), as_json) from error
    except UnreadableError as error:
        raise failed(Problem(str(error), "what came before it may have been sent"), as_json) from error
    except DeliveryFailed as error:
        hint = "see whether the brokers are well, and send again: repeats are recognised by their messageId"
        raise failed(Problem(f"not everything was delivered: {error}", hint), as_json) from error
    _show(contract.topic, sent, time.monotonic() - begun, as_json)


def _expect_file(file: Path) -> None:
    try:
        kind = path_kind(file)
    except OSError as error:
        raise typer.BadParameter(f"{file} can't be read: {error.strerror}", param_hint="FILE") from error
    if kind is PathKind.NOTHING:
        raise typer.BadParameter(f"there is no file {file}", param_hint="FILE")
    if kind is PathKind.DIRECTORY:
        raise typer.BadParameter(f"{file} is a directory; name the files in it", param_hint="FILE")


async def _send(connection: Connection, contract: Contract, files: list[Path], quiet: bool) -> Sent:
    async with connect(connection, _PATIENCE_SECONDS) as cluster:
        found = (await cluster.topics([contract.topic])).get(contract.topic)
    if found is None:
        raise TopicsError(f"topic {contract.topic} does not exist", "create the topics: `segment-worker topics apply`")
    where = InboundTopic(contract.topic, contract.name, found.partitions)
    async with inbound_publisher(connection, contract) as publisher:
        reading = _Reading(files, contract.max_message_bytes - _RECORD_ROOM_BYTES)
        with ProgressDisplay("sending", "events" if reading.total is None else "kB", quiet=quiet) as display:

            def told(records: int) -> None:
                if reading.total is None:
                    display.update(records)
                else:
                    display.update(reading.read // 1000, reading.total // 1000)

            return await send_lines(publisher, where, reading.lines(), told)


class _Reading:
    """The lines of all files, and how much of them is read; `total` bytes is not known of standard input or a pipe."""

    def __init__(self, files: list[Path], longest: int) -> None:
        sized = all(file != STANDARD_INPUT and file.is_file() for file in files)
        self.total = sum(file.stat().st_size for file in files) if sized else None
        self.read = 0
        self._files = files
        self._longest = longest

    def lines(self) -> Iterator[Line]:
        before = 0
        for file in self._files:
            for line in read_lines(file, self._longest):
                self.read = before + line.read
                yield line
            before = self.read


def _show(topic: str, sent: Sent, seconds: float, as_json: bool) -> None:
    if as_json:
        emit(Summary(topic, sent.records, sent.size, sent.refused_count, sent.refused, round(seconds, 3)))
    else:
        typer.echo(f"sent {sent.records:,} events ({sent.size:,} bytes) to {topic} in {seconds:.1f} s")
        for place in sent.refused:
            typer.echo(f"{place}: longer than the topic takes, not sent", err=True)
        if sent.refused_count > len(sent.refused):
            typer.echo(f"… and {sent.refused_count - len(sent.refused):,} more", err=True)
    if sent.refused_count:
        raise typer.Exit(1)
