"""A seed's history through a cluster with a seed's faults, and everything that is wrong afterwards."""

from random import Random

from tests.simulation.accounting import left_behind, miscounted
from tests.simulation.comparing import described, differences, in_lower_case
from tests.simulation.faults import Faults
from tests.simulation.histories import Step, chaos, in_order, orderly
from tests.simulation.invariants import problems
from tests.simulation.oracle import Oracle, calls_of
from tests.simulation.plain import Plain
from tests.simulation.run import picture_of, run, run_in_order, settings_drawn
from worker.jsontypes import JsonObject
from worker.workspace.settings import WorkspaceSettings

LENGTH = 220
"""Events of a history."""

PARTITIONS = (1, 2, 3, 6)

MORE_NAMES = 7
"""Of nine seeds, the one whose identifies name more ids and emails; in order of time, as 1 and 4."""


def check(seed: int, length: int = LENGTH, *, drop_repeats: bool = True) -> list[str]:
    """By turns: no conflicts of identity, in any order (oracle.py); in order of time (plain.py); anything at all."""
    random = Random(seed)
    match seed % 3:
        case 0:
            return orderly_history(random, length, drop_repeats=drop_repeats)
        case 1:
            return history_in_order(random, length, more_names=seed % 9 == MORE_NAMES)
        case _:
            return chaotic_history(random, length, drop_repeats=drop_repeats)


def orderly_history(random: Random, length: int, *, drop_repeats: bool = True) -> list[str]:
    steps = orderly(random, length)
    settings = WorkspaceSettings(
        allow_email_update_using_id=random.random() < 0.5,
        on_id_conflict=random.choice(("fail", "rename")),
    )
    if random.random() < 0.7:
        random.shuffle(steps)
    return _simulated(steps, settings, random, drop_repeats=drop_repeats, expected=Oracle(steps).expected())


def chaotic_history(random: Random, length: int, *, drop_repeats: bool = True) -> list[str]:
    steps = chaos(random, length)
    return _simulated(steps, settings_drawn(random), random, drop_repeats=drop_repeats, expected=None)


def history_in_order(random: Random, length: int, *, more_names: bool) -> list[str]:
    steps, settings = in_order(random, length, more_names=more_names), settings_drawn(random)
    plain = Plain(settings)
    for call in calls_of(steps):
        plain.apply(call)
    faults, partitions = Faults.drawn(random), random.choice(PARTITIONS)
    cluster = run_in_order(steps, settings, random, faults, partitions=partitions)
    picture = picture_of(cluster, random)
    found = problems(cluster) + miscounted(steps, cluster, picture) + left_behind(cluster)
    found += differences(plain.described(), in_lower_case(described(picture)))
    return [f"{settings}, {faults}, {partitions} partitions", *found] if found else []


def _simulated(
    steps: list[Step],
    settings: WorkspaceSettings,
    random: Random,
    *,
    drop_repeats: bool,
    expected: JsonObject | None,
) -> list[str]:
    faults, partitions = Faults.drawn(random), random.choice(PARTITIONS)
    try:
        cluster = run(steps, settings, random, faults, partitions=partitions, drop_repeats=drop_repeats)
        picture = picture_of(cluster, random)
        found = problems(cluster) + miscounted(steps, cluster, picture)
        if expected is not None:
            found += differences(expected, described(picture))
    except AssertionError as error:
        found = [f"{type(error).__name__}: {error}"]
    return [f"{settings}, {faults}, {partitions} partitions", *found] if found else []
