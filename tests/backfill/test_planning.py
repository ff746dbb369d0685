"""Which records of a topic are meant by offsets and times."""

from functools import partial
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from worker.backfill import planning
from worker.backfill.plan import Files, FileSource, Plan, TopicRange, first_progress
from worker.backfill.planning import PlanError, _of_offsets, _times, make_plan
from worker.cli.backfill import app
from worker.config.load import parse_config
from worker.deployment import make_deployment
from worker.runtime.bounds import Bounds
from worker.topics import names

BOUNDS = Bounds({0: 10, 1: 0, 2: 30}, {0: 20, 1: 0, 2: 40})


@pytest.mark.parametrize(
    ("offsets", "starts", "ends"),
    [
        (["0:12-14"], {0: 12}, {0: 15}),
        (["0:12-12", "2:30-39"], {0: 12, 2: 30}, {0: 13, 2: 40}),
        (["0:0-999"], {0: 10}, {0: 20}),
        (["0:19-19"], {0: 19}, {0: 20}),
        (["0:0-5"], {0: 10}, {0: 10}),
        (["0:50-60"], {0: 20}, {0: 20}),
        (["1:0-9"], {1: 0}, {1: 0}),
    ],
)
def test_a_range_of_offsets_has_its_last_and_what_the_topic_has(
    offsets: list[str], starts: dict[int, int], ends: dict[int, int]
) -> None:
    assert _of_offsets("in", BOUNDS, offsets) == TopicRange("in", starts, ends)


@pytest.mark.parametrize(
    ("offsets", "words"),
    [
        (["0:5"], "is no range"),
        (["3:0-1"], "no partition 3"),
        (["0:11-12", "0:14-15"], "named twice"),
        (["0:12-11"], "ends before it begins"),
    ],
)
def test_offsets_that_make_no_sense(offsets: list[str], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        _of_offsets("in", BOUNDS, offsets)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (None, None)),
        ("1793491200", None, (1_793_491_200_000, None)),
        (None, "1793491200.25", (None, 1_793_491_200_250)),
        ("2026-11-01", "2026-11-02", (1_793_491_200_000, 1_793_577_600_000)),
    ],
)
def test_either_time_may_be_left_out(
    start: str | None, end: str | None, expected: tuple[int | None, int | None]
) -> None:
    assert _times(start, end) == expected


def test_a_run_begins_at_the_start_with_all_before_it() -> None:
    progress = first_progress(Plan(names.SEGMENT_EVENTS, TopicRange("in", {0: 12, 1: 7}, {0: 20, 1: 7})))
    assert (progress.positions, progress.done, progress.total) == ({0: 12, 1: 7}, 0, 8)
    files = (FileSource("a", 100, 1), FileSource("b", 23, 1))
    progress = first_progress(Plan(names.SEGMENT_EVENTS, Files(files)))
    assert (progress.positions, progress.done, progress.total) == ({0: 0, 1: 0}, 0, 123)


@pytest.mark.parametrize("triggers", ["segment", "strict"])
async def test_a_plan_keeps_how_its_filter_is_meant(triggers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def there(*_: object) -> None:
        """All topics."""

    monkeypatch.setattr(planning, "expect_topics", there)
    deployment = make_deployment(parse_config(f"destination: {{triggers: {triggers}}}", environ={}))
    planned = partial(
        make_plan, deployment, names.SEGMENT_EVENTS, files=[Path(__file__)], start=None, end=None, offsets=[],
        rate=None, relay=False,
    )  # fmt: skip
    plan = await planned(where='type = "track"')
    assert plan.triggers == triggers
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan
    with pytest.raises(PlanError, match=r"--where: [^\n]+\ntype ~ 1\n     \^") as caught:
        await planned(where="type ~ 1")
    assert ("test fql" in caught.value.hint) is (triggers == "segment"), "it knows Segment's meaning only"


def test_a_plan_from_before_filters_could_be_strict_is_meant_as_it_was() -> None:
    kept = b'{"contract": "segment.events", "source": {"type": "files", "files": []}, "where": "type = 1"}'
    assert msgspec.json.decode(kept, type=Plan).triggers == "segment"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--file", __file__, "--to", "2026-11-01"], "are of a topic"),
        (["--file", __file__, "--offsets", "0:0-1"], "are of a topic"),
        (["--from", "2026-11-08", "--to", "2026-11-08"], "is not before"),
        (["--offsets", "0:0-1", "--from", "36h"], "either times or offsets"),
    ],
)
def test_what_does_not_go_together_is_refused(options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 2
    assert words in done.output
