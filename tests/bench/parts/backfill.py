"""(g) Backfills: what they do to live traffic, and that kills and repeats change nothing."""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson

from tests.bench.bench import Bench
from tests.bench.deployment import deployment_of, pipeline_job, settled
from tests.bench.job import Job
from tests.bench.process import ROOT, Contender, ContenderFailed, python
from tests.bench.report import Bar, Section, Table, at_most, three_digits
from tests.bench.stream import streaming
from tests.bench.topics import tail
from tests.bench.traffic import traffic
from tests.pipeline.outcome import read_all, workspace_of
from tests.support.groups import wait_for_members
from worker.jsontypes import JsonObject
from worker.topics import names

PARTITIONS = 12
EVENTS = 200_000
KILLS = 5
LIVE_RATE = 200
ROUNDS = 6
_START = 1_767_225_600.0
_WARM_S = 3.0
_TURN_S = 1.0
"""After the backfill was stopped or continued, until what is measured has nothing to do with the time before."""
_JOIN_S = 120.0
_LONGEST_S = 3600.0
_LARGE = 50_000

METHOD = """\
A worker with the default configuration. First live events of the realistic mix come at a steady rate, in turn alone
and beside a backfill of other events from a file, whose process is stopped (SIGSTOP) and continued: latency as in part
(d), for each stretch. The bar is about the medians of the stretches' p99: a machine is slower at one time than at
another. Then the file is backfilled with nothing else going on, its process killed with SIGKILL five times and
resumed; and the file once more. Another deployment gets the same file undisturbed, and the two workspaces, as their
changes tell them, are compared but for cio_ids."""


async def run(bench: Bench) -> Section:
    """Measure."""
    file = bench.directory / "backfill.ndjson"
    count = bench.amount(EVENTS, 4_000)
    file.write_bytes(b"\n".join(_lines(count)))
    live = await _latencies(bench, file)
    job = await pipeline_job(bench, "backfill", PARTITIONS)
    with Contender(python("pipeline"), job, name=job.group):
        await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
        seconds = await _killed(bench, job, file)
        await settled(job)
        sent, changes = await _count(job, job.input), await _count(job, job.output)
        await asyncio.to_thread(_backfill, job, file, "again")
        await settled(job)
        again = await _count(job, job.output) - changes
        metrics = await _count(job, deployment_of(job).topic(names.MESSAGE_METRICS))
    undisturbed = await pipeline_job(bench, "undisturbed", PARTITIONS)
    with Contender(python("pipeline"), undisturbed, name=undisturbed.group):
        await wait_for_members(undisturbed.bootstrap, undisturbed.group, 1, _JOIN_S)
        began = time.monotonic()
        await asyncio.to_thread(_backfill, undisturbed, file, "once")
        alone_s = time.monotonic() - began
        await settled(undisturbed)
    same = await _workspace(job) == await _workspace(undisturbed)
    rate = bench.amount(LIVE_RATE, 50)
    facts = (
        ("undisturbed", f"{alone_s:.0f} s", three_digits(count / alone_s)),
        (f"killed {KILLS} times", f"{seconds:.0f} s", three_digits(count / seconds)),
    )
    return Section(
        "(g) Backfill",
        METHOD,
        (
            Table(
                f"Live latency at {rate} events/s, medians of {ROUNDS} stretches each",
                ("", "p50", "p99", "p99 of each, ms", "replayed events/s"),
                live.rows(),
            ),
            Table(f"{count:,} events from a file", ("", "seconds", "events/s"), facts),
        ),
        (
            at_most("(g) live p99 beside a backfill / alone", 2, live.ratio, "×"),
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


class _Stretch(NamedTuple):
    """A part of the stream, beside the backfill or alone."""

    p50: float
    """Latencies, in seconds."""
    p99: float
    replayed: float
    """Events a second."""


class _Stretches(NamedTuple):
    """What was seen in turn."""

    alone: list[_Stretch]
    beside: list[_Stretch]

    @property
    def ratio(self) -> float:
        """The median p99 beside the backfill, in that alone."""
        return median(one.p99 for one in self.beside) / median(one.p99 for one in self.alone)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """For the report."""
        return tuple(
            (
                name,
                f"{median(one.p50 for one in found) * 1000:,.0f} ms",
                f"{median(one.p99 for one in found) * 1000:,.0f} ms",
                " ".join(f"{one.p99 * 1000:,.0f}" for one in found),
                "–" if name == "alone" else f"{median(one.replayed for one in found):,.0f}",
            )
            for name, found in (("alone", self.alone), ("beside a backfill", self.beside))
        )


async def _latencies(bench: Bench, file: Path) -> _Stretches:
    """Live latencies alone and beside a backfill, in turn."""
    rate, stretch_s = bench.amount(LIVE_RATE, 50), bench.amount(8, 2)
    job = await pipeline_job(bench, "beside", PARTITIONS)
    events = list(traffic(rate * (60 + 2 * ROUNDS * (stretch_s + 3)), time.time() - 3600))
    spans: list[tuple[bool, float, float, float]] = []
    with Contender(python("pipeline"), job, name=job.group):
        await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
        async with streaming(job) as stream:
            sending = asyncio.create_task(stream.send(events, rate))
            process = _started(job, file, "beside")
            try:
                while not _checkpoint(job, "beside").exists():
                    await asyncio.sleep(0.1)
                await asyncio.sleep(_WARM_S)  # until then it has begun
                for beside in (False, True) * ROUNDS:
                    process.send_signal(signal.SIGCONT if beside else signal.SIGSTOP)
                    await asyncio.sleep(_TURN_S)
                    began, before = time.monotonic(), await _count(job, job.input)
                    await asyncio.sleep(stretch_s)
                    ended, after = time.monotonic(), await _count(job, job.input)
                    spans.append((beside, began, ended, max(0.0, (after - before) / (ended - began) - rate)))
                if process.poll() is not None:
                    raise ContenderFailed(f"the backfill ended: {_log(job, 'beside').read_text()[-500:]}")
            finally:
                process.kill()
                process.wait()
                stream.stop()
                await sending
            await stream.all_arrived()
    found = _Stretches([], [])
    for beside, began, ended, replayed in spans:
        latencies = stream.latencies(began, ended)
        (found.beside if beside else found.alone).append(
            _Stretch(median(latencies), _p99(latencies), replayed if beside else 0.0)
        )
    for row in found.rows():
        bench.say(" | ".join(row))
    return found


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


async def _workspace(job: Job) -> JsonObject:
    """The workspace that the changes tell, without what depends on which handle was met first."""
    return workspace_of(await read_all(job.bootstrap, job.output))
