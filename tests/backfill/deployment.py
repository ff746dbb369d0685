"""Backfills of a test's deployment, as processes."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
from typer.testing import CliRunner

from tests.pipeline.deployment import Setup
from tests.pipeline.outcome import read_all
from worker.cli.backfill import app
from worker.runtime.lag import LagReader
from worker.topics import names


def checkpoint(running: Setup) -> Path:
    """Beside the deployment's configuration."""
    return running.config.with_name("backfill.sqlite")


async def backfill(running: Setup, *more: str, expect: int = 0) -> list[Any]:
    """Run the command to its end, in a thread; what it printed as NDJSON."""
    options = ["--checkpoint", str(checkpoint(running)), "--json"]
    if more[:1] not in (("list",), ("cancel",)):
        options += ["--config", str(running.config)]
    done = await asyncio.to_thread(CliRunner().invoke, app, [*more, *options])
    assert done.exit_code == expect, done.output
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def started(running: Setup, *more: str) -> subprocess.Popen[bytes]:
    """One as a process, which is going to be killed."""
    options = ["--checkpoint", str(checkpoint(running)), "--config", str(running.config)]
    with running.config.with_name("backfill.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "worker", "backfill", *more, *options], stdout=log, stderr=log)


async def inbound(running: Setup) -> int:
    """How many events have been sent."""
    async with LagReader(running.deployment.connection) as lag:
        return sum((await lag.ends(running.topic(names.SEGMENT_EVENTS))).values())


async def sent(running: Setup, topic: str) -> int:
    """Records of a topic."""
    return len(await read_all(running.bootstrap, running.topic(topic)))
