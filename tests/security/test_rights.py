"""The rights that docs/running.md asks for, and no others: with them every role works."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import CreateAclsRequest

from tests.pipeline.deployment import Setup, end
from tests.security.guarded import USER, Guarded, guarded_broker
from tests.security.test_guarded import WEBHOOK, checked, configure
from worker.config import load_config
from worker.deployment import Deployment, make_deployment
from worker.local import settings
from worker.local.ports import HOST, free_ports
from worker.local.settings import Node
from worker.runtime.connect import await_brokers
from worker.topics import names
from worker.topics.apply import apply
from worker.topics.check import check

pytestmark = pytest.mark.broker

# Kafka protocol: kinds of resources, operations, a name as it stands, "allow"
TOPIC, GROUP, CLUSTER = 2, 3, 4
READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS, IDEMPOTENT_WRITE = 3, 4, 5, 8, 10, 12
LITERAL = ALLOW = 3


@pytest.fixture
def strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    """A broker that asks for rights; who comes without a password has all."""
    usual = settings.server_properties

    def asking(node: Node) -> dict[str, str]:
        authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
        return {**usual(node), "authorizer.class.name": authorizer, "super.users": "User:ANONYMOUS"}

    monkeypatch.setattr(settings, "server_properties", asking)
    with guarded_broker(tmp_path) as running:
        yield running


async def grant_the_documented(bootstrap: str, deployment: Deployment) -> None:
    topics = [contract.topic for contract in deployment.contracts.values()]
    groups = [deployment.group, deployment.relay_group, deployment.printing_group]
    rights = [
        *((TOPIC, topic, one) for topic in topics for one in (DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE, CREATE)),
        *((GROUP, group, READ) for group in groups),
        (CLUSTER, "kafka-cluster", IDEMPOTENT_WRITE),
    ]
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        for kind, name, operation in rights:
            request = CreateAclsRequest(kind, name, LITERAL, f"User:{USER}", "*", operation, ALLOW)
            answer = await client.send(client.get_random_node(), request)
            assert [one[0] for one in answer.creation_responses] == [0]
    finally:
        await client.close()


@pytest.mark.timeout(240)
async def test_with_the_documented_rights_every_role_works(strict: Guarded, tmp_path: Path) -> None:
    config = configure(tmp_path, strict.kafka("SASL_PLAINTEXT"))
    endpoint = f"http://{HOST}:{free_ports(1)[0]}"
    relay = {"endpoint": endpoint, "ledger": str(tmp_path / "ledger.sqlite")}
    config.write_bytes(
        orjson.dumps({**orjson.loads(config.read_bytes()), "relay": relay, "source": {"write_key": "k"}})
    )
    deployment = make_deployment(load_config(config))
    await await_brokers(deployment.connection, 60)  # on a busy machine a broker's first password takes long
    code, said = await asyncio.to_thread(checked, config)
    assert code == 1
    assert "this user may not see it" in said

    await grant_the_documented(strict.open_bootstrap, deployment)
    await apply(deployment.connection, deployment.contracts)
    assert await check(deployment.connection, deployment.contracts) == []
    running = Setup(deployment, config, strict.bootstrap["SASL_PLAINTEXT"])
    await running.send([WEBHOOK], names.REPORTING_EVENTS)
    roles = [running.start("worker"), running.start("view"), running.start("relay"), running.start("relay", "--print")]
    expected = {"worker": [b'"ready"'], "view": [b"view_opened"], "relay": [b'"ready"', b'"type":"track"']}
    try:
        async with asyncio.timeout(60):
            while not all(
                text in (tmp_path / f"{role}.log").read_bytes() for role, texts in expected.items() for text in texts
            ):
                assert [role.poll() for role in roles] == [None] * 4
                await asyncio.sleep(0.2)
    finally:
        codes = [await asyncio.to_thread(end, role) for role in roles]
    assert codes == [0, 0, 0, 0]
