"""A crash at every step, once: at each unit, after each number of its outputs. No randomness is left in that."""

from random import Random

import pytest

from tests.simulation.cluster import Cluster
from tests.simulation.comparing import described, differences, in_lower_case
from tests.simulation.faults import NONE
from tests.simulation.histories import Router, Step, in_order
from tests.simulation.invariants import problems
from tests.simulation.oracle import calls_of
from tests.simulation.plain import Plain
from tests.simulation.run import picture_of, settings_drawn
from worker.workspace.settings import WorkspaceSettings

LENGTH = 14

CRASHES_MIN = 40


class Crashing(Cluster):
    """Crashes in unit number `at`, when so many of its outputs are delivered; notes how many outputs that unit has."""

    def __init__(self, settings: WorkspaceSettings, at: int, delivered: int) -> None:
        super().__init__(settings, 3, Random(0), NONE)
        self._left = at
        self._delivered = delivered
        self.outputs = -1

    def _crash_after(self, outputs: int) -> int | None:
        self._left -= 1
        if self._left != -1:
            return None
        self.outputs = outputs
        return self._delivered


def crashed(steps: list[Step], settings: WorkspaceSettings, at: int, delivered: int) -> Crashing:
    cluster, router = Crashing(settings, at, delivered), Router(settings)
    for offset, step in enumerate(steps):
        cluster.offer(0, offset, router.route(step, 0, offset))
        cluster.run(heal=False)
    return cluster


@pytest.mark.parametrize("seed", range(4))
def test_no_crash_changes_the_outcome(seed: int) -> None:
    random = Random(seed)
    steps, settings = in_order(random, LENGTH), settings_drawn(random)
    plain = Plain(settings)
    for call in calls_of(steps):
        plain.apply(call)
    expected = plain.described()
    at = crashes = 0
    while True:
        delivered, outputs = 0, 0
        while delivered <= outputs:
            cluster = crashed(steps, settings, at, delivered)
            outputs = cluster.outputs
            picture = picture_of(cluster, Random(0))
            assert problems(cluster) + differences(expected, in_lower_case(described(picture))) == [], (at, delivered)
            delivered += 1
            crashes += outputs >= 0
        if outputs < 0:  # there is no unit of that number: every one has crashed
            break
        at += 1
    assert crashes > CRASHES_MIN
