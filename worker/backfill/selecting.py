"""Which records are replayed, and under which identity. Pure: every run of a plan says the same of the same record."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from worker.backfill.plan import Plan
from worker.metrics.invalid import InvalidWebhook
from worker.metrics.webhook import decode_webhook
from worker.runtime.replayed import read_arrival, read_identity
from worker.segment.events import Event, InvalidEvent, decode_event
from worker.segment.fql import compile_trigger
from worker.segment.timestamps import event_time
from worker.topics import names

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]


class Source(Struct, frozen=True):
    """A record as it was read: the partition or number of the file, its offset or line, and what it holds.

    `identity` names it if the event has no messageId, `arrived_ms` is when it arrived, None where that is not known:
    what its place says, until `choose` has asked its headers.
    """

    source: int
    position: int
    key: bytes | None
    value: bytes
    headers: Headers
    identity: str
    arrived_ms: int | None


class Chosen(Struct, frozen=True):
    """A record to be replayed, and when it arrived (unix milliseconds); `event` is None for a webhook."""

    source: Source
    arrived_ms: int
    event: Event | None


class Unreadable(Struct, frozen=True):
    """A record that could only become a dead letter (it is one already, or was never sent), and why."""

    source: Source
    reason: str


Choose: TypeAlias = Callable[[Source, int], "Chosen | Unreadable | None"]
"""A record, and the arrival (unix milliseconds) of one that says nothing of it. None: the filter leaves it out."""


def chooser(plan: Plan) -> Choose:
    """The choice that `plan` makes. Raises FqlError."""
    choose = _choose_webhook if plan.contract == names.REPORTING_EVENTS else _event_chooser(plan)

    def chosen(source: Source, fallback_ms: int) -> Chosen | Unreadable | None:
        try:
            original = _original(source)
        except ValueError as problem:
            return Unreadable(source, str(problem))
        return choose(original, fallback_ms)

    return chosen


def _original(source: Source) -> Source:
    """The record as what it is a copy of, where its headers name that. Raises ValueError where they make no sense."""
    if not source.headers:
        return source
    identity, arrived = read_identity(source.headers), read_arrival(source.headers)
    return msgspec.structs.replace(
        source,
        identity=source.identity if identity is None else identity,
        arrived_ms=source.arrived_ms if arrived is None else round(arrived * 1000),
    )


def _event_chooser(plan: Plan) -> Choose:
    matches = None if plan.where is None else compile_trigger(plan.where, strict=plan.triggers == "strict").matches

    def choose(source: Source, fallback_ms: int) -> Chosen | Unreadable | None:
        try:
            event = decode_event(source.value)
        except InvalidEvent as problem:
            return Unreadable(source, problem.detail)
        if matches is not None and not matches(event.data):
            return None
        return Chosen(source, _arrival(source, event, fallback_ms), event)

    return choose


def _choose_webhook(source: Source, fallback_ms: int) -> Chosen | Unreadable | None:
    try:
        webhook = decode_webhook(source.value)
    except InvalidWebhook as problem:
        return Unreadable(source, problem.detail)
    arrived = source.arrived_ms if source.arrived_ms is not None else int(webhook.timestamp * 1000)
    return Chosen(source, arrived, None)


def _arrival(source: Source, event: Event, fallback_ms: int) -> int:
    """When it arrived: as its record says, else `receivedAt`, else its own time, else `fallback_ms`."""
    if source.arrived_ms is not None:
        return source.arrived_ms
    received = event_time(event.data.get("receivedAt"))
    time = event.time if received is None else received
    return fallback_ms if time is None else round(time * 1000)


def line_identity(line: bytes) -> str:
    """What names the event in a line of a file that has no messageId: equal lines are one event."""
    return f"sha256:{hashlib.sha256(line).hexdigest()[:32]}"
