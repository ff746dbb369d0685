"""What of a replay is published: what differs after it, and nothing that only explains."""

from typing import Any

import pytest

from tests.workspace.world import World
from worker.workspace.changes import (
    AttributesChanged,
    Change,
    IgnoredDeleted,
    ObjectChanged,
    Origin,
    PersonIdentified,
    RelationshipChanged,
)
from worker.workspace.news import is_news

CAUSE = Origin("m", 1.0, 1.0, "segment.events", 0, 0)
NOTHING: dict[str, Any] = {"cause": CAUSE, "set": {}, "removed": [], "before": {}, "outdated": {"plan": "newer"}}
NAME: dict[str, Any] = {"object_type_id": "1", "object_id": "acme"}


@pytest.mark.parametrize("what", [{"set": {"plan": "pro"}}, {"removed": ["plan"]}])
@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (AttributesChanged, {"cio_id": "c"}),
        (ObjectChanged, {**NAME, "created": False}),
        (RelationshipChanged, {**NAME, "cio_id": "c", "related": True, "was_related": True}),
    ],
)
def test_attributes_that_differ_are_news_and_those_that_a_newer_call_had_set_are_none(
    kind: type[Change], more: dict[str, Any], what: dict[str, Any]
) -> None:
    assert is_news(kind(**{**NOTHING, **more, **what}))
    assert not is_news(kind(**{**NOTHING, **more}))


def test_what_begins_and_ends_is_news_also_without_attributes() -> None:
    assert is_news(ObjectChanged(**NOTHING, **NAME, created=True))
    assert is_news(RelationshipChanged(**NOTHING, **NAME, cio_id="c", related=True, was_related=False))
    assert is_news(RelationshipChanged(**NOTHING, **NAME, cio_id="c", related=False, was_related=True))


def test_what_was_ignored_is_none_and_all_else_is() -> None:
    assert not is_news(IgnoredDeleted(cause=CAUSE, subject="id:ada", call="identify"))
    assert is_news(PersonIdentified(cause=CAUSE, cio_id="c"))


def test_what_is_told_of_a_call_that_is_repeated_is_no_news() -> None:
    world = World()
    for _ in range(2):
        world.identify("ada", at=10, plan="pro")
        world.group("acme", "ada", at=11, name="Acme", relationshipAttributes={"role": "admin"})
    first = len([change for change in world.changes() if is_news(change)])
    world.identify("ada", at=5, plan="free")
    assert len(world.told("attributes_changed")) > 1
    assert len([change for change in world.changes() if is_news(change)]) == first
