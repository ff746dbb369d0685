"""Makes a plan of what somebody asks for; asks the brokers what there is."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from worker.backfill.needed import expect_topics
from worker.backfill.plan import Files, FileSource, Plan, TopicRange
from worker.backfill.sources import describe_file
from worker.deployment import Deployment
from worker.moments import parse_moment
from worker.path_kind import PathKind, path_kind
from worker.runtime.bounds import Bounds
from worker.runtime.ranges import RangeReader
from worker.segment.fql import FqlError, compile_trigger
from worker.topics import names

_GZIP = b"\x1f\x8b"
"""How every gzip file begins."""

_OFFSETS = re.compile(r"(?P<partition>[0-9]{1,6}):(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})")
_SECONDS = re.compile(r"[0-9]{9,11}([.][0-9]+)?")

_TRY_FILTER = "try it: `segment-worker test fql --explain`"


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
        TopicsError, BrokerUnreachable, KafkaError: when the topic can't be asked.
    """
    triggers = deployment.config.destination.triggers
    if where is not None:
        _check_filter(contract, where, strict=triggers == "strict")
    if contract == names.REPORTING_EVENTS and not relay:
        raise PlanError("webhooks only become message metrics, which need --relay", "add --relay")
    if contract != names.REPORTING_EVENTS and relay:
        raise PlanError(
            f"--relay is of webhooks; nothing of {contract} goes to Segment",
            f"leave it out, or add --topic {names.REPORTING_EVENTS}",
        )
    if files:
        if start or end or offsets:
            raise PlanError("--from, --to and --offsets are of a topic", "filter files with --where")
        described = Files(tuple(map(_file, files)))
        await expect_topics(deployment, contract)
        return Plan(contract, described, where, rate, relay, triggers)
    if offsets and (start or end):
        raise PlanError("either times or offsets", "leave one of them out")
    times = _times(start, end)
    await expect_topics(deployment, contract)
    return Plan(contract, await _range(deployment, contract, times, offsets), where, rate, relay, triggers)


def _file(path: Path) -> FileSource:
    """The file, which can be read; what is damaged further on is found later."""
    try:
        kind = path_kind(path)
        if kind is PathKind.DIRECTORY:
            raise PlanError(f"{path} is a directory", "name its files, each with --file")
        if kind is PathKind.OTHER:  # it is looked at first, and read again by `resume`
            raise PlanError(f"{path} is a pipe or a device, which can be read only once", "write it into a file first")
        with path.open("rb") as file:
            beginning = file.read(2)
        found = describe_file(path)
    except OSError as error:
        raise PlanError(f"{error.filename} can't be read: {error.strerror}", "name files that exist") from error
    if path.suffix == ".gz" and beginning != _GZIP:
        raise PlanError(f"{path} is not compressed by gzip", "call it .ndjson if it is plain text")
    return found


def _check_filter(contract: str, where: str, *, strict: bool) -> None:
    if contract != names.SEGMENT_EVENTS:
        raise PlanError("--where is FQL, which is about Segment events", "leave it out")
    try:
        compile_trigger(where, strict=strict)
    except FqlError as error:
        hint = "it is read as `destination.triggers` says: strict" if strict else _TRY_FILTER
        raise PlanError(f"--where: {error}\n{error.caret()}", hint) from error


async def _range(
    deployment: Deployment, contract: str, times: tuple[int | None, int | None], offsets: Sequence[str]
) -> TopicRange:
    topic = deployment.topic(contract)
    async with RangeReader(deployment.connection, topic) as reader:
        bounds = await reader.bounds()
        if offsets:
            return _of_offsets(topic, bounds, offsets)
        starts, ends = bounds
        start, end = times
        if start is not None:
            starts = await reader.at_time(start)
        if end is not None:
            until = await reader.at_time(end)
            ends = {number: min(last, until[number]) for number, last in ends.items()}
    return TopicRange(topic, starts, {number: max(last, starts[number]) for number, last in ends.items()})


def _of_offsets(topic: str, bounds: Bounds, offsets: Sequence[str]) -> TopicRange:
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for one in offsets:
        match = _OFFSETS.fullmatch(one)
        if match is None:
            raise PlanError(f"--offsets {one!r} is no range", "write PARTITION:FIRST-LAST, e.g. 3:1000-1999")
        number, first, last = int(match["partition"]), int(match["first"]), int(match["last"])
        if number not in bounds.ends:
            raise PlanError(f"{topic} has no partition {number}", f"it has {len(bounds.ends)}, counted from 0")
        if number in starts:
            raise PlanError(f"partition {number} is named twice", "one range a partition")
        if last < first:
            raise PlanError(f"--offsets {one!r} ends before it begins", "write PARTITION:FIRST-LAST")
        earliest, end = bounds.starts[number], bounds.ends[number]
        starts[number] = min(max(first, earliest), end)
        ends[number] = max(min(last + 1, end), starts[number])
    return TopicRange(topic, starts, ends)


def _times(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """From and to, in unix milliseconds."""
    found = (
        None if start is None else _unix_ms("--from", start),
        None if end is None else _unix_ms("--to", end),
    )
    if found[0] is not None and found[1] is not None and found[0] >= found[1]:
        raise PlanError(f"--from {start} is not before --to {end}", "there is nothing between them")
    return found


def _unix_ms(option: str, text: str) -> int:
    try:
        found = round(float(text) * 1000) if _SECONDS.fullmatch(text) else parse_moment(text, datetime.now(UTC))
    except ValueError as problem:
        raise PlanError(f"{option}: {problem}", "or write unix seconds") from problem
    if not 0 <= found <= (time.time() + 10 * 365 * 86_400) * 1000:
        raise PlanError(f"{option} {text!r} is no time of these years", "a number is unix seconds")
    return found
