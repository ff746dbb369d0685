"""Records of dead-letter topics, as workers write them."""

from collections.abc import Sequence

from tests.support.recording import PlainRecord
from worker.reasons import Reason
from worker.runtime.unit import Target, Unit


def dead(
    value: bytes,
    reason: Reason = Reason.NOT_JSON,
    headers: Sequence[tuple[str, bytes | None]] = (),
    max_bytes: int = 10_000,
    key: bytes = b"key",
) -> PlainRecord:
    """The dead letter of a record `in/1/7` with this value, in a topic that takes so much; it lies at `in.dlq/1/3`."""
    unit: Unit[None] = Unit(None, None)
    record = PlainRecord("in", 1, 7, key, value, headers)
    unit.begin(record)
    unit.dead_letter(Target("in.dlq", 2, max_bytes), record, reason, "the detail")
    ((written,),) = unit.prepare().outputs.values()
    return PlainRecord("in.dlq", 1, 3, written.key, written.value, written.headers)
