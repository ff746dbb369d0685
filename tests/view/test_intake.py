from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.recording import PlainRecord
from tests.view.records import Topic, created
from worker.view.errors import ViewFault
from worker.view.intake import Intake
from worker.view.rows import Rows


def take(intake: Intake, records: Sequence[PlainRecord]) -> Rows:
    rows = Rows()
    intake.take(records[0].partition, records, rows)
    return rows


def test_repeats_are_dropped_and_their_offsets_counted() -> None:
    topic, intake = Topic(), Intake({}, {}, 10)
    first = topic.add("cio:a", created("a", "u1"))
    second = topic.add("cio:b", created("b", "u2"))
    again = [topic.again(first), topic.again(second)]
    third = topic.add("cio:c", created("c", "u3"))
    rows = take(intake, [first, second, *again, third])
    assert [row.subject for row in rows.activities] == ["cio:a", "cio:b", "cio:c"]
    assert [row.number for row in rows.activities] == [11, 12, 13]
    assert intake.repeats == 2
    assert intake.positions == {0: 5}
    assert intake.marks == {(0, b"people/0"): (3, 0)}


def test_marks_of_other_origins_and_partitions_are_their_own() -> None:
    intake = Intake({}, {(0, b"people/0"): (9, 0)}, 0)
    same_partition = Topic(origin="anonymous")
    other_partition = Topic()
    assert take(intake, [same_partition.add("cio:a", created("a"))]).activities
    assert take(intake, [other_partition.add("cio:b", created("b"), 1)]).activities
    assert intake.touched == {(0, b"anonymous/0"), (1, b"people/1")}


@pytest.mark.parametrize(
    ("position", "text"), [(3, "goes on at offset 5, not 3: records were deleted"), (8, "not 8: records are new")]
)
def test_missing_records_are_a_fault(position: int, text: str) -> None:
    record = replace(Topic().add("cio:a", created("a")), offset=5)
    with pytest.raises(ViewFault, match=text):
        take(Intake({0: position}, {}, 0), [record])


def test_a_topic_that_begins_late_is_no_fault_at_first() -> None:
    record = replace(Topic().add("cio:a", created("a")), offset=5)
    assert take(Intake({}, {}, 0), [record]).people[0].cio_id == "a"


GOOD = Topic().add("cio:a", created("a"))


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (replace(GOOD, headers=[]), "has no origin"),
        (replace(GOOD, headers=[("origin", None)]), "has no origin"),
        (replace(GOOD, headers=[("origin", b"people/0/x/1")]), "malformed origin"),
        (replace(GOOD, value=None), "has no value"),
        (replace(GOOD, key=None), "has no key"),
        (replace(GOOD, key=b"\xff"), "not a change as this version knows it"),
        (replace(GOOD, value=b"{}"), "not a change as this version knows it"),
        (replace(GOOD, value=b'{"type":"new_kind"}'), "not a change as this version knows it"),
        (replace(GOOD, value=msgspec.json.encode(created("a")).replace(b'"version":1', b'"version":2')), "version"),
    ],
)
def test_what_no_worker_of_this_version_wrote_is_a_fault(record: PlainRecord, text: str) -> None:
    with pytest.raises(ViewFault, match=text):
        take(Intake({}, {}, 0), [record])
