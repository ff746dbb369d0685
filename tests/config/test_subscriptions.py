import pytest

from tests.config.test_load import problems
from worker.config import ConfigError, parse_config
from worker.destination.actions import ACTIONS
from worker.destination.presets import PRESETS
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription


def subscriptions(entries: str, before: str = "") -> dict[str, Subscription]:
    config = parse_config(f"{before}\ndestination:\n  subscriptions:\n{entries}", environ={})
    return {one.name: one for one in config.destination.subscriptions}


def test_a_preset_is_edited_where_it_stands() -> None:
    edited = subscriptions(
        """
    - preset: Track Page View
      trigger: type = "page" and properties.title = "Home"
      mapping:
        url: {"@path": $.name}
        event_id: null
    """
    )
    usual = [preset.name for preset in PRESETS.values() if preset.trigger is not None]
    assert list(edited) == usual
    page = edited["Track Page View"]
    assert page.trigger == 'type = "page" and properties.title = "Home"'
    default = ACTIONS["trackPageView"].default_mapping(ActionSettings())
    del default["event_id"]
    assert page.mapping == {**default, "url": {"@path": "$.name"}}


def test_subscriptions_are_switched_off_and_added() -> None:
    edited = subscriptions(
        """
    - preset: Track Screen View
      enabled: false
    - preset: Create or Update Person
      name: Leads
      mapping: {id: {"@path": "$.traits.email"}}
    - action: trackEvent
      name: Big Order
      trigger: event = "Order Completed" and properties.total > 1000
      mapping: {name: "Big Order ${NOT_A_VARIABLE}"}
    - preset: Journeys Step Transition Track
      trigger: event = "Step"
    - preset: Entities Exited
      enabled: false
    """
    )
    assert len(edited) == 14 + 3
    assert list(edited)[-3:] == ["Leads", "Big Order", "Journeys Step Transition Track"]
    assert "Track Screen View" not in edited
    assert edited["Leads"].trigger == 'type = "identify"'
    assert edited["Big Order"].mapping["name"] == "Big Order ${NOT_A_VARIABLE}"
    assert edited["Big Order"].mapping["id"] == {"@path": "$.userId"}


def test_the_workspace_sets_what_mappings_do_not_say() -> None:
    entries = "    - preset: Track Event\n      mapping: {convert_timestamp: true}"
    edited = subscriptions(entries, "workspace: {convert_timestamps: false}")
    assert edited["Create or Update Person"].mapping["convert_timestamp"] is False
    assert edited["Track Event"].mapping["convert_timestamp"] is True


@pytest.mark.parametrize(
    ("entry", "line", "path", "message"),
    [
        ("- {}", 3, "[0]", "needs either `preset` or `action`"),
        ("- {preset: Track Event, action: trackEvent}", 3, "[0]", "needs either `preset` or `action`"),
        ("- action: trackEvent", 3, "[0]", "a subscription with `action` needs a `name`"),
        ("- {action: trackEvent, name: X}", 3, "[0]", "'X' needs a `trigger`"),
        ("- preset: Entities Exited", 3, "[0]", "'Entities Exited' needs a `trigger`"),
        (
            "- preset: Track Event\n      enbled: true",
            4,
            "[0].enbled",
            "there is no such setting; did you mean enabled?",
        ),
        ("- preset: Track Event\n      enabled: 1", 4, "[0].enabled", "must be true or false"),
        ("- preset: Track Event\n      mapping: [1]", 4, "[0].mapping", "must be a section of fields"),
        (
            "- preset: Track Event\n      mapping:\n        name: x\n        nmae: x",
            6,
            "[0].mapping.nmae",
            "trackEvent has no such field; did you mean name?",
        ),
        ("- preset: Track Event\n    - preset: Track Event", 4, "[1]", "'Track Event' is subscribed already in line 3"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(entry: str, line: int, path: str, message: str) -> None:
    found = problems(f"destination:\n  subscriptions:\n    {entry}")
    assert found == [(line, f"destination.subscriptions{path}", message)]


def test_an_invalid_trigger_is_shown_with_a_caret() -> None:
    trigger = 'type = "track" and (event = "X"'
    ((line, path, message),) = problems(
        f"destination:\n  subscriptions:\n    - preset: Track Event\n      trigger: '{trigger}'"
    )
    assert (line, path) == (4, "destination.subscriptions[0].trigger")
    lines = message.splitlines()
    assert lines[-2] == trigger
    assert lines[-1].strip() == "^"


def test_an_invalid_mapping_is_shown_with_segments_path() -> None:
    ((line, path, message),) = problems(
        "destination:\n  subscriptions:\n    - preset: Track Event\n      mapping:\n        data: {'@nothing': 1}"
    )
    assert (line, path) == (5, "destination.subscriptions[0].mapping.data")
    assert message == "/data has an invalid directive: @nothing."


def test_a_trigger_is_taken_as_it_is_written() -> None:
    entries = """
    - preset: Track Event
      trigger: event = "${NOT_A_VARIABLE}"
    """
    assert subscriptions(entries)["Track Event"].trigger == 'event = "${NOT_A_VARIABLE}"'


def test_what_a_trigger_may_be_is_for_its_meaning_to_say() -> None:
    """Segment passes over a `)` that closes nothing."""
    entries = """
    - preset: Track Event
      trigger: type = "track" )
    """
    assert subscriptions(entries)["Track Event"].trigger == 'type = "track" )'
    with pytest.raises(ConfigError, match=r"destination.subscriptions\[0\].trigger: "):
        parse_config(f"destination:\n  triggers: strict\n  subscriptions:\n{entries}", environ={})


def test_a_problem_of_an_entry_is_in_the_line_of_what_is_wrong() -> None:
    text = "destination:\n  subscriptions:\n  - enabled: true\n    {0}: Trak Event\n    name: X"
    assert [(line, path) for line, path, _ in problems(text.format("preset"))] == [
        (4, "destination.subscriptions[0].preset")
    ]
    assert [(line, path) for line, path, _ in problems(text.format("action"))] == [
        (4, "destination.subscriptions[0].action")
    ]
