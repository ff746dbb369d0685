"""`segment-worker config check`: the effective configuration, or all that is wrong with it."""

import typer
from msgspec import Struct

from worker.cli.connecting import ConfigOption
from worker.cli.output import JsonOption, emit
from worker.config import Config, ConfigError, Problem, effective, effective_yaml, load_config
from worker.destination.presets import PRESETS
from worker.jsontypes import JsonObject
from worker.segment.fql import lint
from worker.text import printable_lines

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="Look at the configuration.")


class Checked(Struct, frozen=True, omit_defaults=True):
    """What `config check --json` prints."""

    ok: bool
    config: JsonObject | None = None
    warnings: list[str] = []
    problems: list[Problem] = []


@app.callback()
def _group() -> None:
    """Look at the configuration."""


@app.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print the effective configuration, or every problem. Secrets are left out. Exit code 1: there is a problem."""
    try:
        loaded = load_config(config)
    except ConfigError as error:
        if as_json:
            emit(Checked(ok=False, problems=error.problems))
        else:
            for problem in error.problems:
                typer.secho(printable_lines(problem.text(error.source)), fg="red", err=True)
            typer.echo(f"{len(error.problems)} problem{'s' if len(error.problems) > 1 else ''}", err=True)
        raise typer.Exit(1) from error
    warnings = trigger_warnings(loaded)
    if as_json:
        emit(Checked(ok=True, config=effective(loaded), warnings=warnings))
        return
    for warning in warnings:
        typer.secho(printable_lines(f"warning: {warning}"), fg="yellow", err=True)
    typer.echo(effective_yaml(loaded), nl=False)


def trigger_warnings(config: Config) -> list[str]:
    """Where a trigger of the file does not mean what it seems to; strict triggers always do."""
    if config.destination.triggers == "strict":
        return []
    usual = {preset.trigger for preset in PRESETS.values()}
    return [
        f"{one.name}, trigger, character {warning.position + 1}: {warning.message}"
        for one in config.destination.subscriptions
        if one.trigger not in usual
        for warning in lint(one.trigger)
    ]
