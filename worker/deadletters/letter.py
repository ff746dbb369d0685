"""A dead letter as it is read back from its topic."""

from collections.abc import Sequence
from typing import Final, Self

from msgspec import Struct

from worker.runtime.dead_letter import REST_LEFT_OUT, VALUE_LEFT_OUT
from worker.runtime.record import Record

ADDED_HEADERS: Final = (
    "reason", "detail", "dead_letter_origin", "first_seen", "worker_version", VALUE_LEFT_OUT, REST_LEFT_OUT,
)  # fmt: skip
"""What a dead letter has after the headers of the record it is (topics/README.md); the last ones not always."""

UNREADABLE: Final = "unreadable"
"""Stands for the reason of a record that no worker put there."""


class Place(Struct, frozen=True, order=True):
    """A record's place on the cluster; as text `<topic>/<partition>/<offset>`."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str`. Raises ValueError."""
        topic, partition, offset = parts if len(parts := text.rsplit("/", 2)) == 3 else ("", "", "")
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise ValueError(f"{text!r} is not <topic>/<partition>/<offset>")
        return cls(topic, int(partition), int(offset))

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class Letter(Struct, frozen=True):
    """One dead letter. `key`, `value` and `headers` are those of the record it is, unchanged, or left out."""

    place: Place
    died_ms: int
    """When it was given up; unix milliseconds."""
    reason: str
    """A code of worker/reasons.py, perhaps of another version, or UNREADABLE."""
    detail: str
    origin: Place | None
    """Where the record was read; None when that is not told."""
    first_seen_ms: int
    """The record's own timestamp; unix milliseconds."""
    worker_version: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value_left_out: int | None = None
    """The bytes of the value, where the record was too large for a letter: what it lacks is only at `origin`."""


def read_letter(record: Record) -> Letter:
    """The dead letter in a record of a dead-letter topic, whoever wrote it."""
    own, added = _split(record.headers)
    place = Place(record.topic, record.partition, record.offset)
    try:
        origin = Place.parse(added["dead_letter_origin"])
    except (KeyError, ValueError):
        origin = None
    first_seen = _number(added.get("first_seen"))
    return Letter(
        place=place,
        died_ms=record.timestamp,
        reason=added.get("reason", UNREADABLE),
        detail=added.get("detail", ""),
        origin=origin,
        first_seen_ms=record.timestamp if first_seen is None else first_seen,
        worker_version=added.get("worker_version", ""),
        key=record.key,
        value=record.value,
        headers=own,
        value_left_out=_number(added.get(VALUE_LEFT_OUT)),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 20 else None  # Kafka's have 64 bits


def _split(headers: Sequence[tuple[str, bytes | None]]) -> tuple[tuple[tuple[str, bytes | None], ...], dict[str, str]]:
    """The record's own headers, and those added to it: the last ones, as the record's may have the same names."""
    added: dict[str, str] = {}
    end = len(headers)
    while end and "reason" not in added and (name := headers[end - 1][0]) in ADDED_HEADERS and name not in added:
        added[name] = (headers[end - 1][1] or b"").decode("utf-8", "replace")
        end -= 1
    if "reason" not in added:
        return tuple(headers), {}
    return tuple(headers[:end]), added
