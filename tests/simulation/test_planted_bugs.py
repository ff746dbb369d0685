"""Bugs planted on purpose: a harness that does not find them finds nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.simulation.checks import check
from worker.workspace import pages
from worker.workspace.anonymous import flushing
from worker.workspace.attributes import apply
from worker.workspace.messages.people import Rebind
from worker.workspace.people import groups, halves, merged
from worker.workspace.people.answers import answer
from worker.workspace.turn import Turn

SEEDS = range(60)

Plant = Callable[[pytest.MonkeyPatch], None]


REPEATS_SEED = 251
"""Nearly all decisions bear a repeated message; of some hundred histories this one has one that does not."""


def found() -> bool:
    return any(check(seed) for seed in SEEDS)


def test_messages_are_taken_twice() -> None:
    assert check(REPEATS_SEED, drop_repeats=False)
    assert not check(REPEATS_SEED)


def lost_when_waiting(patch: pytest.MonkeyPatch) -> None:
    """What waits is forgotten instead of passed on."""
    patch.setattr(flushing, "_pass_on", lambda *_: None)


def counted_twice(patch: pytest.MonkeyPatch) -> None:
    """Repeated events are not recognised."""
    patch.setattr(pages, "add_digest", lambda turn, owner, count, digest: count)


def always_granted(patch: pytest.MonkeyPatch) -> None:
    """Everybody gets the handle of anybody."""
    patch.setattr(halves, "offer", lambda turn, profile, ask: turn.tell(answer(ask, "granted", "x", 1)))


def never_rebound(patch: pytest.MonkeyPatch) -> None:
    """Handles of the merged are not told."""
    patch.setattr("worker.workspace.people.absorption.Rebind", lambda **fields: Rebind(**{**fields, "rank": -1}))


def arrival_order(patch: pytest.MonkeyPatch) -> None:
    """The last to arrive wins, not the last to be made."""
    clock = iter(range(10**9))

    def by_arrival(attributes: Any, call: Any, stamp: Any) -> Any:
        return apply(attributes, call, (2e9 + next(clock), stamp[1]))

    patch.setattr("worker.workspace.people.applying.apply", by_arrival)


def waiting_groups(patch: pytest.MonkeyPatch) -> None:
    """Who was identified forgets to look at what waits."""
    patch.setattr(groups, "process_waiting", lambda turn, profile, cause: None)


def one_page(patch: pytest.MonkeyPatch) -> None:
    """A merged person sends on only some of what it had."""
    original = merged.move_pages

    def move(turn: Turn, one: Any, cause: Any) -> None:
        original(turn, replace(one, relationships=0), cause)

    patch.setattr(merged, "move_pages", move)
    patch.setattr("worker.workspace.people.merging.move_pages", move)


@pytest.mark.parametrize(
    "plant",
    [
        lost_when_waiting,
        counted_twice,
        always_granted,
        never_rebound,
        arrival_order,
        waiting_groups,
        one_page,
    ],
)
def test_it_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert found()
