"""docker-compose.yml: by the Compose Specification's schema, and against what the program has."""

from typing import Any, cast

import jsonschema
import msgspec
import orjson
import pytest
import yaml

from tests.deploy.commands import ROLES, config_of, parse
from tests.deploy.queries import DEPLOY
from worker.config import Config, parse_config
from worker.runtime.tuning import Tuning

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())  # Any: YAML
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if str(service["image"]).startswith("segment-worker:")}
SCHEMA = orjson.loads((DEPLOY.parent / "tests/deploy/data/compose-spec.json").read_bytes())


def config() -> Config:
    return parse_config((DEPLOY / "workspace.compose.yaml").read_text(), environ={})


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_it_keeps_to_the_specification() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(COMPOSE)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate({**COMPOSE, "services": {"worker": {"imaje": "x"}}})


def test_every_role_is_there_and_the_topics_come_first() -> None:
    started = {parse(service["command"])[0]: name for name, service in OURS.items()}
    assert set(started) == {*ROLES, "topics"}
    for name, service in OURS.items():
        needs = service["depends_on"]
        assert set(needs) <= set(SERVICES)
        if name != "topics":
            assert needs["topics"]["condition"] == "service_completed_successfully"
    assert parse(OURS["topics"]["command"]) == ["topics", "apply"]
    assert OURS["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_role_is_configured_and_may_end_in_peace(name: str) -> None:
    service = OURS[name]
    (mounted,) = service["configs"]
    assert mounted["target"] == config_of(service["command"])
    assert (DEPLOY / COMPOSE["configs"][mounted["source"]]["file"]).is_file()
    assert seconds(service["stop_grace_period"]) > Tuning().stop_s
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    writes = {"view": config().view.path, "relay": config().relay.ledger}.get(name)
    if writes is not None:
        (volume,) = service["volumes"]
        source, target = volume.split(":")
        assert source in COMPOSE["volumes"]
        assert writes.startswith(f"{target}/")


def test_workers_are_no_static_members_as_the_readme_says() -> None:
    """Replicas of one service have one command, and a name must be of one worker alone."""
    assert "--instance-id" not in OURS["worker"]["command"]
    text = " ".join((DEPLOY / "README.md").read_text().split())
    assert "with Compose it joins as a new member" in text


def test_ports_and_addresses_agree() -> None:
    monitoring = config().monitoring
    assert monitoring.host == "0.0.0.0"
    for name in ROLES:
        assert f"127.0.0.1:{monitoring.port}/healthz" in " ".join(OURS[name]["healthcheck"]["test"])
    listeners = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    (server,) = config().kafka.bootstrap_servers
    assert f"PLAINTEXT://{server}" in listeners
    (host_port,) = SERVICES["kafka"]["ports"]
    assert f"HOST://localhost:{host_port.split(':')[-1]}" in listeners
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    (discovered,) = prometheus[0]["dns_sd_configs"]
    assert (discovered["names"], discovered["port"]) == (["worker"], monitoring.port)
    others = {job["static_configs"][0]["targets"][0] for job in prometheus[1:]}
    assert others == {f"{role}:{monitoring.port}" for role in ROLES - {"worker"}}


def test_files_that_are_mounted_exist() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], (
                name,
                volume,
            )


def test_kafka_makes_no_topics_by_itself_and_each_setting_is_a_text() -> None:
    environment = cast("dict[str, object]", SERVICES["kafka"]["environment"])
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert all(isinstance(value, str) for value in environment.values())


def test_the_configuration_with_a_write_key_is_valid_too() -> None:
    text = (DEPLOY / "workspace.compose.yaml").read_text()
    delivering = text.replace("# source:", "source:").replace("#   write_key", "  write_key")
    assert parse_config(delivering, environ={"SEGMENT_WRITE_KEY": "key"}).source.write_key == "key"
    assert "SEGMENT_WRITE_KEY" in OURS["relay"]["environment"]
    assert msgspec.structs.replace(config().log) == Config().log
