from pathlib import Path

import orjson
import pytest
import yaml
from typer.testing import CliRunner

from worker.cli.config_command import app
from worker.config.show import MASK

EXAMPLE = Path(__file__).parents[2] / "deploy" / "workspace.example.yaml"


def check(path: Path | None, *options: str) -> tuple[int, str, str]:
    arguments = ["check", *options] + ([] if path is None else ["--config", str(path)])
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "workspace.yaml"


def test_the_effective_configuration_is_printed(config: Path) -> None:
    config.write_text("kafka: {partitions: 4}")
    code, out, _ = check(config)
    shown = yaml.safe_load(out)
    assert code == 0
    assert shown["kafka"]["partitions"] == 4
    assert len(shown["destination"]["subscriptions"]) == 15
    assert check(EXAMPLE)[0] == check(None)[0] == 0


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_secrets_are_not_printed(config: Path, options: tuple[str, ...]) -> None:
    config.write_text(
        "destination: {api_key: hush}\nsource: {write_key: hush}\n"
        "kafka: {security_protocol: SASL_SSL, sasl_username: u, sasl_password: hush}\n"
    )
    code, out, err = check(config, *options)
    assert code == 0
    assert "hush" not in out + err
    assert out.count(MASK) == 3


def test_a_key_of_no_characters_does_not_look_set(config: Path) -> None:
    config.write_text("source: {write_key: ''}")
    assert yaml.safe_load(check(config)[1])["source"]["write_key"] == ""


def test_problems_and_warnings_hold_nothing_that_steers_the_terminal(config: Path) -> None:
    config.write_text('"\\e[2J": 1\n')
    code, _, err = check(config)
    assert code == 1
    assert "\x1b" not in err
    assert r"\x1b[2J: there is no such setting" in err
    added = {"action": "trackEvent", "name": "\x1b[2J", "trigger": 'match(event, "a*b")'}
    config.write_bytes(orjson.dumps({"destination": {"subscriptions": [added]}}))
    code, _, err = check(config)
    assert code == 0
    assert err.startswith(r"warning: \x1b[2J, trigger")


def test_every_problem_is_printed_with_its_line(config: Path) -> None:
    config.write_text("kafak: {}\nlog: {level: loud}\n")
    code, out, err = check(config)
    assert (code, out) == (1, "")
    assert f"{config}:1: kafak: there is no such setting; did you mean kafka?" in err
    assert f"{config}:2: log.level: must be one of" in err
    assert "2 problems" in err


def test_json_for_programs(config: Path) -> None:
    config.write_text("log: {level: loud}\n")
    code, out, _ = check(config, "--json")
    assert code == 1
    answer = orjson.loads(out)
    assert answer["ok"] is False
    assert answer["problems"][0]["line"] == 1
    assert orjson.loads(check(None, "--json")[1])["ok"] is True


def test_triggers_that_do_not_mean_what_they_seem_to_are_warned_of(config: Path) -> None:
    text = """destination:
  triggers: {mode}
  subscriptions:
    - preset: Track Event
      trigger: type = "track" and event = "A" or event = "B"
"""
    config.write_text(text.format(mode="segment"))
    assert "warning: Track Event" in check(config)[2]
    config.write_text(text.format(mode="strict"))
    assert check(config)[2] == ""
