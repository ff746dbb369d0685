from pathlib import Path

import pytest

from worker.config import Config, ConfigError, Workspace, load_config, parse_config, workspace_of
from worker.config.sections import SECRETS
from worker.deployment import make_deployment
from worker.jsontypes import JsonObject


def problems(text: str, environ: dict[str, str] | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, environ=environ or {})
    return [(problem.line, problem.path, problem.message) for problem in caught.value.problems]


def test_nothing_is_the_defaults() -> None:
    assert parse_config("", environ={}) == Config()
    assert load_config(None, {}) == Config()
    assert parse_config("workspace:\nkafka: {}\n", environ={}) == Config()
    assert len(Config().destination.subscriptions) == 15


def test_values_are_read() -> None:
    config = parse_config(
        """
workspace: {identifiers: id, default_object_type_id: 3, auto_merge: false}
destination: {site_id: 123, api_key: abc, triggers: strict}
source: {events: [email_opened, Email Sent], send_frequency: first, region: EU, version: 1}
kafka: {bootstrap_servers: ["a:1", "b:2"], topic_prefix: eu., partitions: 12}
worker: {stall_s: 30}
log: {level: debug, format: json}
""",
        environ={},
    )
    assert config.workspace == Workspace(identifiers="id", default_object_type_id="3", auto_merge=False)
    assert (config.destination.site_id, config.destination.api_key) == ("123", "abc")
    assert config.source.events == frozenset({"email_opened", "Email Sent"})
    assert config.kafka.bootstrap_servers == ("a:1", "b:2")
    assert config.kafka.partitions == 12
    assert config.worker.stall_s == 30.0
    assert config.log.level == "debug"


def test_every_problem_is_found_at_once_with_its_line() -> None:
    assert problems(
        """workspace:
  identifers: id
  auto_merge: maybe
  on_id_conflict: overwrite
  default_object_type_id: ""
destination:
  triggers: loose
  subscriptions:
    - preset: Track Pageview
    - action: trackEvnt
      name: X
kafka:
  partitions: 0
  partitions: 3
  sasl_password: ${NOT_SET}
source:
  events: [email_opend, email_sent]
lgo: {}
"""
    ) == [
        (2, "workspace.identifers", "there is no such setting; did you mean identifiers?"),
        (3, "workspace.auto_merge", "must be true or false"),
        (4, "workspace.on_id_conflict", "must be one of: fail, rename"),
        (5, "workspace.default_object_type_id", "must be a whole number from 1"),
        (7, "destination.triggers", "must be one of: segment, strict"),
        (
            9,
            "destination.subscriptions[0].preset",
            "there is no preset 'Track Pageview'; did you mean Track Page View?",
        ),
        (10, "destination.subscriptions[1].action", "there is no action 'trackEvnt'; did you mean trackEvent?"),
        (13, "kafka.partitions", "must be a whole number from 1 to 10000"),
        (14, "kafka.partitions", "is set twice, first in line 13"),
        (15, "kafka.sasl_password", "the environment variable NOT_SET is not set"),
        (
            17,
            "source.events",
            "no reporting webhook event is called 'email_opend'; did you mean 'email_opened'?",
        ),
        (18, "lgo", "there is no such setting; did you mean log?"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("- 1", "", "must be a section of settings (`name: value` lines)"),
        ("workspace: 5", "workspace", "must be a section of settings (`name: value` lines)"),
        ("destination: {subscriptions: {}}", "destination.subscriptions", "must be a list (`- item` lines)"),
        (
            "destination: {integration_names: [Customer.io, All]}",
            "destination",
            "integration_names cannot hold All, which stands for every destination",
        ),
        ("kafka: {bootstrap_servers: []}", "kafka", "bootstrap_servers must name a broker"),
        (
            "kafka: {bootstrap_servers: 'a:1'}",
            "kafka.bootstrap_servers",
            "must be a list, each item text that is not empty and without NUL",
        ),
        (
            "kafka: {topic_prefix: 'eu prod/'}",
            "kafka.topic_prefix",
            "must be at most 100 of the characters A-Z a-z 0-9 . _ -",
        ),
        (
            'kafka: {topic_prefix: "eu.\\n"}',
            "kafka.topic_prefix",
            "must be at most 100 of the characters A-Z a-z 0-9 . _ -",
        ),
        (
            f"kafka: {{topic_prefix: {'p' * 101}}}",
            "kafka.topic_prefix",
            "must be at most 100 of the characters A-Z a-z 0-9 . _ -",
        ),
        ("kafka: {app_id: wörker}", "kafka.app_id", "must be 1 to 100 of the characters A-Z a-z 0-9 . _ -"),
        ("kafka: {app_id: ''}", "kafka.app_id", "must be 1 to 100 of the characters A-Z a-z 0-9 . _ -"),
        ("kafka: {ssl_key_file: k}", "kafka", "ssl_cert_file and ssl_key_file go together"),
        (
            "kafka: {security_protocol: SASL_SSL, sasl_username: u}",
            "kafka",
            "security_protocol SASL_SSL needs sasl_username and sasl_password",
        ),
        ("source: {first_window_days: 0}", "source.first_window_days", "must be a whole number from 1 to 366"),
        ("source: {version: 3}", "source.version", "must be one of: 1, 2"),
        ("worker: {stall_s: 0}", "worker.stall_s", "must be more than 0"),
        ("worker: {delivery_timeout_s: 25}", "worker.delivery_timeout_s", "must be less than session_timeout_s"),
        ("worker: {request_timeout_s: 5}", "worker.request_timeout_s", "must be more than session_timeout_s"),
        ("worker: {heartbeat_interval_s: 20}", "worker.heartbeat_interval_s", "must be less than session_timeout_s"),
        ("worker: {fetch_wait_s: 30}", "worker.fetch_wait_s", "must be less than request_timeout_s"),
        ("worker: {max_fetch_bytes: 2147483648}", "worker.max_fetch_bytes", "must be at most 2147483647"),
        ("worker: {rebalance_timeout_s: 2147484}", "worker.rebalance_timeout_s", "must be at most 2147483"),
        ("worker: {state_dir: ''}", "worker.state_dir", "must be text that is not empty and without NUL"),
        ('view: {path: "a\\0b"}', "view.path", "must be text that is not empty and without NUL"),
        ('relay: {ledger: "\\0"}', "relay.ledger", "must be text that is not empty and without NUL"),
        ("worker: {batch_records: many}", "worker.batch_records", "must be a whole number"),
        ("log: {level: 1}", "log.level", "must be one of: debug, error, info, warning"),
    ],
)
def test_what_is_wrong_is_said(text: str, path: str, message: str) -> None:
    assert problems(text) == [(1, path, message)]


def test_contradictions_are_in_the_line_of_the_setting() -> None:
    text = """worker:
  stall_s: 30
  dead_letter_ratio_max: 2
  request_timeout_s: 5
  session_timeout_s: 10
  delivery_timeout_s: 25
  fetch_wait_s: 0
"""
    assert problems(text) == [
        (3, "worker.dead_letter_ratio_max", "must be a part of 1, such as 0.5"),
        (4, "worker.request_timeout_s", "must be more than session_timeout_s"),
        (6, "worker.delivery_timeout_s", "must be less than session_timeout_s"),
        (7, "worker.fetch_wait_s", "must be more than 0"),
    ]
    assert problems("worker:\n  stall_s: 30\n  session_timeout_s: 40\n") == [
        (3, "worker.request_timeout_s", "must be more than session_timeout_s")
    ]


def test_a_setting_without_a_value_contradicts_no_other() -> None:
    assert problems("worker:\n  session_timeout_s: abc\n  delivery_timeout_s: 100\n") == [
        (2, "worker.session_timeout_s", "must be a number")
    ]
    assert problems("worker:\n  session_timeout_s: -1\n") == [(2, "worker.session_timeout_s", "must be more than 0")]


def test_environment_variables_stand_in_values() -> None:
    environ = {"HOST": "kafka-1", "PORT": "9092", "KEY": "a#secret"}
    text = "kafka: {bootstrap_servers: ['${HOST}:${PORT}', b:1]}\nsource: {write_key: '${KEY}'}"
    config = parse_config(text, environ=environ)
    assert config.kafka.bootstrap_servers == ("kafka-1:9092", "b:1")
    assert config.source.write_key == "a#secret"
    assert problems("log: {level: '${HOST}'}", environ) == [
        (1, "log.level", "must be one of: debug, error, info, warning")
    ]


def test_a_variable_means_what_its_text_would_mean_in_the_file() -> None:
    environ = {"PORT": "9100", "PREFIX": "7", "LOOP": "true", "WAIT": "1.5", "NONE": "null", "KEY": "null"}
    text = (
        "monitoring: {port: '${PORT}'}\nsource: {loop_back: '${LOOP}', write_key: '${KEY}'}\n"
        "kafka: {topic_prefix: '${PREFIX}', partitions: '${NONE}'}\nworker: {commit_interval_s: '${WAIT}'}"
    )
    config = parse_config(text, environ=environ)
    assert (config.monitoring.port, config.source.loop_back, config.worker.commit_interval_s) == (9100, True, 1.5)
    assert (config.kafka.topic_prefix, config.kafka.partitions, config.source.write_key) == ("7", None, "null")
    assert problems("monitoring: {port: '9100'}") == [(1, "monitoring.port", "must be a whole number from 0 to 65535")]
    assert problems("worker: {stall_s: '${X}'}", {"X": "nan"}) == [(1, "worker.stall_s", "must be a number")]


def test_the_documented_variables_go_before_the_file() -> None:
    environ = {"SEGMENT_WORKER_BOOTSTRAP_SERVERS": "x:1, y:2", "SEGMENT_WORKER_LOG_LEVEL": "error"}
    config = parse_config("kafka: {bootstrap_servers: ['a:1']}\nlog: {level: debug}", environ=environ)
    assert config.kafka.bootstrap_servers == ("x:1", "y:2")
    assert config.log.level == "error"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("LOG_LEVEL", "loud", "must be one of: debug, error, info, warning, but it is 'loud'"),
        ("MONITORING_PORT", "no", "must be a whole number from 0 to 65535, but it is 'no'"),
        (
            "BOOTSTRAP_SERVERS",
            "a:1,",
            "must be a list, each item text that is not empty and without NUL, with commas between, but it is 'a:1,'",
        ),
    ],
)
def test_a_variable_that_is_refused_says_what_it_may_be(variable: str, value: str, words: str) -> None:
    variable = f"SEGMENT_WORKER_{variable}"
    assert problems("", {variable: value}) == [(1, f"${variable}", words)]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_config(tmp_path / "none.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path / "latin.yaml", {})


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_no_repr_shows_a_secret(secret: str) -> None:
    section, _, name = secret.partition(".")
    config = parse_config(f"{section}: {{{name}: hush}}", environ={})
    deployment = make_deployment(config)
    for each in (config, getattr(config, section), deployment, deployment.connection):
        assert "hush" not in repr(each)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Workspace()),
        ({"identifiers": "id", "default_object_type_id": "3"}, Workspace(identifiers="id", default_object_type_id="3")),
        (
            {"convert_timestamps": False, "on_id_conflict": "rename"},
            Workspace(convert_timestamps=False, on_id_conflict="rename"),
        ),
    ],
)
def test_the_workspace_settings_of_a_json_row(given: JsonObject, expected: Workspace) -> None:
    assert workspace_of(given) == expected


def test_wrong_workspace_settings_of_a_json_row() -> None:
    with pytest.raises(ConfigError, match="did you mean auto_merge"):
        workspace_of({"automerge": True})
