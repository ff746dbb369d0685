"""Records of topic workspace.changes become rows. What was seen before is dropped; what can't be right is a fault."""

from collections.abc import Iterable

import msgspec

from worker.runtime.origin import Mark, read_origin
from worker.runtime.record import Record
from worker.view.errors import ViewFault
from worker.view.fold.change import fold
from worker.view.rows import ActivityRow, Rows
from worker.workspace.changes import WorkspaceChange

_decode = msgspec.json.Decoder(WorkspaceChange).decode

REBUILD = "Delete the view's file: it is then built from what the topic holds"
"""What to do about a view that the topic does not go on from."""

Origins = tuple[int, bytes]
"""A partition of the topic, and an origin partition (`<topic>/<partition>`) of records there."""


class Intake:
    """Where the view stands in the topic.

    `positions`: the next offset by partition. `marks`: the highest origin mark seen, by partition and origin partition;
    a record that is not beyond it was sent again after a crash (worker/runtime/origin.py). `number`: the last change's.
    """

    def __init__(self, positions: dict[int, int], marks: dict[Origins, Mark], number: int) -> None:
        self.positions = positions
        self.marks = marks
        self.number = number
        self.repeats = 0
        self.touched: set[Origins] = set()
        """Whose marks have risen since the caller last cleared it."""

    def take(self, partition: int, records: Iterable[Record], rows: Rows) -> None:
        """Add what `records`, in order and all of one partition, write.

        Raises:
            ViewFault: when records are missing before the first one, or one is not a change as this version knows it.
        """
        for record in records:
            self._follow(partition, record.offset)
            value, key = record.value, record.key
            source = self._origin(partition, record)
            if source is None:
                self.repeats += 1
                continue
            if value is None or key is None:
                raise ViewFault(f"{_place(record)} has no {'key' if key is None else 'value'}: no worker wrote it")
            try:
                change: WorkspaceChange = _decode(value)
                text, subject = value.decode(), key.decode()
            except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
                raise ViewFault(
                    f"{_place(record)} is not a change as this version knows it ({problem}): run the view in the "
                    "version of the workers"
                ) from problem
            self.number += 1
            rows.activities.append(ActivityRow(self.number, subject, _tag(change), change.cause.arrived, text))
            fold(change, self.number, rows)

    def _follow(self, partition: int, offset: int) -> None:
        """Offsets have no gaps in a topic that is neither compacted nor transactional."""
        expected = self.positions.get(partition)
        if expected is not None and offset != expected:
            what = "were deleted before the view read them" if offset > expected else "are new: the topic was made anew"
            raise ViewFault(
                f"partition {partition} goes on at offset {offset}, not {expected}: records {what}. {REBUILD}"
            )
        self.positions[partition] = offset + 1

    def _origin(self, partition: int, record: Record) -> Origins | None:
        """Which origin partition it comes from; None if it was seen before."""
        try:
            found = read_origin(record.headers)
        except ValueError as problem:
            raise ViewFault(f"{_place(record)} has a malformed origin: no worker wrote it") from problem
        if found is None:
            raise ViewFault(f"{_place(record)} has no origin: no worker wrote it")
        source, mark = (partition, found[0]), found[1]
        seen = self.marks.get(source)
        if seen is not None and mark <= seen:
            return None
        self.marks[source] = mark
        self.touched.add(source)
        return source


def _tag(change: WorkspaceChange) -> str:
    return str(change.__struct_config__.tag)


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition} offset {record.offset}"
