"""`check` names every mistake that is planted, and nothing else where there is none."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from tests.pipeline.deployment import Setup, setup
from tests.support.admin import administering
from tests.support.broker import Broker
from worker.checks.finding import Finding
from worker.cli.app import load
from worker.local.ports import free_ports
from worker.runtime.resend import Copy, resender
from worker.topics import names
from worker.topics.check import check
from worker.topics.names import changelog_of

pytestmark = pytest.mark.broker

Config = dict[str, Any]  # Any: a configuration as JSON
Plant = Callable[[Config], None]

WELL: Config = {
    "source": {"write_key": "k3yOfTheSegmentSource"},
    "destination": {"site_id": "a1b2c3", "api_key": "d4e5f6"},
}


@asynccontextmanager
async def deployed(broker: Broker, directory: Path) -> AsyncIterator[tuple[Setup, Config]]:
    """A deployment without a mistake, and its configuration."""
    async with setup(broker.bootstrap, directory, partitions=2) as running:
        config: Config = {**orjson.loads(running.config.read_bytes()), **msgspec.json.decode(orjson.dumps(WELL))}
        config["relay"] = {"ledger": str(directory / "ledger.sqlite")}
        yield running, config


async def findings(setting: Setup, config: Config, code: int = 1) -> list[Finding]:
    """What `check` says about `config`, with its exit code."""
    setting.config.write_bytes(orjson.dumps(config))
    arguments = ["--config", str(setting.config), "--json"]
    result = await asyncio.to_thread(CliRunner().invoke, load("check"), arguments)
    assert result.exit_code == code, result.output
    *lines, summary = result.stdout.splitlines()
    assert orjson.loads(summary)["ok"] is (code == 0)
    return [msgspec.json.decode(line, type=Finding) for line in lines]


def named(found: list[Finding]) -> list[str]:
    """What is not well."""
    return [f"{finding.check}: {finding.message}" for finding in found if finding.level != "ok"]


def unknown_setting(config: Config) -> None:
    config["kafak"] = {}


def broken_trigger(config: Config) -> None:
    config["destination"]["subscriptions"] = [{"action": "trackEvent", "name": "X", "trigger": "type = "}]


def missing_variable(config: Config) -> None:
    config["source"]["write_key"] = "${NOT_SET_ANYWHERE}"


def broker_away(config: Config) -> None:
    config["kafka"]["bootstrap_servers"] = [f"127.0.0.1:{free_ports(1)[0]}"]


def second_broker_away(config: Config) -> None:
    config["kafka"]["bootstrap_servers"].append(f"127.0.0.1:{free_ports(1)[0]}")


def broker_without_port(config: Config) -> None:
    config["kafka"]["bootstrap_servers"] = ["kafka"]


def tls_to_a_plain_port(config: Config) -> None:
    config["kafka"]["security_protocol"] = "SSL"


def no_certificate(config: Config) -> None:
    config["kafka"] |= {"security_protocol": "SSL", "ssl_ca_file": "/nowhere/ca.pem"}


def sasl_without_password(config: Config) -> None:
    config["kafka"] |= {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "worker"}


def other_prefix(config: Config) -> None:
    config["kafka"]["topic_prefix"] += "other."


def other_partitions(config: Config) -> None:
    config["kafka"]["partitions"] = 3


def half_a_login(config: Config) -> None:
    del config["destination"]["site_id"]


def placeholder(config: Config) -> None:
    config["source"]["write_key"] = "<your-write-key>"


def no_write_key(config: Config) -> None:
    del config["source"]["write_key"]


def view_below_a_file(config: Config) -> None:
    config["view"]["path"] = f"{__file__}/at/all/view.sqlite"


def state_in_a_file(config: Config) -> None:
    config["worker"]["state_dir"] = __file__


def no_contradiction(config: Config) -> None:
    config["worker"]["delivery_timeout_s"] = 60.0


PLANTED: list[tuple[Plant, str, int]] = [
    (unknown_setting, "kafak: there is no such setting; did you mean kafka?", 1),
    (broken_trigger, "configuration: X, trigger, character 6: the value is missing", 0),
    (missing_variable, "source.write_key: the environment variable NOT_SET_ANYWHERE is not set", 1),
    (sasl_without_password, "SASL_PLAINTEXT needs sasl_username and sasl_password", 1),
    (no_contradiction, "worker.delivery_timeout_s: must be less than session_timeout_s", 1),
    (broker_away, "brokers: 127.0.0.1:", 1),
    (second_broker_away, "brokers: 127.0.0.1:", 0),
    (broker_without_port, "kafka.bootstrap_servers: 'kafka' is not host:port", 1),
    (tls_to_a_plain_port, "brokers: 127.0.0.1:", 1),
    (no_certificate, "certificates: kafka.ssl_ca_file: /nowhere/ca.pem can't be read", 1),
    (other_prefix, "topics: {prefix}other.segment.events is missing", 1),
    (other_partitions, "topics: {prefix}people: partitions is 2, not 3", 1),
    (half_a_login, "keys: destination.site_id is not set, but the other one is", 1),
    (placeholder, "keys: source.write_key looks like a placeholder", 1),
    (no_write_key, "keys: source.write_key is not set: the relay delivers nothing", 0),
    (view_below_a_file, f"files: view.path: {__file__} is no directory", 1),
    (state_in_a_file, "files: worker.state_dir:", 1),
]


@pytest.mark.timeout(120)
async def test_every_planted_mistake_is_named_and_no_other(broker: Broker, tmp_path: Path) -> None:
    async with deployed(broker, tmp_path) as (running, config):
        assert named(await findings(running, config, code=0)) == []
        for plant, message, code in PLANTED:
            wrong: Config = orjson.loads(orjson.dumps(config))
            plant(wrong)
            found = named(await findings(running, wrong, code))
            expected = message.format(prefix=config["kafka"]["topic_prefix"])
            assert any(expected in each for each in found), (plant.__name__, found)
            if plant is not other_prefix and plant is not other_partitions:  # those are about many topics
                assert len(found) == 1, (plant.__name__, found)


async def test_a_changelog_that_loses_state_and_a_clock_that_is_wrong(broker: Broker, tmp_path: Path) -> None:
    async with deployed(broker, tmp_path) as (running, config):
        changelog = changelog_of("people", running.deployment.group)
        async with administering(broker.bootstrap) as admin:
            change = ConfigResource(ConfigResourceType.TOPIC, changelog, {"cleanup.policy": "delete"})
            await admin.alter_configs([change])
        async with resender(running.deployment.connection) as sender:
            later = round(time.time() * 1000) + 3_600_000
            await sender.send(running.topic(names.PEOPLE), 1, [Copy(b"k", b"v", [], later)])
        async with asyncio.timeout(10):
            while not await check(running.deployment.connection, running.deployment.contracts):
                await asyncio.sleep(0.1)  # brokers learn of it one after the other
        found = named(await findings(running, config))
    assert any(f"topics: {changelog}: cleanup.policy is delete, not compact" in each for each in found)
    assert any(f"clock: {running.topic(names.PEOPLE)} has records of 3," in each for each in found), found


async def test_strict_takes_warnings_for_problems(broker: Broker, tmp_path: Path) -> None:
    async with deployed(broker, tmp_path) as (running, config):
        no_write_key(config)
        running.config.write_bytes(orjson.dumps(config))
        for arguments, code in (([], 0), (["--strict"], 1)):
            result = await asyncio.to_thread(
                CliRunner().invoke, load("check"), [*arguments, "--config", str(running.config)]
            )
            assert result.exit_code == code
            assert "0 problems, 1 warning" in result.stdout
