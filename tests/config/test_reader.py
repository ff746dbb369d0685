"""What stands in a document, and what is taken from it."""

import pytest

from tests.config.test_load import problems
from worker.config import parse_config
from worker.config.document import DEPTH_MAX, parse
from worker.config.problems import ConfigError, Problem
from worker.config.reader import nearest


@pytest.mark.parametrize("text", ["1.50", "1e5", "007", "12345"])
def test_a_number_may_stand_for_text_as_it_is_written(text: str) -> None:
    assert parse_config(f"destination: {{site_id: {text}}}", environ={}).destination.site_id == text


def test_true_is_no_text() -> None:
    assert [path for _, path, _ in problems("destination: {site_id: true}")] == ["destination.site_id"]


def test_a_variable_that_is_not_set_is_one_problem() -> None:
    (problem,) = problems("monitoring:\n  port: ${NOT_SET}")
    assert problem == (2, "monitoring.port", "the environment variable NOT_SET is not set")


def test_the_documented_variables_are_read_as_numbers_too() -> None:
    assert parse_config("", environ={"SEGMENT_WORKER_MONITORING_PORT": "9100"}).monitoring.port == 9100


def test_a_list_that_is_left_empty_is_an_empty_list() -> None:
    config = parse_config("destination:\n  subscriptions:\n", environ={})
    assert config == parse_config("", environ={})


@pytest.mark.parametrize("value", ["text", "0", "false", "{}"])
def test_what_is_no_list_is_said(value: str) -> None:
    ((_, _, message),) = problems(f"destination: {{subscriptions: {value}}}")
    assert message == "must be a list (`- item` lines)"


def test_only_a_name_that_is_near_is_meant() -> None:
    assert nearest("trigers", ["trigger", "triggers"]) == "; did you mean triggers?"
    assert nearest("zzz", ["trigger", "triggers"]) == ""


def test_as_deep_as_a_document_may_nest() -> None:
    parse("[" * DEPTH_MAX + "]" * DEPTH_MAX, "file")
    parse("{a: " * DEPTH_MAX + "}" * DEPTH_MAX, "file")
    for opening, closing in (("[", "]"), ("{a: ", "}")):
        with pytest.raises(ConfigError, match="nested more than 64 levels"):
            parse(opening * (DEPTH_MAX + 2) + closing * (DEPTH_MAX + 2), "file")


def test_a_problem_of_the_whole_document_names_no_setting() -> None:
    assert Problem(3, "", "this is no YAML").text("file") == "file:3: this is no YAML"
    assert Problem(3, "log.level", "one\ntwo").text("file") == "file:3: log.level: one\n    two"
    assert ConfigError("file", []).source == "file"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("request_timeout_s: 50\n  session_timeout_s: 50", "worker.request_timeout_s"),
        ("delivery_timeout_s: 45\n  session_timeout_s: 45\n  request_timeout_s: 60", "worker.delivery_timeout_s"),
        ("dead_letter_ratio_max: 1.01", "worker.dead_letter_ratio_max"),
    ],
)
def test_where_a_setting_of_the_worker_ends(text: str, named: str) -> None:
    assert [path for _, path, _ in problems(f"worker:\n  {text}")] == [named]


@pytest.mark.parametrize("ratio", [0.01, 0.5, 1])
def test_a_part_of_dead_letters_may_be_all(ratio: float) -> None:
    config = parse_config(f"worker: {{dead_letter_ratio_max: {ratio}}}", environ={})
    assert config.worker.dead_letter_ratio_max == ratio


def test_a_login_needs_both_halves() -> None:
    for given in ("sasl_username: ada", "sasl_password: pw"):
        ((_, _, message),) = problems(f"kafka: {{security_protocol: SASL_PLAINTEXT, {given}}}")
        assert message == "security_protocol SASL_PLAINTEXT needs sasl_username and sasl_password"
    both = "kafka: {security_protocol: SASL_PLAINTEXT, sasl_username: ada, sasl_password: pw}"
    assert parse_config(both, environ={}).kafka.sasl_username == "ada"
