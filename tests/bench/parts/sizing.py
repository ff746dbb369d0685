"""(s) Sizing: what events and people cost a deployment, to be multiplied by how many there are."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.contenders import view
from tests.bench.deployment import deployment_of, pipeline_job, settled
from tests.bench.job import Job
from tests.bench.process import Contender, python
from tests.bench.report import Section, Table, three_digits
from tests.bench.topics import load, read_all, tail
from tests.bench.traffic import PEOPLE, VISITORS, traffic
from tests.support.groups import wait_for_members
from worker.topics.names import KEYED, changelog_of

PARTITIONS = 12
PROFILES = PEOPLE + VISITORS
"""Of people, and of visitors who are nobody yet: nearly as many records."""

_JOIN_S = 120.0
_IDLE_S = 3.0
_LONGEST_S = 600.0

METHOD = f"""\
The realistic mix of part (b), {PEOPLE:,} people and {VISITORS:,} visitors, goes through one worker with the
default configuration, and the changes into one view. "Written" is what the brokers' segments hold of it before
they compact anything, with one replica and without compression; "live" is the newest value of each key. Memory is
that of a worker started anew on this state, less that of one started on none; the state on disk
(`worker.state_dir`) is what a worker started anew on it has written. Divided by events, or by profiles: people and
visitors."""


class Found(Struct, frozen=True):
    """What was measured; sizes in bytes."""

    events: int
    changes: int
    worker_cpu_s: float
    written: dict[str, int]
    """By group of topics."""
    live: int
    keys: int
    memory: int
    disk: int
    view_s: float
    view_cpu_s: float
    view_file: int


async def run(bench: Bench) -> Section:
    """Measure."""
    found = await _measure(bench, bench.amount(60_000, 4_000))
    per_event = tuple((name, f"{size / found.events:,.0f} bytes") for name, size in found.written.items())
    total = sum(found.written.values())
    events = (
        ("the worker's processor time", f"{found.worker_cpu_s / found.events * 1e6:,.0f} µs"),
        ("… so that 1,000 events/s take", f"{found.worker_cpu_s / found.events * 1e3:.2f} cores"),
        ("changes", f"{found.changes / found.events:.2f}"),
        *per_event,
        ("all topics together, a million events", f"{total / found.events / 1e3:.2f} GB"),
        ("the view's file", f"{found.view_file / found.events:,.0f} bytes"),
        ("the view's processor time", f"{found.view_cpu_s / found.events * 1e6:,.0f} µs"),
        ("the view takes in", f"{three_digits(found.changes / found.view_s)} changes/s"),
    )
    profiles = (
        ("keys", f"{found.keys / PROFILES:.1f}"),
        ("live bytes of the changelogs", f"{found.live / PROFILES:,.0f}"),
        ("memory of a worker", f"{found.memory / PROFILES:,.0f} bytes"),
        ("state on disk", f"{found.disk / PROFILES:,.0f} bytes"),
    )
    return Section(
        "(s) Sizing",
        METHOD,
        (
            Table(f"An event, of {found.events:,}", ("", "each"), events),
            Table(f"A profile, of {PROFILES:,}", ("", "each"), profiles),
        ),
    )


async def _measure(bench: Bench, count: int) -> Found:
    job = await pipeline_job(bench, "sizing", PARTITIONS)
    with Contender(python("pipeline"), job, name=f"{job.group}-worker") as worker:
        empty = await _idle_bytes(worker, job)
        before = worker.cpu_s()
        await load(bench.bootstrap, job.input, PARTITIONS, (pair for _, pair in traffic(count, time.time() - 3600)))
        await settled(job, _LONGEST_S)
        worker_cpu_s = worker.cpu_s() - before
    with Contender(python("pipeline"), job, name=f"{job.group}-again") as again:
        memory = max(0, await _idle_bytes(again, job) - empty)
    state = job.path / "state"
    on_disk = msgspec.structs.replace(job, options={"state_dir": str(state)})
    with Contender(python("pipeline"), on_disk, name=f"{job.group}-disk") as disk:
        await _idle_bytes(disk, job)
    deployment = deployment_of(job)
    changelogs = [deployment.topic(changelog_of(entity)) for entity in KEYED]
    values: dict[tuple[str, bytes], bytes] = {}
    for topic in changelogs:
        for key, value in await read_all(bench.bootstrap, topic, PARTITIONS):
            if value is None:
                values.pop((topic, key), None)
            else:
                values[topic, key] = value
    async with tail(bench.bootstrap, job.output, PARTITIONS) as ends:
        changes = await ends.count()
    view_s, view_cpu_s = await _view(job, changes)
    stored = _stored(bench)
    return Found(
        count,
        changes,
        worker_cpu_s,
        {
            "written to segment.events": stored(job.input),
            "… to the four keyed topics": sum(stored(deployment.topic(entity)) for entity in KEYED),
            "… to the four changelogs": sum(map(stored, changelogs)),
            "… to workspace.changes": stored(job.output),
        },
        sum(len(key) + len(value) for (_, key), value in values.items()),
        len(values),
        memory,
        _bytes_under(state),
        view_s,
        view_cpu_s,
        _bytes_under(job.path, view.FILE),
    )


async def _idle_bytes(worker: Contender, job: Job) -> int:
    """What a worker holds once it has recovered and has nothing to do."""
    await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
    before = -1.0
    while (now := worker.cpu_s()) - before > _IDLE_S * 0.1:  # a recovery keeps it busy
        before = now
        await asyncio.sleep(_IDLE_S)
        worker.check()
    return worker.resident_bytes()


async def _view(job: Job, changes: int) -> tuple[float, float]:
    """Seconds and processor time in which a new view takes in all changes, from the first batch on."""
    with Contender(python("view"), job, name=f"{job.group}-view") as process:
        async with asyncio.timeout(_LONGEST_S):
            while not (first := _taken(job.path / view.FILE)):
                process.check()
                await asyncio.sleep(0.02)
            began, cpu_s = time.monotonic(), process.cpu_s()
            while _taken(job.path / view.FILE) < changes:
                process.check()
                await asyncio.sleep(0.05)
        share = changes / max(1, changes - first)
        return (time.monotonic() - began) * share, (process.cpu_s() - cpu_s) * share


def _taken(path: Path) -> int:
    """How many changes the view has."""
    if not path.exists():
        return 0
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        ((taken,),) = database.execute("SELECT coalesce(sum(next_offset), 0) FROM positions").fetchall()
        return int(taken)
    except sqlite3.OperationalError:  # it is just being made
        return 0
    finally:
        database.close()


def _stored(bench: Bench) -> Callable[[str], int]:
    """Bytes of a topic's segments, by its name."""
    logs = list((bench.directory / "kafka").rglob("*.log"))

    def of(topic: str) -> int:
        return sum(log.stat().st_size for log in logs if log.parent.name.rpartition("-")[0] == topic)

    return of


def _bytes_under(directory: Path, beginning: str = "") -> int:
    return sum(path.stat().st_size for path in directory.rglob(f"{beginning}*") if path.is_file())
