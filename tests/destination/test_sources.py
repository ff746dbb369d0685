"""Which nodes of a mapping are simple, and where in an event their values are; all others are resolved one by one."""

import pytest

from worker.destination.sources import Source, source_of
from worker.jsontypes import Json, JsonObject

NAME: JsonObject = {"@path": "$.traits.name"}
TITLE: JsonObject = {"@path": "$.traits.title"}


def either(exists: Json, then: Json, otherwise: Json, **more: Json) -> JsonObject:
    return {"@if": {"exists": exists, "then": then, "else": otherwise, **more}}


@pytest.mark.parametrize(
    ("node", "source"),
    [
        ({"@path": "$.userId"}, Source(None, "userId")),
        (NAME, Source("traits", "name")),
        ({"@template": "{{userId}}"}, Source(None, "userId")),
        ({"@template": "{{traits.name}}"}, Source("traits", "name")),
        (either(NAME, NAME, TITLE), Source("traits", "name", "title")),
        (either({"@path": "$.a"}, {"@path": "$.a"}, {"@path": "$.b"}), Source(None, "a", "b")),
    ],
)
def test_simple_nodes(node: Json, source: Source) -> None:
    assert source_of(node, str) == source


@pytest.mark.parametrize(
    "node",
    [
        "$.userId",
        None,
        ["@path"],
        {},
        {"@path": "$.a.b.c"},
        {"@path": "$"},
        {"@path": "$.a[0]"},
        {"@path": "userId"},
        {"@path": {"@path": "$.userId"}},
        {"@path": "$.userId", "@template": "{{userId}}"},
        {"@template": "{{a}} {{b}}"},
        {"@template": "{{{a}}}"},
        {"@if": {"exists": NAME, "then": NAME}},
        {"@if": {"blank": NAME, "then": NAME, "else": TITLE}},
        either(NAME, TITLE, NAME),
        either(NAME, NAME, TITLE, blank=NAME),
        either(NAME, NAME, {"@path": "$.title"}),
        either(NAME, NAME, "nobody"),
        either("somebody", "somebody", NAME),
        either({"@template": "{{a}}"}, {"@template": "{{a}}"}, {"@path": "$.b"}),
        either(NAME, NAME, either(TITLE, TITLE, NAME)),
        either(either(NAME, NAME, TITLE), either(NAME, NAME, TITLE), TITLE),
    ],
)
def test_all_others(node: Json) -> None:
    assert source_of(node, str) is None


def test_a_template_makes_text_only() -> None:
    assert source_of({"@template": "{{traits}}"}, dict) is None
    assert source_of({"@path": "$.traits"}, dict) == Source(None, "traits")
