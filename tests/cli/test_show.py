import asyncio
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from tests.view.example import ADA, fill_example
from tests.view.filling import fill, view_of
from tests.view.records import Topic, created
from tests.workspace.world import World
from worker.cli.show import objects_app, people_app
from worker.jsontypes import JsonObject

app = typer.Typer()
app.add_typer(people_app, name="people")
app.add_typer(objects_app, name="objects")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose view holds the example."""
    view = tmp_path / "view.sqlite"
    asyncio.run(fill_example(view))
    path = tmp_path / "workspace.yaml"
    path.write_text(f"view:\n  path: {view}\n")
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", str(config)])


def lines(result: Result) -> list[JsonObject]:
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line, type=JsonObject) for line in result.stdout.splitlines()]


def words(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    return [line.split() for line in result.stdout.splitlines()]


def test_person_as_text(config: Path) -> None:
    shown = words(run(config, "people", "show", "ada@example.com", "--activities", "30"))
    assert ["id", "ada"] in shown
    assert ["email", "Ada@Example.com"] in shown
    assert ["plan", '"pro"', "2023-11-14", "22:13:23Z", "m3"] in shown
    assert ["phone-1", "ios", "2023-11-14", "22:13:31Z", '{"app":"2"}'] in shown
    assert ["1", "acme", "2023-11-14", "22:13:28Z", "by", "m8", '{"role":"admin","team":"blue"}'] in shown
    (event,) = [line for line in shown if "event_received" in line]
    assert event[-1] == "m7"
    assert 'name="Order' in event


def test_person_as_json(config: Path) -> None:
    (found,) = lines(run(config, "people", "show", "ada", "--json", "--activities", "1"))
    assert found["cio_id"] == ADA
    assert found["attributes"] == {
        "phone": {"value": "+44", "set_by": {"message_id": "m0", "time": 1_700_000_000.0}, "merged_from": "00010ld0"},
        "plan": {"value": "pro", "set_by": {"message_id": "m3", "time": 1_700_000_003.0}, "merged_from": None},
    }
    assert isinstance(found["activities"], list)
    assert len(found["activities"]) == 1


def test_lists(config: Path) -> None:
    assert [line["id"] for line in lines(run(config, "people", "show", "--json"))] == ["bob", "ada"]
    assert [line["id"] for line in lines(run(config, "people", "show", "--json", "--limit", "1"))] == ["bob"]
    assert lines(run(config, "objects", "show", "--json")) == [
        {"object_type_id": "1", "type_name": "Badger", "object_id": "acme", "people": 1}
    ]
    assert words(run(config, "people", "show"))[1][:2] == ["bob", "bob@x.org"]
    assert words(run(config, "objects", "show"))[1] == ["1", "Badger", "acme", "1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("people", "show"), "the newest 1 of 2; --limit shows more"),
        (("people", "show", "--why", "refusal"), "the last 1 of 3; --limit shows more"),
        (("objects", "show"), "the first 1 of 2; --limit shows more"),
    ],
)
def test_a_list_says_that_there_is_more(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    world, config = World(), tmp_path / "workspace.yaml"
    world.identify("ada", at=10)
    world.identify("bob", at=11)
    for at, object_id in enumerate(("acme", "bolt"), 20):
        world.group(object_id, "ada", at=at)
    for at in (30, 31, 32):
        world.alias("ada", "ada", at=at)
    config.write_text(f"view:\n  path: {asyncio.run(view_of(world, tmp_path))}\n")
    text, as_json = run(config, *arguments, "--limit", "1"), run(config, *arguments, "--limit", "1", "--json")
    assert text.stdout.splitlines()[-1] == as_json.stderr.strip() == words
    assert len(lines(as_json)) == 1
    assert "more" not in run(config, *arguments, "--limit", "3").output


def test_object(config: Path) -> None:
    shown = words(run(config, "objects", "show", "acme", "--type", "1"))
    assert ["type", "1", "(Badger)"] in shown
    assert ["name", '"Acme', '[bold]"', "2023-11-14", "22:13:28Z", "m8"] in shown
    assert ["ada", "Ada@Example.com", ADA, '{"role":"admin","team":"blue"}'] in shown
    (found,) = lines(run(config, "objects", "show", "acme", "--json"))
    assert found["people_total"] == 1
    (history,) = lines(run(config, "objects", "show", "acme", "--why", "name", "--json"))
    assert history["attribute"] == "name"


def test_why(config: Path) -> None:
    (plan,) = lines(run(config, "people", "show", "ada", "--why", "plan", "--json"))
    assert isinstance(plan["steps"], list)
    assert [step["outcome"] for step in plan["steps"] if isinstance(step, dict)] == ["lost", "set", "set"]
    everything = lines(run(config, "people", "show", "ada", "--why", "attribute", "--json"))
    assert {"plan", "city", "email"} <= {line["attribute"] for line in everything}
    for command, name in (("people", "ada"), ("objects", "acme")):
        unknown = (command, "show", name, "--why", "attribute:merge")
        assert lines(run(config, *unknown, "--json")) == [{"attribute": "merge", "steps": []}]
        assert words(run(config, *unknown)) == [["nothing", "is", "known", "of", "that"]]
    text = words(run(config, "people", "show", "ada", "--why", "plan"))
    assert ["lost", "2023-11-14", "22:13:22Z", "m2", "m3", "is", "newer"] in text
    email = words(run(config, "people", "show", "ada", "--why", "email"))
    assert ["set", '"Ada@Example.com"', "2023-11-14", "22:13:21Z", "m1"] in email
    old = ["set", '"old@example.com"', "2023-11-14", "22:13:20Z", "m0", "of", "the", "merged", "00010ld0"]
    assert old in email


def test_why_what_was_told_to_a_secondary_before_the_merge_lost_to_what_is_older(tmp_path: Path) -> None:
    world = World()
    world.identify("ada", at=10, plan="primary's")
    world.identify("eve", at=20)
    world.alias("ada", "eve", at=60)
    world.identify("eve", at=40, plan="late")
    config = tmp_path / "workspace.yaml"
    config.write_text(f"view:\n  path: {asyncio.run(view_of(world, tmp_path))}\n")
    text = words(run(config, "people", "show", "ada", "--why", "plan"))
    assert next(line for line in text if "lost" in line)[-7:] == ["m3", "m0", "goes", "before,", "by", "a", "merge"]
    text = words(run(config, "people", "show", "ada", "--why", "plan", "--limit", "1"))
    assert text[-1][-3:] == ["m0", "goes", "before"]


def change_types(result: Result) -> list[object]:
    return [line["change"]["type"] for line in lines(result) if isinstance(line["change"], dict)]


def test_why_a_merge_or_refusal(config: Path) -> None:
    assert change_types(run(config, "people", "show", "ada", "--why", "merge", "--json")) == [
        "person_merged",
        "person_absorbed",
    ]
    assert change_types(run(config, "people", "show", "ada", "--why", "refusal", "--json")) == [
        "failed_attribute_change",
        "attribute_refused",
    ]
    assert change_types(run(config, "people", "show", "nobody", "--why", "merge", "--json")) == ["merge_refused"]
    assert 'reason="unknown_primary"' in run(config, "people", "show", "nobody", "--why", "merge").stdout


def test_the_last_refusals_of_anybody(config: Path) -> None:
    everybody = run(config, "people", "show", "--why", "refusal", "--json")
    assert {"failed_attribute_change", "merge_refused"} <= set(change_types(everybody))
    newest = run(config, "people", "show", "--why", "refusal", "--json", "--limit", "1")
    assert lines(newest) == lines(everybody)[:1]
    told = words(run(config, "people", "show", "--why", "refusal"))
    assert [[f"cio:{ADA}", "failed_attribute_change"], "m6"] in [[line[2:4], line[-1]] for line in told]


@pytest.mark.parametrize("arguments", [("people", "show", "--why", "plan"), ("objects", "show", "--why", "name")])
def test_why_needs_a_name(arguments: tuple[str, ...], config: Path) -> None:
    result = run(config, *arguments)
    assert result.exit_code == 2
    assert "name the" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (("people", "show", "adda"), "nobody is named adda", "did you mean ada?"),
        (("people", "show", "gone"), "nobody is named gone; id:gone is suppressed", ""),
        (("people", "show", "zzz", "--why", "merge"), "nobody is named zzz", "lists them"),
        (("objects", "show", "acne"), "there is no object acne", "the nearest by name: acme"),
        (("objects", "show", "acm"), "there is no object acm", "the nearest by name: acme"),
        (("objects", "show", "acme", "--type", "7"), "there is no object acme of type 7", "acme"),
    ],
)
def test_not_found(arguments: tuple[str, ...], error: str, hint: str, config: Path) -> None:
    result = run(config, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert error in result.stderr
    assert hint in result.stderr
    as_json = run(config, *arguments, "--json")
    assert as_json.exit_code == 1
    assert msgspec.json.decode(as_json.stdout, type=JsonObject)["error"] == error


def test_no_view_yet(tmp_path: Path) -> None:
    path = tmp_path / "workspace.yaml"
    path.write_text(f"view:\n  path: {tmp_path / 'none.sqlite'}\n")
    result = run(path, "people", "show", "ada")
    assert result.exit_code == 1
    assert "there is no view" in result.stderr
    assert "segment-worker view" in result.stderr


def test_a_view_that_can_not_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "workspace.yaml"
    path.write_text(f"view: {{path: {tmp_path}}}\n")
    for command in ("people", "objects"):
        result = run(path, command, "show", "ada")
        assert result.exit_code == 1
        assert f"{tmp_path} can't be opened" in result.stderr


def test_usage(config: Path) -> None:
    assert run(config, "people", "show", "--limit", "0").exit_code == 2
    assert run(config, "people", "find").exit_code == 2


def test_what_would_steer_a_terminal_is_shown_harmless(config: Path) -> None:
    shown = run(config, "people", "show", "ada", "--activities", "30").stdout
    assert "\x1b" not in shown
    assert "[31mred" in shown


def test_so_are_the_names_that_are_like_one_that_is_not_there(tmp_path: Path) -> None:
    view, topic, config = tmp_path / "view.sqlite", Topic(), tmp_path / "workspace.yaml"
    topic.add("cio:1", created("1", "ada\x1b]0;title\x07"))
    asyncio.run(fill(view, topic))
    config.write_text(f"view:\n  path: {view}\n")
    result = CliRunner().invoke(app, ["people", "show", "ada]0;title", "--config", str(config)], color=True)
    assert "did you mean ada\\x1b]0;title\\x07?" in result.stderr
    assert "\x07" not in result.stderr
    told = msgspec.json.decode(run(config, "people", "show", "ada]0;title", "--json").stdout, type=JsonObject)
    assert told["hint"] == "did you mean ada\x1b]0;title\x07?"


def test_a_name_that_is_no_utf_8_is_told(config: Path) -> None:
    result = run(config, "people", "show", "\udcff")
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "not in UTF-8" in result.stderr
