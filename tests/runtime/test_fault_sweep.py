"""Every await of a worker at its brokers fails once, and from then on for ever: nothing is lost, nothing counted twice.

The number of the await rises from 0 until no fault fires any more (SQLite's way, complete by construction).
"""

from collections import Counter

import pytest

from tests.support import virtual_time
from tests.support.faults import Kind, Plan
from tests.support.sweep import trial

AWAITS = {"connect", "join", "leave", "fetch", "committed", "highwaters", "earliest", "position", "commit"} | {
    "deliver",
    "append",
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("kind", list(Kind), ids=[kind.value for kind in Kind])
@pytest.mark.filterwarnings("ignore:coroutine 'AgentLoop.run' was never awaited")
def test_every_await_fails(kind: Kind, for_ever: bool) -> None:
    failed: Counter[str] = Counter()
    at = 0
    while True:
        fired = virtual_time.run(trial(Plan(at, kind, for_ever)))
        if not fired:
            break
        failed[fired[0]] += 1
        at += 1
    assert set(failed) == AWAITS
