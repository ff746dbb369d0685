"""`dlq` beside a running system: what is listed, shown, sent again, given up; and that none of it is done twice."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from typer.testing import CliRunner, Result

from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.outcome import read_all, workspace_of
from tests.support.broker import Broker
from worker.cli.dlq import app
from worker.deadletters.box import Box
from worker.deadletters.marks import Mark, write_mark
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.runtime.resend import Copy, resender
from worker.topics import names
from worker.topics.names import dead_letters_of

pytestmark = pytest.mark.broker

OLD_MS = 1_700_000_000_000
EVENTS = dead_letters_of(names.SEGMENT_EVENTS)


def run(setting: Setup, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", str(setting.config)])


async def lines(setting: Setup, *arguments: str, code: int = 0) -> list[JsonObject]:
    result = await asyncio.to_thread(run, setting, *arguments, "--json")
    assert result.exit_code == code, result.output
    return [msgspec.json.decode(line, type=JsonObject) for line in result.stdout.splitlines()]


async def text(setting: Setup, *arguments: str, code: int = 0) -> str:
    result = await asyncio.to_thread(run, setting, *arguments)
    assert result.exit_code == code, result.output
    return result.output


def identify(user: str, name: str) -> bytes:
    return orjson.dumps({"type": "identify", "userId": user, "messageId": f"{user}-{name}", "traits": {"name": name}})


def configure(setting: Setup, **workspace: object) -> None:
    config = orjson.loads(setting.config.read_bytes())
    setting.config.write_bytes(orjson.dumps({**config, "workspace": workspace}))


async def work(setting: Setup) -> None:
    """Run a worker until everything sent so far is done."""
    worker = setting.start()
    await setting.settled(60)
    assert await asyncio.to_thread(end, worker) == 0


async def put(
    setting: Setup, topic: str, values: list[bytes], reason: Reason, first_seen_ms: int = OLD_MS
) -> list[int]:
    """Dead letters as an agent leaves them, of the records 0, 1, … of partition 0 of `topic`."""
    copies = [
        Copy(
            b"k",
            value,
            [
                ("reason", reason.value.encode()),
                ("detail", b"of a test"),
                ("dead_letter_origin", f"{setting.topic(topic)}/0/{number}".encode()),
                ("first_seen", b"%d" % first_seen_ms),
                ("worker_version", b"0"),
            ],
        )
        for number, value in enumerate(values)
    ]
    async with resender(setting.deployment.connection) as sender:
        return await sender.send(setting.topic(dead_letters_of(topic)), 0, copies)


@pytest.mark.timeout(150)
async def test_a_letter_is_replayed_once_its_cause_is_mended(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        await running.send([identify("undefined", "Ada"), identify("grace", "Grace"), b"{not json"])
        await work(running)

        *letters, totals = await lines(running, "list")
        assert totals == {"letters": 2, "shown": 2, "by_reason": {"not_json": 1, "junk_identifier": 1}} or (
            totals["by_reason"] == {"junk_identifier": 1, "not_json": 1}
        )
        by_reason = {letter["reason"]: str(letter["letter"]) for letter in letters}
        shown = await text(running, "show", by_reason["junk_identifier"])
        assert "The userId is one that stems from a mistake" in shown
        assert '    "name": "Ada"' in shown
        assert "not JSON, as text:\n{not json" in await text(running, "show", by_reason["not_json"])
        assert (await lines(running, "list", "--reason", "not_json"))[-1]["letters"] == 1
        assert (await lines(running, "list", "--until", "1h"))[-1]["letters"] == 0
        assert (await lines(running, "list", "--topic", "people"))[-1]["letters"] == 0

        stopped = await text(running, "replay", "--reason", "junk_identifier", code=1)
        assert f"stopped at {by_reason['junk_identifier']}: junk_identifier" in stopped
        (kept,) = await lines(running, "replay", "--on-error", "keep")
        assert (kept["replayed"], kept["kept"]) == (0, 2)

        configure(running, allow_junk_identifiers=True)
        (done,) = await lines(running, "replay", "--on-error", "drop")
        assert (done["replayed"], done["dropped"], done["stopped_at"]) == (1, 1, None)
        await work(running)
        assert (await lines(running, "list"))[-1]["letters"] == 0
        states = {letter["reason"]: letter["state"] for letter in (await lines(running, "list", "--all"))[:-1]}
        assert states == {"not_json": "dropped", "junk_identifier": "replayed"}

        again, dropped = await lines(running, "replay"), await lines(running, "drop", "--everything")
        assert (again[0]["replayed"], dropped[0]["dropped"]) == (0, 0)
        changes = await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))
    people = workspace_of(changes)["people"]
    assert isinstance(people, list)
    assert sorted(str(person["id"]) for person in people if isinstance(person, dict)) == ["grace", "undefined"]


async def test_a_record_that_failed_twice_is_sent_once_as_it_was(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        good, now = identify("ada", "Ada"), int(time.time() * 1000)
        await put(running, names.SEGMENT_EVENTS, [good], Reason.INVALID_FIELDS, now)
        await put(running, names.SEGMENT_EVENTS, [good], Reason.INVALID_FIELDS, now)
        (done,) = await lines(running, "replay")
        assert (done["replayed"], done["repeated"]) == (1, 1)
        (record,) = await read_all(broker.bootstrap, running.topic(names.SEGMENT_EVENTS))
        assert (record.key, record.value, record.timestamp) == (b"k", good, now)
        assert list(record.headers) == [("replay_of", f"{running.topic(names.SEGMENT_EVENTS)}/0/000000000000".encode())]
        assert (await lines(running, "list"))[-1]["letters"] == 0


@pytest.mark.parametrize("topic", [names.SEGMENT_EVENTS, names.MESSAGE_METRICS])
async def test_kafka_does_not_delete_an_old_letter_that_is_sent_again(
    broker: Broker, tmp_path: Path, topic: str
) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await put(running, topic, [identify("ada", "Ada")], Reason.INVALID_FIELDS)
        began = time.time() * 1000
        await lines(running, "replay")
        (record,) = await read_all(broker.bootstrap, running.topic(topic))
        assert record.timestamp >= began - 1000
        assert dict(record.headers)["replay_arrived"] == b"%d" % OLD_MS


async def test_an_interrupted_replay_is_finished_under_the_same_origins(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        message = (Path(__file__).parents[2] / "topics/examples/people/v1/valid/identify.json").read_bytes()
        offsets = await put(running, names.PEOPLE, [message, message], Reason.STATE_TOO_LARGE)
        letters = running.topic(dead_letters_of(names.PEOPLE))
        value, headers = write_mark(Mark("replaying", tuple(offsets)))
        async with resender(running.deployment.connection) as sender:  # it ends here: nothing was sent, or all was
            (intent,) = await sender.send(letters, 0, [Copy(None, value, headers)])
        assert [each["state"] for each in (await lines(running, "list", "--all"))[:-1]] == ["replaying", "replaying"]
        (done,) = await lines(running, "replay")
        assert (done["finished"], done["replayed"]) == (2, 0)
        sent = await read_all(broker.bootstrap, running.topic(names.PEOPLE))
        assert [dict(record.headers)["origin"] for record in sent] == [
            f"{letters}/0@{intent}/{offset}/0".encode() for offset in offsets
        ]
        assert (await lines(running, "replay"))[0]["finished"] == 0
        marks = await Box(running.deployment.connection, [letters]).marks()
        assert marks.unfinished() == {}


async def test_stop_sends_what_is_before_and_nothing_after(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        values = [identify("a", "A"), b"{bad", identify("b", "B")]
        await put(running, names.SEGMENT_EVENTS, values, Reason.INVALID_EVENT)
        (done,) = await lines(running, "replay", code=1)
        assert done["replayed"] == 1
        assert str(done["stopped_at"]).startswith(f"{running.topic(EVENTS)}/0/1: not_json")
        waiting = await lines(running, "list")
        assert [each["letter"] for each in waiting[:-1]] == [f"{running.topic(EVENTS)}/0/{number}" for number in (1, 2)]
        (dropped,) = await lines(running, "drop", f"{running.topic(EVENTS)}/0/1")
        assert dropped["dropped"] == 1
        (rest,) = await lines(running, "replay", "--limit", "5")
        assert rest["replayed"] == 1
        sent = await read_all(broker.bootstrap, running.topic(names.SEGMENT_EVENTS))
        assert [record.value for record in sent] == [values[0], values[2]]


async def test_what_the_relay_would_bury_again_is_not_sent(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        large = orjson.dumps({"messageId": "m1", "pad": "x" * 40_000})
        await put(running, names.MESSAGE_METRICS, [b"{bad", large, identify("a", "A")], Reason.NOT_JSON)
        (done,) = await lines(running, "replay", "--on-error", "drop")
        assert (done["replayed"], done["dropped"]) == (1, 2)


async def test_a_letter_that_is_not_there_is_told(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await put(running, names.SEGMENT_EVENTS, [b"{bad", identify("a", "A")], Reason.INVALID_EVENT)
        bad, good, none = (f"{running.topic(EVENTS)}/0/{offset}" for offset in (0, 1, 999))
        hint = "`segment-worker dlq list --all` shows those that are there, handled ones too"
        missing = {"error": f"no dead letter is at {none}", "hint": hint}
        for command in ("replay", "drop"):
            outcome, problem = await lines(running, command, none, code=1)
            assert (outcome["replayed"], outcome["dropped"], problem) == (0, 0, missing)
        outcome, problem = await lines(running, "drop", bad, none, code=1)
        assert (outcome["dropped"], problem) == (1, missing)
        assert "1 replayed" in await text(running, "replay", good)
        for command in ("replay", "drop"):
            told = await text(running, command, bad, good)
            assert "0 replayed, 0 dropped" in told
            assert f"{bad} was dropped before" in told
            assert f"{good} was replayed before" in told


@pytest.mark.timeout(120)
async def test_a_worker_stops_when_all_it_gets_becomes_dead_letters(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        config: dict[str, Any] = orjson.loads(running.config.read_bytes())  # Any: JSON of this test's making
        config["worker"]["dead_letters_in_row_max"] = 20
        running.config.write_bytes(orjson.dumps(config))
        await running.send([b"{bad"] * 100)
        worker = running.start()
        assert await asyncio.to_thread(worker.wait, 60) == 1
        assert "TooManyDeadLetters" in running.config.with_name("worker.log").read_text()
        assert await read_all(broker.bootstrap, running.topic(EVENTS)) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drop"], "--everything"),
        (["show"], "name a letter"),
        (["list", "--reason", "nonsense"], "is none of"),
        (["list", "--since", "soon"], "is no time"),
        (["list", "--since", "2h", "--until", "3h"], "2h is not before --until 3h"),
        (["replay", "--since", "2026-11-22", "--until", "2026-11-22"], "is not before"),
        (["list", "--topic", "nonsense"], "has no dead letters"),
        (["show", "x"], "is not <topic>/<partition>/<offset>"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert said in result.output
