"""(g) Backfills: what they do to live traffic, and that kills and repeats change nothing."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from tests.bench.bench import Bench
from tests.bench.deployment import deployment_of, pipeline_job
from tests.bench.groups import wait_for_members
from tests.bench.job import Job
from tests.bench.process import ROOT, Contender, ContenderFailed, python
from tests.bench.report import Bar, Section, Table, at_most, three_digits
from tests.bench.stream import streaming
from tests.bench.topics import tail
from tests.bench.traffic import traffic
from tests.pipeline.outcome import read_all, workspace_of
from worker.jsontypes import JsonObject
from worker.runtime.lag import LagReader
from worker.topics import names

PARTITIONS = 12
EVENTS = 200_000
KILLS = 5
LIVE_RATE = 200
_START = 1_767_225_600.0
_WARM_S = 3.0
_JOIN_S = 120.0
_LONGEST_S = 3600.0
_LARGE = 50_000

METHOD = """\
A worker with the default configuration. First live events of the realistic mix come at a steady rate, alone and then
beside a backfill of other events from a file: latency as in part (d). Then the file is backfilled with nothing else
going on, its process killed with SIGKILL five times and resumed; and the file once more. Another deployment gets the
same file undisturbed, and the two workspaces, as their changes tell them, are compared but for cio_ids."""


async def run(bench: Bench) -> Section:
    """Measure."""
    file = bench.directory / "backfill.ndjson"
    count = bench.amount(EVENTS, 1_000)
    file.write_bytes(b"\n".join(_lines(count)))
    calm, beside, replayed = await _latencies(bench, file)
    job = await pipeline_job(bench, "backfill", PARTITIONS)
    with Contender(python("pipeline"), job, name=job.group):
        await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
        seconds = await _killed(bench, job, file)
        await _settled(job)
        sent, changes = await _count(job, job.input), await _count(job, job.output)
        await asyncio.to_thread(_backfill, job, file, "again")
        await _settled(job)
        again = await _count(job, job.output) - changes
        metrics = await _count(job, deployment_of(job).topic(names.MESSAGE_METRICS))
    undisturbed = await pipeline_job(bench, "undisturbed", PARTITIONS)
    with Contender(python("pipeline"), undisturbed, name=undisturbed.group):
        await wait_for_members(undisturbed.bootstrap, undisturbed.group, 1, _JOIN_S)
        began = time.monotonic()
        await asyncio.to_thread(_backfill, undisturbed, file, "once")
        alone_s = time.monotonic() - began
        await _settled(undisturbed)
    same = await _workspace(job) == await _workspace(undisturbed)
    rate = bench.amount(LIVE_RATE, 50)
    rows = (
        ("alone", f"{calm * 1000:,.0f} ms", "–"),
        ("beside a backfill", f"{beside * 1000:,.0f} ms", f"{replayed:,.0f}"),
    )
    facts = (
        ("undisturbed", f"{alone_s:.0f} s", three_digits(count / alone_s)),
        (f"killed {KILLS} times", f"{seconds:.0f} s", three_digits(count / seconds)),
    )
    return Section(
        "(g) Backfill",
        METHOD,
        (
            Table(f"Live latency at {rate} events/s", ("", "p99", "replayed events/s"), rows),
            Table(f"{count:,} events from a file", ("", "seconds", "events/s"), facts),
        ),
        (
            at_most("(g) live p99 beside a backfill / alone", 2, beside / calm, "×"),
            Bar("(g) events in the topic after five kills", f"{count:,}", f"{sent:,}", sent == count),
            Bar("(g) same workspace as undisturbed", "yes", "yes" if same else "no", same),
            Bar("(g) changes published by the same backfill again", "0", f"{again:,}", again == 0),
            Bar("(g) relayed messages", "0", f"{metrics:,}", metrics == 0),
        ),
    )


def _lines(count: int) -> Iterator[bytes]:
    """Events like those of the live traffic, with other ids, of an earlier time."""
    for _, (_, value) in traffic(count, _START):
        event = orjson.loads(value)
        event["messageId"] = f"backfill-{event['messageId']}"
        yield orjson.dumps(event)


async def _latencies(bench: Bench, file: Path) -> tuple[float, float, float]:
    """Live p99 alone, and beside a backfill, in seconds; and the backfill's rate."""
    rate, stretch_s = bench.amount(LIVE_RATE, 50), bench.amount(20, 8)
    job = await pipeline_job(bench, "beside", PARTITIONS)
    events = list(traffic(rate * 15 * stretch_s, time.time() - 3600))
    with Contender(python("pipeline"), job, name=job.group):
        await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
        async with streaming(job) as stream:
            sending = asyncio.create_task(stream.send(events, rate))
            try:
                await asyncio.sleep(_WARM_S + stretch_s)
                middle = time.monotonic()
                process = _started(job, file, "beside")
                try:
                    while not _checkpoint(job, "beside").exists():
                        await asyncio.sleep(0.1)
                    await asyncio.sleep(_WARM_S)  # until then it has begun
                    before = time.monotonic(), await _count(job, job.input)
                    await asyncio.sleep(stretch_s)
                    after = time.monotonic(), await _count(job, job.input)
                finally:
                    process.kill()
                    process.wait()
            finally:
                stream.stop()
                await sending
            await stream.all_arrived()
    calm = stream.latencies(middle - stretch_s, middle)
    beside = stream.latencies(before[0], after[0])
    replayed = (after[1] - before[1]) / (after[0] - before[0]) - rate
    bench.say(f"live p99 {_p99(calm) * 1000:.0f} ms alone, {_p99(beside) * 1000:.0f} ms beside {replayed:.0f} events/s")
    return _p99(calm), _p99(beside), replayed


def _p99(latencies: list[float]) -> float:
    return latencies[min(int(0.99 * len(latencies)), len(latencies) - 1)]


async def _killed(bench: Bench, job: Job, file: Path) -> float:
    """Backfill with kills; how long it took, in seconds."""
    chance = random.Random(7)
    total = file.read_bytes().count(b"\n") + 1
    began = time.monotonic()
    # A small file is done too soon to be killed five times.
    rate = () if total >= _LARGE else ("--rate", str(total / 15))
    process = _started(job, file, "killed", *rate)
    for kill in range(1, KILLS + 1):
        wanted = total * kill // (KILLS + 2)
        while await _count(job, job.input) < wanted:
            if process.poll() is not None:
                raise ContenderFailed(f"the backfill ended by itself: {_log(job, 'killed').read_text()[-500:]}")
            await asyncio.sleep(0.1)
        await asyncio.sleep(chance.uniform(0, 0.5))
        process.kill()
        process.wait()
        bench.say(f"killed after {await _count(job, job.input):,} events")
        process = _started(job, None, "killed", "resume", _run_id(job, "killed"))
    if await asyncio.to_thread(process.wait, _LONGEST_S):
        raise ContenderFailed(f"the backfill failed: {_log(job, 'killed').read_text()[-500:]}")
    return time.monotonic() - began


def _backfill(job: Job, file: Path, name: str) -> None:
    if _started(job, file, name).wait(_LONGEST_S):
        raise ContenderFailed(f"the backfill failed: {_log(job, name).read_text()[-500:]}")


def _started(job: Job, file: Path | None, name: str, *more: str) -> subprocess.Popen[bytes]:
    config = job.path / "workspace.yaml"
    kafka = {
        "bootstrap_servers": [job.bootstrap],
        "app_id": job.group,
        "topic_prefix": f"{job.group}.",
        "partitions": job.partitions,
    }
    config.write_bytes(orjson.dumps({"kafka": kafka}))
    options = [*more, "--config", str(config), "--checkpoint", str(_checkpoint(job, name))]
    if file is not None:
        options += ["--file", str(file)]
    with _log(job, name).open("ab") as log:
        command = [sys.executable, "-m", "worker", "backfill", *options]
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def _checkpoint(job: Job, name: str) -> Path:
    return job.path / f"{name}.sqlite"


def _log(job: Job, name: str) -> Path:
    return job.path / f"{name}.log"


def _run_id(job: Job, name: str) -> str:
    database = sqlite3.connect(_checkpoint(job, name))
    try:
        ((run_id,),) = database.execute("SELECT id FROM runs").fetchall()
    finally:
        database.close()
    return str(run_id)


async def _count(job: Job, topic: str) -> int:
    async with tail(job.bootstrap, topic, job.partitions) as ends:
        return await ends.count()


async def _settled(job: Job) -> None:
    """Wait until nothing waits for the worker."""
    deployment = deployment_of(job)
    topics = [deployment.topic(name) for name in (names.SEGMENT_EVENTS, *_ENTITIES)]
    before: Any = None
    async with asyncio.timeout(_LONGEST_S), LagReader(deployment.connection) as lag:
        while True:
            now = await lag.group(deployment.group, topics)
            if now == before and not any(row.lag for row in now):
                return
            before = now
            await asyncio.sleep(1.0)


async def _workspace(job: Job) -> JsonObject:
    """The workspace that the changes tell, without what depends on which handle was met first."""
    return workspace_of(await read_all(job.bootstrap, job.output))


_ENTITIES = (names.PEOPLE, names.ANONYMOUS, names.OBJECTS, names.DEVICES)
