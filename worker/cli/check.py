"""`segment-worker check`: will this deployment work? Everything is looked at, and nothing is changed."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from msgspec import Struct

from worker.checks.finding import Finding, problem, warning
from worker.checks.run import check_all
from worker.cli.config_command import trigger_warnings
from worker.cli.connecting import ConfigOption, hush_client_logs
from worker.cli.output import JsonOption, emit
from worker.config import Config, ConfigError, load_config
from worker.config.load import DEFAULTS_SOURCE
from worker.text import printable_lines

_COLORS = {"ok": "green", "warning": "yellow", "problem": "red"}


class Summary(Struct, frozen=True):
    """The last line of `check --json`."""

    ok: bool
    problems: int
    warnings: int


def check(
    config: ConfigOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 for warnings too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration, keys, files, brokers, topics and the clock. Exit code 1: something will not work."""
    hush_client_logs()
    source = DEFAULTS_SOURCE if config is None else str(config)
    try:
        loaded = load_config(config)
    except ConfigError as error:
        findings = [problem("configuration", each.text(source)) for each in error.problems]
    else:
        findings = [warning("configuration", each) for each in trigger_warnings(loaded)]
        findings += asyncio.run(_collect(loaded, source))
    problems = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    good = not problems and not (strict and warnings)
    if as_json:
        for finding in findings:
            emit(finding)
        emit(Summary(good, problems, warnings))
    else:
        for finding in findings:
            _print(finding)
        typer.echo(
            f"{problems} problem{'' if problems == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"
        )
    if not good:
        raise typer.Exit(1)


async def _collect(config: Config, source: str) -> list[Finding]:
    return [finding async for finding in check_all(config, source, datetime.now(UTC))]


def _print(finding: Finding) -> None:
    level = typer.style(f"{finding.level:<8}", fg=_COLORS[finding.level])
    message = printable_lines(finding.message)
    typer.echo(f"{level} {finding.check}: {message}")
    if finding.hint and finding.level != "ok":
        typer.echo(f"           → {finding.hint}")
