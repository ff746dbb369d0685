"""The example file is valid, is the defaults, and names every setting there is."""

from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from worker.config import Config, parse_config
from worker.config.subscriptions import SubscriptionEntry

EXAMPLE = Path(__file__).parents[2] / "deploy" / "workspace.example.yaml"


def test_the_example_is_the_defaults() -> None:
    assert parse_config(EXAMPLE.read_text(), environ={}) == Config()


def test_the_example_names_every_setting() -> None:
    written = yaml.safe_load(EXAMPLE.read_text())
    for section in msgspec.structs.fields(Config):
        assert isinstance(section.type, type)
        assert issubclass(section.type, Struct)
        names = {field.name for field in msgspec.structs.fields(section.type)}
        assert set(written[section.name]) == names, section.name


def test_the_example_shows_every_setting_of_a_subscription() -> None:
    entries = yaml.safe_load(EXAMPLE.read_text())["destination"]["subscriptions"]
    shown = {key for entry in entries for key in entry}
    assert shown == {field.name for field in msgspec.structs.fields(SubscriptionEntry)}
