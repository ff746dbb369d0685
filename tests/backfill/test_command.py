"""The command where something is wrong, and ranges, dry runs, cancelling and relaying on a real broker."""

import asyncio
import gzip
import os
import signal
import time
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.backfill.deployment import backfill, checkpoint, inbound, sent, started
from tests.backfill.traces import Traces, traces, view_caught_up
from tests.pipeline.deployment import Setup, end, setup
from tests.support.broker import Broker
from worker.backfill.checkpoint import opened
from worker.backfill.plan import Files, Plan, Progress, Run, first_progress
from worker.backfill.planning import make_plan
from worker.cli.backfill import DEFAULT_CHECKPOINT, _resuming, app
from worker.jsontypes import Json
from worker.local.demo import demo_file
from worker.topics import names


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--file", "missing.ndjson"], "missing.ndjson can't be read"),
        (["--where", 'type ~ "x"'], "'~' means nothing here"),
        (["--topic", "reporting.events"], "add --relay"),
        (["--topic", "reporting.events", "--dry-run"], "webhooks change nothing"),
        (["--relay"], "nothing of segment.events goes to Segment"),
        (["--topic", "reporting.events", "--relay", "--where", 'type = "x"'], "FQL"),
        (["--file", __file__, "--from", "2026-11-01"], "are of a topic"),
        (["--file", str(Path(__file__).parent)], "is a directory"),
        (["--from", "2026-13-01"], "is no time"),
        (["--from", "2026-11-08", "--to", "2026-11-01"], "is not before"),
        (["--offsets", "0:0-1", "--to", "36h"], "either times or offsets"),
        (["--dry-run", "resume", "x"], "behind `resume`"),
        (["--checkpoint", "other.sqlite", "list"], "behind `list`"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 2
    assert words in done.output


def test_a_file_that_is_not_what_its_name_says(tmp_path: Path) -> None:
    plain = tmp_path / "plain.ndjson.gz"
    plain.write_text("{}")
    done = CliRunner().invoke(app, ["--file", str(plain)])
    assert done.exit_code == 2
    assert "not compressed by gzip" in done.output


def test_a_pipe_is_refused_before_anything_is_read_from_it(tmp_path: Path) -> None:
    pipe = tmp_path / "events.ndjson"
    os.mkfifo(pipe)
    fed = os.open(pipe, os.O_RDWR)
    try:
        os.write(fed, identify("u1", "free", 1) + b"\n")
        for named in (str(pipe), f"/dev/fd/{fed}"):
            done = CliRunner().invoke(app, ["--file", named])
            assert (done.exit_code, done.exception.__class__) == (2, SystemExit)
            assert "can be read only once" in done.output
        assert os.read(fed, 99_999) == identify("u1", "free", 1) + b"\n"
    finally:
        os.close(fed)


@pytest.mark.broker
async def test_a_damaged_file_is_named_and_the_run_is_left_unfinished(broker: Broker, tmp_path: Path) -> None:
    file = tmp_path / "cut.ndjson.gz"
    file.write_bytes(gzip.compress(identify("u1", "free", 1))[:30])
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        (failed,) = await backfill(running, "--file", str(file), expect=1)
        assert "cut.ndjson.gz can't be read" in failed["error"]
        assert "mend the file" in failed["hint"]


def test_a_checkpoint_that_is_not_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.sqlite")
    listed = CliRunner().invoke(app, ["list", "--checkpoint", missing])
    assert (listed.exit_code, listed.output) == (0, "no backfills\n")
    resumed = CliRunner().invoke(app, ["resume", "x", "--checkpoint", missing])
    assert resumed.exit_code == 1
    assert "there is no checkpoint" in resumed.output
    (tmp_path / "other.sqlite").write_text("not a database, but long enough to be looked at by SQLite" * 20)
    other = CliRunner().invoke(app, ["list", "--checkpoint", str(tmp_path / "other.sqlite")])
    assert other.exit_code == 1
    assert "can't be used" in other.output


def test_a_checkpoint_that_can_not_be_looked_for(tmp_path: Path) -> None:
    for command in (["list"], ["resume", "x"]):
        done = CliRunner().invoke(app, [*command, "--checkpoint", str(tmp_path / ("x" * 300))])
        assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
        assert "can't be read: File name too long" in done.output


@pytest.mark.broker
async def test_a_file_that_is_gone_is_told_and_the_backfill_goes_on_once_it_is_back(
    broker: Broker, tmp_path: Path
) -> None:
    file, away = tmp_path / "events.ndjson", tmp_path / "away.ndjson"
    file.write_bytes(identify("u1", "free", 1))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        run = await unfinished(running, file)
        file.rename(away)
        (gone,) = await backfill(running, "resume", run.id, expect=1)
        assert f"{file} can't be read: No such file or directory" in gone["error"]
        assert "backfill resume" in gone["hint"]
        away.rename(file)
        (done,) = await backfill(running, "resume", run.id)
        assert done["state"] == "done"


def test_how_to_go_on_is_told_with_the_options_that_it_takes(tmp_path: Path) -> None:
    run = Run("r1", "unfinished", 1.0, 1.0, Plan("segment.events", Files(())), Progress({}))
    assert _resuming(run, DEFAULT_CHECKPOINT, None) == "segment-worker backfill resume r1"
    assert _resuming(run, Path("my file"), Path("w.yaml")) == (
        "segment-worker backfill resume r1 --checkpoint 'my file' --config w.yaml"
    )


def identify(user: str, plan: str, day: int, **more: Json) -> bytes:
    event = {"type": "identify", "userId": user, "traits": {"plan": plan}, "timestamp": f"2026-11-{day:02}T00:00:00Z"}
    return orjson.dumps(event | more)


@pytest.mark.broker
@pytest.mark.timeout(120)
async def test_ranges_dry_runs_and_what_a_replay_leaves_alone(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        worker, view = running.start(), running.start("view")
        try:
            await running.send([identify("u1", "free", 1, messageId="m1"), identify("u1", "pro", 2, messageId="m2")])
            await running.send([b'{"type": "track", "userId": "u1", "event": "No messageId, no time"}', b"not JSON"])
            await running.settled(60)
            changes, since = await sent(running, names.WORKSPACE_CHANGES), time.time()

            (again,) = await backfill(running)
            assert (again["progress"]["sent"], again["progress"]["unreadable"]) == (3, 1)
            await running.settled(60)
            assert await sent(running, names.WORKSPACE_CHANGES) == changes, "a replay changed something"
            (later,) = await backfill(running, "--from", str(since), "--to", str(time.time() + 60))
            assert later["progress"]["sent"] == 3, "of the copies, which are later"
            for given, words in (("0:5-1", "before it begins"), ("7:0-1", "no partition 7"), ("x", "no range")):
                (refused,) = await backfill(running, "--offsets", given, expect=2)
                assert words in refused["error"]

            file = tmp_path / "old.ndjson"
            lines = [identify("u1", "older", 1, messageId="m0"), identify("u1", "team", 3), identify("u2", "free", 3)]
            file.write_bytes(b"\n".join(lines))
            before = await everything(running)
            (dry,) = await backfill(running, "--file", str(file), "--dry-run")
            assert await everything(running) == before
            assert (dry["examples"][0]["before"], dry["examples"][0]["after"]) == ("pro", "team")
            assert [(one["what"], one["id"]) for one in dry["people"]] == [("created", "u2")]

            await backfill(running, "--file", str(file))
            await running.settled(60)
            after = await everything(running)
            for one in ("topics", "groups", "view", "files"):
                assert getattr(after, one) != getattr(before, one), "each of them would have told"
            (dry,) = await backfill(running, "--file", str(file), "--dry-run")
            assert dry["changes"] == {}, "it is as the dry run said"
        finally:
            for role in (worker, view):
                await asyncio.to_thread(end, role)


async def everything(running: Setup) -> Traces:
    """What there is once workers and view have done all that there is to do."""
    await running.settled(60)
    await view_caught_up(running)
    found = await traces(running)
    assert found.topics
    assert any(found.groups.values()), "workers have committed"
    assert found.view["people"]
    assert checkpoint(running).name in found.files
    return found


@pytest.mark.broker
@pytest.mark.timeout(120)
async def test_webhooks_reach_segment_only_when_asked_to(broker: Broker, tmp_path: Path) -> None:
    webhooks = demo_file(names.REPORTING_EVENTS).read_bytes().splitlines()
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        worker = running.start()
        try:
            await running.send([identify("u1", "free", 1)])
            await running.send(webhooks[:20], names.REPORTING_EVENTS)
            await running.settled(60)
            metrics = await sent(running, names.MESSAGE_METRICS)
            await backfill(running)
            await running.settled(60)
            assert await sent(running, names.MESSAGE_METRICS) == metrics > 0
        finally:
            await asyncio.to_thread(end, worker)


@pytest.mark.broker
async def test_a_cancelled_backfill_is_over(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        run = await unfinished(running)
        (cancelled,) = await backfill(running, "cancel", run.id)
        assert cancelled["state"] == "cancelled"
        (refused,) = await backfill(running, "resume", run.id, expect=1)
        assert "is cancelled" in refused["error"]
        (listed,) = await backfill(running, "list")
        assert (listed["id"], listed["state"]) == (run.id, "cancelled")


@pytest.mark.broker
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_one_that_is_stopped_says_how_to_go_on(broker: Broker, tmp_path: Path, number: int) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(identify("u1", "free", 1, messageId=f"m{each}") + b"\n" for each in range(500)))
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        process = started(running, "--file", str(file), "--rate", "30")
        while not await inbound(running):
            assert process.poll() is None
            await asyncio.sleep(0.05)
        process.send_signal(number)
        assert await asyncio.to_thread(process.wait, 30) == 1
        (run,) = await backfill(running, "list")
        assert run["state"] == "unfinished"
        said = running.config.with_name("backfill.log").read_text()
        assert f"go on with `segment-worker backfill resume {run['id']} --ch" in said
        assert "Traceback" not in said
        # More was sent than is noted: the next process would look for it.
        cancel = ["cancel", run["id"], "--checkpoint", str(checkpoint(running))]
        told = await asyncio.to_thread(CliRunner().invoke, app, cancel)
        assert f"is cancelled: at least {run['progress']['sent']} events sent" in told.output


async def unfinished(running: Setup, *files: Path) -> Run:
    """A run of `files`, or of nothing, that has not been done."""
    plan = await make_plan(
        running.deployment, names.SEGMENT_EVENTS, files=files, start=None, end=None, offsets=[],
        where=None, rate=None, relay=False,
    )  # fmt: skip
    run = Run("r1", "unfinished", 1.0, 1.0, plan, first_progress(plan))
    async with opened(checkpoint(running), make=True) as runs:
        await runs.add(run)
    return run
