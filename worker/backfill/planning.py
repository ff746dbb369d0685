"""Makes a plan of what somebody asks for; asks the brokers what there is."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

from worker.backfill.plan import Files, Plan, TopicRange
from worker.backfill.sources import describe_file
from worker.runtime.ranges import RangeReader
from worker.segment.fql import FqlError, compile_trigger
from worker.segment.timestamps import event_time
from worker.topics import names
from worker.wiring import Deployment

_OFFSETS = re.compile(r"(?P<partition>[0-9]{1,6}):(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})")


class PlanError(Exception):
    """What was asked for makes no sense; `hint` says what would."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


async def make_plan(
    deployment: Deployment,
    contract: str,
    *,
    files: Sequence[Path],
    start: str | None,
    end: str | None,
    offsets: Sequence[str],
    where: str | None,
    rate: float | None,
    relay: bool,
) -> Plan:
    """The plan. A range of a topic ends where the topic ends now, at the latest.

    Raises:
        PlanError: when something of it is wrong.
        BrokerUnreachable, KafkaError: when the topic can't be asked.
    """
    if where is not None:
        _check_filter(contract, where)
    if contract == names.REPORTING_EVENTS and not relay:
        raise PlanError("webhooks only become message metrics, which need --relay", "add --relay")
    if files:
        if start or end or offsets:
            raise PlanError("--from, --to and --offsets are of a topic", "filter files with --where")
        try:
            described = tuple(describe_file(path) for path in files)
        except OSError as error:
            raise PlanError(f"{error.filename} can't be read: {error.strerror}", "name files that exist") from error
        return Plan(contract, Files(described), where, rate, relay)
    return Plan(contract, await _range(deployment, contract, start, end, offsets), where, rate, relay)


def _check_filter(contract: str, where: str) -> None:
    if contract != names.SEGMENT_EVENTS:
        raise PlanError("--where is FQL, which is about Segment events", "leave it out")
    try:
        compile_trigger(where)
    except FqlError as error:
        raise PlanError(f"--where: {error}", "try it: `segment-worker test fql --explain`") from error


async def _range(
    deployment: Deployment, contract: str, start: str | None, end: str | None, offsets: Sequence[str]
) -> TopicRange:
    topic = deployment.topic(contract)
    async with RangeReader(deployment.connection, topic) as reader:
        bounds = await reader.bounds()
        if offsets:
            if start or end:
                raise PlanError("either times or offsets", "leave one of them out")
            return _of_offsets(topic, bounds, offsets)
        starts = {number: first for number, (first, _) in bounds.items()}
        ends = {number: last for number, (_, last) in bounds.items()}
        if start is not None:
            starts = await reader.at_time(_unix_ms("--from", start))
        if end is not None:
            until = await reader.at_time(_unix_ms("--to", end))
            ends = {number: min(last, until[number]) for number, last in ends.items()}
    return TopicRange(topic, starts, {number: max(last, starts[number]) for number, last in ends.items()})


def _of_offsets(topic: str, bounds: dict[int, tuple[int, int]], offsets: Sequence[str]) -> TopicRange:
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for one in offsets:
        match = _OFFSETS.fullmatch(one)
        if match is None:
            raise PlanError(f"--offsets {one!r} is no range", "write PARTITION:FIRST-LAST, e.g. 3:1000-1999")
        number, first, last = int(match["partition"]), int(match["first"]), int(match["last"])
        if number not in bounds:
            raise PlanError(f"{topic} has no partition {number}", f"it has {len(bounds)}, counted from 0")
        if number in starts:
            raise PlanError(f"partition {number} is named twice", "one range a partition")
        if last < first:
            raise PlanError(f"--offsets {one!r} ends before it begins", "write PARTITION:FIRST-LAST")
        earliest, end = bounds[number]
        starts[number] = min(max(first, earliest), end)
        ends[number] = max(min(last + 1, end), starts[number])
    return TopicRange(topic, starts, ends)


def _unix_ms(option: str, text: str) -> int:
    seconds = event_time(text)
    if seconds is None or not 0 <= seconds <= time.time() + 10 * 365 * 86_400:
        raise PlanError(f"{option} {text!r} is no time", "write e.g. 2026-11-01T12:00:00Z, or unix seconds")
    return round(seconds * 1000)
