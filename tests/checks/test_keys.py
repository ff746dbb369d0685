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
