"""One simulated run: a history, a cluster, its faults, all from one seed."""

from collections.abc import Sequence
from random import Random

from tests.simulation.cluster import Cluster
from tests.simulation.faults import Faults
from tests.simulation.histories import Router, Step
from worker.partitioning import partition_of
from worker.workspace.changes import WorkspaceChange
from worker.workspace.picture import Picture
from worker.workspace.settings import WorkspaceSettings


def settings_drawn(random: Random) -> WorkspaceSettings:
    return WorkspaceSettings(
        allow_email_update_using_id=random.random() < 0.7,
        on_id_conflict="rename" if random.random() < 0.4 else "fail",
        auto_merge=random.random() < 0.6,
        anonymous_merge=random.random() < 0.85,
    )


def run(
    steps: Sequence[Step],
    settings: WorkspaceSettings,
    random: Random,
    faults: Faults,
    *,
    partitions: int,
    drop_repeats: bool = True,
) -> Cluster:
    """The cluster at rest after the history; events of one user or anonymousId keep their order, others do not."""
    cluster = Cluster(settings, partitions, random, faults, drop_repeats=drop_repeats)
    router = Router(settings)
    offsets = [0] * partitions
    todo = list(steps)
    for at in range(len(steps)):
        if random.random() < faults.repeat:
            todo.insert(random.randrange(at, len(todo)), steps[at])
    for step in todo:
        event = step.event
        source = partition_of(str(event.get("userId") or event.get("anonymousId") or ""), partitions)
        effects = router.route(step, source, offsets[source])
        cluster.offer(source, offsets[source], effects)
        offsets[source] += 1
    cluster.run()
    return cluster


def run_in_order(
    steps: Sequence[Step], settings: WorkspaceSettings, random: Random, faults: Faults, *, partitions: int
) -> Cluster:
    """The cluster after the history, each event settled before the next, in spite of faults; repeats come at once."""
    cluster = Cluster(settings, partitions, random, faults)
    router = Router(settings)
    offset = 0
    for step in steps:
        for _ in range(2 if random.random() < faults.repeat else 1):
            cluster.offer(0, offset, router.route(step, 0, offset))
            offset += 1
            cluster.run(heal=False)
    return cluster


def picture_of(cluster: Cluster, random: Random) -> Picture:
    """The workspace as the changes tell it; those of different subjects come in any order."""
    picture = Picture()
    ordered = list(cluster.changes.values())
    streams: dict[str, list[WorkspaceChange]] = {}
    for subject, change in reversed(ordered):
        streams.setdefault(subject, []).append(change)
    waiting = list(streams.values())
    while waiting:
        at = random.randrange(len(waiting))
        picture.apply(waiting[at].pop())
        if not waiting[at]:
            waiting[at] = waiting[-1]
            waiting.pop()
    return picture
