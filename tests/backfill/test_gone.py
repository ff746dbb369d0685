"""Backfills of a topic that no longer has what was planned: it is told, never passed over in silence."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from typer.testing import CliRunner

from tests.backfill.deployment import backfill, checkpoint, inbound
from tests.pipeline.deployment import Setup, setup
from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from worker.backfill.checkpoint import opened
from worker.backfill.dry_run import dry_run
from worker.backfill.plan import Files, Plan, Run, TopicRange, first_progress
from worker.backfill.sources import describe_file
from worker.cli.backfill import app
from worker.cli.backfill_text import print_summary
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.timeout(120)]

EVENTS = [b'{"type":"identify","userId":"u%d","messageId":"m%d"}' % (number, number) for number in range(5)]


async def planned(running: Setup, ends: Mapping[int, int]) -> Plan:
    """A run, not begun yet, of what the topic had up to `ends`; its plan."""
    await running.send(EVENTS)
    plan = Plan(names.SEGMENT_EVENTS, TopicRange(running.topic(names.SEGMENT_EVENTS), {0: 0}, dict(ends)))
    async with opened(checkpoint(running), make=True) as runs:
        await runs.add(Run("r1", "unfinished", 1.0, 1.0, plan, first_progress(plan)))
    return plan


async def delete_before(running: Setup, offset: int) -> None:
    """As the topic's retention does."""
    async with administering(running.bootstrap) as admin:
        await admin.delete_records({TopicPartition(running.topic(names.SEGMENT_EVENTS), 0): RecordsToDelete(offset)})


async def shown(running: Setup) -> str:
    """The list as text."""
    listed = await asyncio.to_thread(CliRunner().invoke, app, ["list", "--checkpoint", str(checkpoint(running))])
    return listed.output


@pytest.mark.parametrize("gone", [3, 5])
async def test_what_the_topic_no_longer_has_is_missing(
    broker: Broker, tmp_path: Path, gone: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        plan = await planned(running, {0: len(EVENTS)})
        await delete_before(running, gone)

        summary = await dry_run(running.deployment, plan, lambda _: None)
        assert (summary.events, summary.missing) == (len(EVENTS) - gone, gone)
        print_summary(summary)
        assert f"{gone} records are missing" in capsys.readouterr().out

        (done,) = await backfill(running, "resume", "r1")
        at = done["progress"]
        assert (done["state"], at["sent"], at["missing"]) == ("done", len(EVENTS) - gone, gone)
        assert (at["positions"], at["done"], at["total"]) == ({"0": 5}, 5, 5)
        assert ["missing", str(gone)] == [line.split()[-2] for line in (await shown(running)).splitlines()]


async def test_a_run_that_lost_nothing_says_nothing_of_it(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await planned(running, {0: len(EVENTS)})
        (done,) = await backfill(running, "resume", "r1")
        assert (done["progress"]["sent"], done["progress"]["missing"]) == (len(EVENTS), 0)


async def test_a_topic_that_was_made_anew_is_refused(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await planned(running, {0: 100})
        (refused,) = await backfill(running, "resume", "r1", expect=1)
        assert "ends at 5, but reached 100 before" in refused["error"]
        assert "start another backfill" in refused["hint"]
        (run,) = await backfill(running, "list")
        assert (run["state"], run["progress"]["sent"]) == ("unfinished", 0)


async def test_a_file_is_not_gone_on_with_into_a_topic_that_was_made_anew(broker: Broker, tmp_path: Path) -> None:
    """What was sent before went with the old topic, and nobody may have read it."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(EVENTS))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        plan = Plan(names.SEGMENT_EVENTS, Files((describe_file(file),)))
        sent = msgspec.structs.replace(first_progress(plan), positions={0: 3}, scan={0: 3}, sent=3)
        async with opened(checkpoint(running), make=True) as runs:
            await runs.add(Run("r1", "unfinished", 1.0, 1.0, plan, sent))
        (refused,) = await backfill(running, "resume", "r1", expect=1)
        assert "ends at 0, but reached 3 before" in refused["error"]
        await running.send(EVENTS[:3])
        (done,) = await backfill(running, "resume", "r1")
        assert (done["state"], done["progress"]["sent"]) == ("done", len(EVENTS))


async def test_a_topic_that_is_made_anew_meanwhile_ends_the_run(broker: Broker, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(b'{"type":"identify","userId":"u","messageId":"f%d"}\n' % at for at in range(700)))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        topic = running.topic(names.SEGMENT_EVENTS)
        await running.send(EVENTS * 300)
        run = asyncio.create_task(backfill(running, "--file", str(file), "--rate", "100", expect=1))
        while await inbound(running) < 1600:
            await asyncio.sleep(0.1)
        async with administering(running.bootstrap) as admin:
            await admin.delete_topics([topic])
        await asyncio.sleep(1.0)
        await create_topic(running.bootstrap, topic)
        (refused,) = await run
        assert "made anew" in refused["error"]
        assert [each["state"] for each in await backfill(running, "list")] == ["unfinished"]


@pytest.mark.slow
@pytest.mark.parametrize("of_a_file", [True, False])
async def test_a_topic_that_is_deleted_meanwhile_is_named(broker: Broker, tmp_path: Path, of_a_file: bool) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(b'{"type":"identify","userId":"u","messageId":"f%d"}\n' % at for at in range(700)))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        topic = running.topic(names.SEGMENT_EVENTS)
        await running.send(EVENTS * 300)
        source = ["--file", str(file)] if of_a_file else []
        run = asyncio.create_task(backfill(running, *source, "--rate", "100", expect=1))
        while await inbound(running) < 1600:
            await asyncio.sleep(0.1)
        async with administering(running.bootstrap) as admin:
            await admin.delete_topics([topic])
        (refused,) = await run
        assert f"there is no topic {topic}" in refused["error"]
        assert [each["state"] for each in await backfill(running, "list")] == ["unfinished"]
