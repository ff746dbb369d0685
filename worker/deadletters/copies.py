"""The record that a dead letter is, as it is sent again."""

import time
from typing import Final

import msgspec
from msgspec import Struct

from worker.deadletters.letter import Letter
from worker.runtime.origin import ORIGIN_HEADER
from worker.runtime.outgoing import fits, out
from worker.runtime.replayed import ARRIVED_HEADER, IDENTITY_HEADER
from worker.runtime.resend import Copy
from worker.workspace.messages import place_id

_LAST_OFFSET: Final = 2**63 - 1


class Source(Struct, frozen=True):
    """Where the letters of a dead-letter topic came from."""

    contract: str
    topic: str
    internal: bool
    """Whether its readers know repeats by the header `origin`."""
    max_message_bytes: int
    retention_ms: int
    """How long the topic keeps a record, by that one's own time; -1: for ever."""


def copy_of(letter: Letter, source: Source, intent: int) -> Copy:
    """The copy of `letter`, with the origin that marks.py explains: `intent` is the offset of its replay's mark.

    An event without messageId is named by its place: the copy says the original's, since what the event had done
    before one of its actions failed must not be done twice.
    """
    headers = list(letter.headers)
    if source.internal:
        origin = f"{letter.place.topic}/{letter.place.partition}@{intent}/{letter.place.offset}/0"
        headers = [each for each in headers if each[0] != ORIGIN_HEADER] + [(ORIGIN_HEADER, origin.encode())]
    elif not _says(headers, IDENTITY_HEADER):
        assert letter.origin is not None, "the trial refuses such letters"
        headers.append((IDENTITY_HEADER, place_id(*msgspec.structs.astuple(letter.origin)).encode()))
    return _timed(letter, headers, source.retention_ms)


def can_be_sent(letter: Letter, source: Source) -> bool:
    """Whether the letter's topic takes its copy, which may have more headers than the letter's record had."""
    copy = copy_of(letter, source, _LAST_OFFSET)
    return fits(out(copy.key, copy.value, list(copy.headers)), source.max_message_bytes)


def _timed(letter: Letter, headers: list[tuple[str, bytes | None]], retention_ms: int) -> Copy:
    """The record that the letter is, with its own time.

    Kafka deletes records by their time: one older than the topic's retention may be gone before anybody has read it.
    And it takes none of the future (by more than an hour, as it is by default). One that is older than half of the
    retention, or of the future, has the present time, and a header that says its own.
    """
    now_ms = time.time() * 1000
    if letter.first_seen_ms <= now_ms and (retention_ms < 0 or letter.first_seen_ms > now_ms - retention_ms / 2):
        return Copy(letter.key, letter.value, headers, letter.first_seen_ms)
    own_time = [] if _says(headers, ARRIVED_HEADER) else [(ARRIVED_HEADER, b"%d" % letter.first_seen_ms)]
    return Copy(letter.key, letter.value, [*headers, *own_time])


def _says(headers: list[tuple[str, bytes | None]], wanted: str) -> bool:
    return any(name == wanted for name, _ in headers)
