import pytest

from worker.checks.keys import check_keys
from worker.config import parse_config


def said(text: str) -> list[tuple[str, str]]:
    config = parse_config(text, environ={"NOTHING": ""})
    return [(finding.level, finding.message) for finding in check_keys(config)]


def test_no_key_to_an_intake_is_asked_for_as_there_is_none() -> None:
    assert said("source: {write_key: k3yOfTheSegmentSource}") == [("ok", "source.write_key is set")]


@pytest.mark.parametrize("text", ["source: {write_key: ''}", "source: {write_key: '${NOTHING}'}", "{}"])
def test_a_key_of_no_characters_is_not_set(text: str) -> None:
    (only,) = said(text)
    assert only == ("warning", "source.write_key is not set: the relay delivers nothing, it prints")


def test_half_of_a_login_is_a_problem() -> None:
    (first, _) = said("source: {write_key: k3yOfTheSegmentSource}\ndestination: {api_key: d4e5f6}")[:2]
    assert first == ("problem", "destination.site_id is not set, but the other one is")


def test_the_other_half_of_a_login() -> None:
    assert said("destination: {site_id: a1b2c3}")[1] == (
        "problem",
        "destination.api_key is not set, but the other one is",
    )


ALL = "source: {{write_key: {0}}}\ndestination: {{site_id: {0}, api_key: {0}}}\nkafka: {{sasl_password: {0}}}"
NAMES = ("source.write_key", "destination.site_id", "destination.api_key", "kafka.sasl_password")


@pytest.mark.parametrize(
    "value",
    ["change-me", "changeme", "TODO", "xxx", "your_write_key", "Your-Key", "secret", "writekey", "<key>"],
)
def test_a_placeholder_is_a_problem(value: str) -> None:
    assert said(ALL.format(f"'{value}'")) == [
        ("problem", f"{name} looks like a placeholder, or has spaces in it") for name in NAMES
    ]


@pytest.mark.parametrize("value", ["k3yOfTheSegmentSource", "xx", "secret1", "todos", "yourself", "mypassword"])
def test_what_only_has_such_a_word_in_it_is_a_key(value: str) -> None:
    assert said(ALL.format(value)) == [("ok", f"{name} is set") for name in NAMES]


def test_a_key_with_spaces_in_it_is_none() -> None:
    assert said("destination: {site_id: a b, api_key: d4e5f6}")[1:] == [
        ("problem", "destination.site_id looks like a placeholder, or has spaces in it"),
        ("ok", "destination.api_key is set"),
    ]
