"""All commands together."""

from typing import Annotated

import typer

from worker import __version__
from worker.cli import config_command, kafka, show, tester, topics
from worker.cli.dev import dev
from worker.cli.lag import lag
from worker.cli.roles import relay, view, worker
from worker.cli.send import send
from worker.cli.simulate import simulate

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A self-hosted bridge between Segment and Customer.io on Kafka.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the program as a whole."""


for command in (dev, worker, view, relay, send, simulate, lag):
    app.command()(command)
for name, group in (
    ("kafka", kafka.app),
    ("topics", topics.app),
    ("config", config_command.app),
    ("test", tester.app),
    ("people", show.people_app),
    ("objects", show.objects_app),
):
    app.add_typer(group, name=name)
