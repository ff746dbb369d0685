"""Every client and every role against a broker that asks for passwords, certificates, or both."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from typer.testing import CliRunner

from tests.pipeline.deployment import Setup, end
from tests.pipeline.outcome import event_counts, workspace_of
from tests.security.guarded import Guarded, guarded_broker
from worker.cli.app import load
from worker.config import load_config
from worker.config.connection import make_connection
from worker.deployment import make_deployment
from worker.local.ports import HOST, free_ports
from worker.runtime.connect import await_brokers
from worker.runtime.errors import BrokerUnreachable
from worker.runtime.lag import LagReader
from worker.runtime.reader import TopicReader
from worker.runtime.scan import scan
from worker.topics import names
from worker.topics.apply import apply
from worker.topics.cluster import TopicsError, expect

pytestmark = pytest.mark.broker

WAYS = [
    ("SASL_PLAINTEXT", "PLAIN"),
    ("SASL_PLAINTEXT", "SCRAM-SHA-256"),
    ("SASL_PLAINTEXT", "SCRAM-SHA-512"),
    ("SASL_SSL", "PLAIN"),
    ("SASL_SSL", "SCRAM-SHA-512"),
    ("SSL", "PLAIN"),
]

EVENT = {"type": "track", "userId": "ada", "event": "Seen", "messageId": "m1", "properties": {}}
WEBHOOK = (Path(__file__).parents[2] / "topics/examples/reporting.events/v1/valid/email_clicked.json").read_bytes()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_broker(tmp_path_factory.mktemp("guarded")) as running:
        yield running


def configure(directory: Path, kafka: dict[str, object]) -> Path:
    name = f"test-{uuid4().hex[:12]}"
    path = directory / "workspace.yaml"
    section = {**kafka, "topic_prefix": f"{name}.", "app_id": name, "partitions": 1}
    path.write_bytes(orjson.dumps({"kafka": section, "view": {"path": str(directory / "view.sqlite")}}))
    return path


async def deployed(directory: Path, kafka: dict[str, object]) -> Setup:
    path = configure(directory, kafka)
    deployment = make_deployment(load_config(path))
    await apply(deployment.connection, deployment.contracts)
    return Setup(deployment, path, deployment.connection.bootstrap_servers[0])


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_every_kind_of_client_gets_in(guarded: Guarded, protocol: str, mechanism: str, tmp_path: Path) -> None:
    """Administration, producer, reader in a group, lag: all there are beside the worker itself."""
    running = await deployed(tmp_path, guarded.kafka(protocol, mechanism))
    connection, topic = running.deployment.connection, running.topic(names.SEGMENT_EVENTS)
    await running.send([orjson.dumps(EVENT)])
    stop = asyncio.Event()
    async with TopicReader(connection, topic, group=f"{topic}-readers") as reader:
        async with asyncio.timeout(20):
            async for batch in reader.batches(stop):
                await reader.commit({number: records[-1].offset + 1 for number, records in batch.items()})
                stop.set()
    async with LagReader(connection) as lag:
        (row,) = await lag.group(f"{topic}-readers", [topic])
    assert (row.end, row.lag) == (1, 0)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("protocol", "mechanism"), [("SASL_SSL", "SCRAM-SHA-256"), ("SSL", "PLAIN")])
async def test_every_role_works(guarded: Guarded, protocol: str, mechanism: str, tmp_path: Path) -> None:
    running = await deployed(tmp_path, guarded.kafka(protocol, mechanism))
    await running.send([orjson.dumps(EVENT)])
    await running.send([WEBHOOK], names.REPORTING_EVENTS)
    roles = [running.start(role) for role in ("worker", "view", "relay")]
    try:
        await running.settled(60)
        changes = [
            record async for record in scan(running.deployment.connection, running.topic(names.WORKSPACE_CHANGES))
        ]
        relay_log = tmp_path / "relay.log"
        async with asyncio.timeout(20):
            while b'"type":"track"' not in relay_log.read_bytes():
                await asyncio.sleep(0.2)
        people = load("people")
        async with asyncio.timeout(20):
            while True:
                shown = await asyncio.to_thread(
                    CliRunner().invoke, people, ["show", "ada", "--config", str(running.config)]
                )
                if shown.exit_code == 0:
                    break
                await asyncio.sleep(0.2)
    finally:
        codes = [await asyncio.to_thread(end, role) for role in roles]
    assert codes == [0, 0, 0]
    assert event_counts(workspace_of(changes))["m1"] == 1


def checked(config: Path) -> tuple[int, str]:
    result = CliRunner().invoke(load("check"), ["--config", str(config)])
    return result.exit_code, result.output


async def refused(guarded: Guarded, directory: Path, section: dict[str, object]) -> list[str]:
    """What `check` says, why a role does not start, and what a command says that asks for the topics."""
    config = configure(directory, section)
    code, output = await asyncio.to_thread(checked, config)
    assert code == 1
    connection = make_connection(load_config(config).kafka)
    with pytest.raises(BrokerUnreachable) as role:
        await await_brokers(connection, 0.5)
    with pytest.raises(TopicsError) as command:
        await expect(connection, ["any"], 0.1)
    for said in (str(role.value), str(command.value)):
        assert "segment-worker check" in said
        assert "no Kafka" not in said
    return [output, str(role.value), str(command.value)]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_named(guarded: Guarded, mechanism: str, tmp_path: Path) -> None:
    section = guarded.kafka("SASL_PLAINTEXT", mechanism, sasl_password="n0t-this-0ne")
    for said in await refused(guarded, tmp_path, section):
        assert "the credentials are refused" in said
        assert "sasl_" in said
        assert "n0t-this-0ne" not in said


async def test_a_refusal_is_named_although_the_first_broker_is_away(guarded: Guarded, tmp_path: Path) -> None:
    section = guarded.kafka("SASL_PLAINTEXT", sasl_password="n0t-this-0ne")
    section["bootstrap_servers"] = [f"{HOST}:{free_ports(1)[0]}", guarded.bootstrap["SASL_PLAINTEXT"]]
    for said in await refused(guarded, tmp_path, section):
        assert f"{guarded.bootstrap['SASL_PLAINTEXT']}: the credentials are refused" in said


async def test_a_foreign_authority_is_named(guarded: Guarded, tmp_path: Path) -> None:
    section = guarded.kafka("SASL_SSL", ssl_ca_file=str(guarded.directory / "other-ca.pem"))
    for said in await refused(guarded, tmp_path, section):
        assert "its certificate is refused" in said
        assert "kafka.ssl_ca_file" in said


@pytest.mark.parametrize(
    ("fault", "problem", "hint"),
    [("EXPIRED", "expired", "renewed"), ("RENAMED", "not valid for '127.0.0.1'", "kafka.bootstrap_servers")],
)
async def test_a_certificate_of_another_time_or_name_is_told_apart(
    fault: str, problem: str, hint: str, guarded: Guarded, tmp_path: Path
) -> None:
    section = guarded.kafka("SSL", bootstrap_servers=[guarded.bootstrap[fault]])
    for said in await refused(guarded, tmp_path, section):
        assert "its certificate is refused" in said
        assert problem in said
        assert hint in said
        assert "ssl_ca_file" not in said


async def test_without_a_certificate_of_its_own_a_client_stays_out(guarded: Guarded, tmp_path: Path) -> None:
    section = guarded.kafka("SSL", ssl_cert_file=None, ssl_key_file=None)
    code, said = await asyncio.to_thread(checked, configure(tmp_path, section))
    assert code == 1
    assert "problem  brokers" in said or "problem  topics" in said
