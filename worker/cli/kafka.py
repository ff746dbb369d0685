"""`segment-worker kafka start | stop | status`: a real Apache Kafka on this machine, without Docker or Java."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from msgspec import Struct

from worker.cli.output import JsonOption, Problem, emit, failed
from worker.cli.progress_display import ProgressDisplay
from worker.local import daemon
from worker.local.broker import HEAP_MB
from worker.local.errors import LocalKafkaError
from worker.local.jars import CACHE_VARIABLE, Fetched
from worker.runtime.signals import exit_on_sigterm

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Run Apache Kafka on this machine (no Docker, no Java needed).",
)

Directory: TypeAlias = Annotated[Path, typer.Option("--dir", help="Where its data, log and process id lie.")]
Port: TypeAlias = Annotated[int, typer.Option(help="Its port on 127.0.0.1.", min=1, max=65534)]
ControllerPort: TypeAlias = Annotated[
    int | None, typer.Option(help="The port of its controller; the next one when not given.", min=1, max=65535)
]
Heap: TypeAlias = Annotated[int, typer.Option("--heap", help="Its Java heap in MiB.", min=128)]


class Stopped(Struct, frozen=True):
    """What `kafka stop --json` prints."""

    state: str
    was_running: bool


@app.command(epilog=f"Kafka's jars (44 MB) are fetched once, into the user's cache directory or ${CACHE_VARIABLE}.")
def start(
    directory: Directory = daemon.DEFAULT_DIRECTORY,
    port: Port = daemon.DEFAULT_PORT,
    controller_port: ControllerPort = None,
    heap_mb: Heap = HEAP_MB,
    as_json: JsonOption = False,
) -> None:
    """Start Kafka and leave it running. It keeps its data when stopped."""
    if not as_json and daemon.status(directory).pid is None:
        typer.echo("starting Kafka …", err=True)
    with ProgressDisplay("fetching Apache Kafka", "kB", quiet=as_json) as display:

        def show(fetched: Fetched) -> None:
            display.update(fetched.size // 1000, fetched.size_total // 1000)

        try:
            with exit_on_sigterm():
                found = daemon.start(directory, port, controller_port, heap_mb, show)
        except LocalKafkaError as error:
            raise failed(Problem(error.problem, error.hint), as_json) from error
    _show(found, as_json)


@app.command()
def stop(directory: Directory = daemon.DEFAULT_DIRECTORY, as_json: JsonOption = False) -> None:
    """Stop Kafka. It is no error when it does not run."""
    try:
        was_running = daemon.stop(directory)
    except LocalKafkaError as error:
        raise failed(Problem(error.problem, error.hint), as_json) from error
    if as_json:
        emit(Stopped("stopped", was_running))
    else:
        typer.echo("Kafka is stopped; its data is kept" if was_running else "Kafka does not run")


@app.command()
def status(directory: Directory = daemon.DEFAULT_DIRECTORY, as_json: JsonOption = False) -> None:
    """Say whether Kafka runs, and where. Exit code 0 when it answers, else 1."""
    found = daemon.status(directory)
    _show(found, as_json)
    if found.state != "running":
        raise typer.Exit(1)


def _show(found: daemon.Status, as_json: bool) -> None:
    if as_json:
        emit(found)
    elif found.pid is None:
        typer.echo(f"Kafka is stopped (directory {found.directory})")
    else:
        typer.echo(f"Kafka is {found.state} at {found.bootstrap} (process {found.pid}, log {found.log})")
