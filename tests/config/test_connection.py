"""Certificate files that cannot be used: the setting and the file are named, by roles and commands alike."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.cli.test_roles import run
from tests.security.guarded import write_certificates
from worker.cli.app import load
from worker.config.connection import CertificateError, make_connection
from worker.config.sections import Kafka

FILES = {"ssl_ca_file": "ca.pem", "ssl_cert_file": "client.pem", "ssl_key_file": "client.key"}


@pytest.fixture
def section(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Section `kafka` with certificate files, some of them others."""
    write_certificates(tmp_path)

    def make(**others: str) -> dict[str, str]:
        files = {setting: str(tmp_path / name) for setting, name in (FILES | others).items()}
        return {"security_protocol": "SSL", **files}

    return make


def problem(section: dict[str, str]) -> str:
    with pytest.raises(CertificateError) as raised:
        make_connection(Kafka(**section))  # type: ignore[arg-type]  # the settings are texts
    return str(raised.value)


def test_good_files_are_taken(section: Callable[..., dict[str, str]]) -> None:
    made = make_connection(Kafka(**section()))  # type: ignore[arg-type]  # the settings are texts
    assert made.ssl_context is not None


def test_every_setting_of_the_brokers_arrives() -> None:
    made = make_connection(
        Kafka(
            bootstrap_servers=("a:1", "b:2"),
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username="ada",
            sasl_password="pw",
            app_id="mine",
        )
    )
    assert (made.bootstrap_servers, made.security_protocol, made.client_id) == (("a:1", "b:2"), "SASL_SSL", "mine")
    assert (made.sasl_mechanism, made.sasl_username, made.sasl_password) == ("SCRAM-SHA-512", "ada", "pw")
    assert made.ssl_context is not None
    assert make_connection(Kafka()).ssl_context is None


@pytest.mark.parametrize("setting", FILES)
def test_a_file_that_is_not_there_is_named(setting: str, section: Callable[..., dict[str, str]]) -> None:
    said = problem(section(**{setting: "nowhere.pem"}))
    assert f"kafka.{setting}: " in said
    assert "nowhere.pem can't be read: No such file" in said


@pytest.mark.parametrize(
    ("others", "named"),
    [
        ({"ssl_ca_file": "client.key"}, ["kafka.ssl_ca_file", "client.key"]),
        ({"ssl_key_file": "ca.pem"}, ["kafka.ssl_cert_file and ssl_key_file", "client.pem", "ca.pem"]),
        ({"ssl_cert_file": "client.key"}, ["kafka.ssl_cert_file and ssl_key_file", "client.key"]),
        ({"ssl_cert_file": "broker.pem"}, ["kafka.ssl_cert_file and ssl_key_file", "broker.pem", "client.key"]),
        ({"ssl_ca_file": "."}, ["kafka.ssl_ca_file", "Is a directory"]),
    ],
)
def test_files_that_are_not_what_they_should_be_are_named(
    others: dict[str, str], named: list[str], section: Callable[..., dict[str, str]]
) -> None:
    said = problem(section(**others))
    assert all(part in said for part in named), said


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["topics", "check"], 2),
        (["lag"], 2),
        (["dlq", "list"], 2),
        (["backfill"], 2),
        (["check"], 1),
        (["test", "event", "--send"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_command_names_them(
    command: list[str], code: int, section: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "workspace.yaml"
    path.write_bytes(orjson.dumps({"kafka": section(ssl_cert_file="broker.pem")}))
    event = '{"type": "page", "userId": "u1"}'
    done = CliRunner().invoke(load(command[0]), [*command[1:], "--config", str(path)], input=event)
    assert (done.exit_code, type(done.exception)) == (code, SystemExit)
    assert "kafka.ssl_cert_file" in done.output
    assert "PEM" in done.output


@pytest.mark.parametrize("command", [["worker"], ["dev", "--once"]], ids=" ".join)
def test_every_role_names_them(command: list[str], section: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    done = run({"kafka": section(ssl_cert_file="broker.pem")}, tmp_path, *command)
    assert done.returncode == 2
    assert "kafka.ssl_cert_file" in done.stderr
    assert "PEM" in done.stderr
    assert "Traceback" not in done.stderr
