"""Everything that a command could leave a trace in: the cluster, the view, and the files beside the configuration."""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.pipeline.deployment import Setup
from tests.support.admin import administering
from worker.runtime.bounds import Bounds
from worker.runtime.lag import LagReader
from worker.runtime.ranges import RangeReader
from worker.topics import names


class Traces(Struct, frozen=True):
    """What there is at a moment."""

    topics: Mapping[str, Bounds]
    """All topics of the deployment, changelogs too."""
    groups: Mapping[str, Mapping[tuple[str, int], int]]
    """All consumer groups of the deployment, and what they have committed."""
    view: Mapping[str, list[tuple[Any, ...]]]
    """The rows of the view by table; nothing where no view runs."""
    files: Mapping[str, bytes]
    """The files that are no logs and not the view's; those of SQLite change when they are read, their rows do not."""


async def traces(running: Setup) -> Traces:
    """What there is now; nothing else may write meanwhile, so workers and view must be done."""
    deployment = running.deployment
    topics, groups = await _named(running)
    assert set(topics) >= {contract.topic for contract in deployment.contracts.values()}, "also the changelogs"
    bounds: dict[str, Bounds] = {}
    for topic in topics:
        async with RangeReader(deployment.connection, topic) as reader:
            bounds[topic] = await reader.bounds()
    async with LagReader(deployment.connection) as lag:
        committed = {group: await lag.committed(group) for group in groups}
    view = Path(deployment.config.view.path)
    files = {
        path.name: path.read_bytes()
        for path in sorted(running.config.parent.iterdir())
        if path.is_file() and path.suffix != ".log" and not path.name.startswith(view.name)
    }
    return Traces(bounds, committed, rows(view) if view.exists() else {}, files)


async def _named(running: Setup) -> tuple[list[str], list[str]]:
    """The topics and the consumer groups on the broker whose names are the deployment's."""
    name = running.deployment.group
    async with administering(running.bootstrap) as admin:
        topics = [str(topic) for topic in await admin.list_topics()]
        groups = [str(group) for group, _ in await admin.list_consumer_groups()]
    return sorted(topic for topic in topics if topic.startswith(name)), sorted(
        group for group in groups if group.startswith(name)
    )


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of an SQLite file by table."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}
    finally:
        database.close()


async def view_caught_up(running: Setup, timeout_s: float = 40.0) -> None:
    """Return when the view has all changes that were published."""
    topic, path = running.topic(names.WORKSPACE_CHANGES), Path(running.deployment.config.view.path)
    async with asyncio.timeout(timeout_s), LagReader(running.deployment.connection) as lag:
        while True:
            ends = {number: end for number, end in (await lag.ends(topic)).items() if end}
            if path.exists() and dict(rows(path).get("positions", [])) == ends:
                return
            await asyncio.sleep(0.3)
