"""Changelogs that hold what they should not."""

import pytest
from faust.types import TP

from tests.runtime.conftest import Play
from tests.support.cluster import until
from tests.support.pipeline import Pipeline
from worker.runtime.errors import ChangelogIntruder, RecoveryFailed
from worker.runtime.outgoing import Out, out


def _zombie(position: int, keys: int, size: int = 10) -> list[Out]:
    bogus = b'{"n":1,"chain":2,"pad":"' + b"z" * size + b'"}'
    source = b"\0seen/elsewhere/0"
    return [
        out(b"\0position", b"%d" % position),
        out(source, b"3/0"),
        *[out(b"k%d" % (4 * number), bogus) for number in range(keys)],
        out(b"never-seen", bogus),
    ]


async def _with_zombies(pipeline: Pipeline, zombies: list[list[Out]]) -> None:
    changelog = pipeline.layout.changelogs[0]
    await pipeline.send(200)
    await pipeline.work_off()
    for batch in zombies:
        await pipeline.cluster.send(changelog, 0, batch)
    await pipeline.work_off()  # reads the zombies, and writes over them
    await pipeline.check()
    await pipeline.send(100)
    await pipeline.work_off()
    await pipeline.check()


def test_a_zombie_s_batch_is_dropped_and_written_over(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await _with_zombies(pipeline, [_zombie(0, 2), _zombie(5, 1)])

    play(scenario)


def test_what_zombies_wrote_is_put_right_even_if_it_takes_several_batches(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        grown = [f"k{4 * number}" for number in range(12)]
        await pipeline.grow(grown, 500_000)
        await _with_zombies(pipeline, [_zombie(0, 12), _zombie(1, 12)])

    play(scenario)


def test_an_intruder_is_noticed_and_the_state_is_right_afterwards(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(100)
        worker = pipeline.worker()
        await worker.start()
        await pipeline.until_settled()
        await pipeline.cluster.send(pipeline.layout.changelogs[0], 0, _zombie(0, 3))
        await pipeline.send(100)
        problem = await worker.ended()
        assert isinstance(problem, ChangelogIntruder)
        assert pipeline.layout.changelogs[0] in str(problem)
        await pipeline.work_off()
        await pipeline.check()

    play(scenario)


FOREIGN = {
    "a position that is no number": out(b"\0position", b"far"),
    "an unknown mark": out(b"\0unknown", b""),
}


@pytest.mark.parametrize("record", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_no_worker_writes_stops_the_recovery_with_its_place(play: Play, record: Out) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        offset = await pipeline.cluster.send(pipeline.layout.changelogs[0], 3, [record])
        worker = pipeline.worker()
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, RecoveryFailed)
        assert f"record {offset} of {pipeline.layout.changelogs[0]}/3" in str(problem)

    play(scenario)


def test_an_input_topic_made_anew_is_refused_with_a_clear_text(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await pipeline.work_off()
        await pipeline.renew("in")
        await pipeline.send(20)
        worker = pipeline.worker()
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, RecoveryFailed)
        assert "made anew" in str(problem)
        assert pipeline.layout.topic("in") in str(problem)

    play(scenario)


def test_a_changelog_that_was_lost_is_refused_with_a_clear_text(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await pipeline.work_off()
        await pipeline.cluster.delete(pipeline.layout.changelogs[0])
        await until(lambda: pipeline.created(pipeline.layout.changelogs[0], changelog=True))
        await pipeline.send(20)
        worker = pipeline.worker()
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, RecoveryFailed)
        assert pipeline.layout.changelogs[0] in str(problem)

    play(scenario)


def test_an_offset_that_was_set_forward_is_refused_and_can_be_set_back(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        place = TP(pipeline.layout.topic("in"), 0)
        await pipeline.send(40, keys=1)
        await pipeline.work_off()
        await pipeline.send(40, keys=1)
        await pipeline.cluster.set_committed(pipeline.layout.app_id, place, 60)
        worker = pipeline.worker()
        worker.launch()
        with pytest.raises(RecoveryFailed, match=r"If somebody set .* offset forward, set it back to 40;"):
            raise await worker.ended()
        await pipeline.cluster.set_committed(pipeline.layout.app_id, place, 40)
        await pipeline.work_off()
        await pipeline.check()

    play(scenario)


def test_a_changelog_that_lost_but_its_last_record_is_refused(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        changelog = pipeline.layout.changelogs[0]
        await pipeline.send(40, keys=1)
        await pipeline.work_off()
        kept = await pipeline.cluster.read(changelog)
        await pipeline.send(1, keys=1)
        await pipeline.work_off()
        await pipeline.cluster.delete(changelog)
        await until(lambda: pipeline.created(changelog, changelog=True))
        await pipeline.cluster.send(changelog, 0, [out(record.key, record.value) for record in kept])
        await pipeline.send(1, keys=1)
        worker = pipeline.worker()
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, RecoveryFailed)
        assert f"{changelog}/0" in str(problem)

    play(scenario)


def test_an_input_topic_made_anew_is_noticed_by_those_who_had_messages_from_it(play: Play) -> None:
    """They would take what comes from it now for repeats; an agent without a table remembers nothing of it."""

    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await pipeline.work_off()
        await pipeline.renew("in")
        await pipeline.cluster.delete(pipeline.layout.changelogs[0])
        await until(lambda: pipeline.created(pipeline.layout.changelogs[0], changelog=True))
        await pipeline.send(20)
        worker = pipeline.worker()
        worker.launch()
        with pytest.raises(RecoveryFailed, match=r"messages .* up to offset \d+, but that ends at \d+: .* made anew"):
            raise await worker.ended()

    play(scenario)


def test_a_changelog_that_lost_records_under_a_running_worker_is_refused_at_the_next_start(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        changelog = pipeline.layout.changelogs[0]
        await pipeline.send(40, keys=1)
        worker = pipeline.worker()
        await worker.start()
        await pipeline.until_settled()
        await pipeline.cluster.delete(changelog)
        await until(lambda: pipeline.created(changelog, changelog=True))
        await pipeline.send(1, keys=1)
        with pytest.raises(ChangelogIntruder, match=f"{changelog}/0: .* lost records"):
            raise await worker.ended()
        again = pipeline.worker()
        again.launch()
        with pytest.raises(RecoveryFailed, match=f"{changelog}/0 .* lost records"):
            raise await again.ended()

    play(scenario)
