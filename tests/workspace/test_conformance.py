"""All recorded scenarios, in the given order of arrival and in others. Counts and scenarios not met are printed."""

import sys

import pytest

from tests.workspace.expectations import problems
from tests.workspace.scenarios import Run, Scenario, load, orders

PERMUTATIONS = 6

FILES = {"workspace.json": 95, "derived.json": 300}
"""Files of scenarios, and how many there are at least."""

PLACES = [(1, None), (12, None), (1, 7), (12, 7)]
"""Partitions, and the seed by which events that arrive within a second interleave."""


def found(scenario: Scenario, partitions: int, seed: int | None) -> list[str]:
    """What is not as the scenario says, in any of the orders for which it holds."""
    lines: list[str] = []
    apart = 1.0 if seed is None else 0.01
    for number, stages in enumerate(orders(scenario, PERMUTATIONS, apart)):
        if seed is not None and number == 0:
            continue  # to interleave is another order than the given one
        run = Run(scenario, partitions, seed)
        labels: dict[str, str] = {}
        for stage in stages:
            lines += [
                f"order {number}: {line}" for line in problems(stage.expect, run.workspace_after(stage, labels), labels)
            ]
    return lines


@pytest.mark.parametrize(("partitions", "seed"), PLACES)
@pytest.mark.parametrize("file", FILES)
def test_every_scenario(file: str, partitions: int, seed: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    scenarios = [one for one in load(file) if seed is None or one.orders == "any"]
    failed = {one.id: lines for one in scenarios if (lines := found(one, partitions, seed))}
    place = f"{partitions} partitions, " + ("one by one" if seed is None else f"interleaved by seed {seed}")
    told = [f"\n{file}, {place}: {len(scenarios) - len(failed)} of {len(scenarios)} met"]
    told += [f"  {name}\n    " + "\n    ".join(lines) for name, lines in failed.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join(told) + "\n")
    assert len(scenarios) >= (FILES[file] if seed is None else 1)
    assert not failed


def test_a_wrong_workspace_is_found_out() -> None:
    """The comparison itself: an expectation that does not hold must be told."""
    for scenario in load("workspace.json"):
        run = Run(scenario, 1, None)
        labels: dict[str, str] = {}
        wrong = Run(scenario, 1, None).workspace_after(type(scenario.stages[0])([], {}), {})
        first = scenario.stages[0]
        assert problems(first.expect, run.workspace_after(first, labels), labels) == []
        if any(first.expect.get(name) for name in ("people", "objects", "suppressed", "people_include")):
            assert problems(first.expect, wrong, {}), scenario.id
