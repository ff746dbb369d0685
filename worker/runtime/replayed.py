"""Records that are replayed: which event they stand for, and the mark that everything carries that follows from them.

A replayed record is a copy of one that was there before, or of a line in a file. It keeps the original's identity: the
name of an event without messageId, and its time of arrival, which decisions take for now. So replaying is repeating.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from worker.runtime.outgoing import Headers

REPLAYED_HEADER: Final = "replayed"
"""`<run>/<source>/<position>`: which backfill sent the record, and what it had read. What follows has it too."""

IDENTITY_HEADER: Final = "replay_of"
"""What names the event where it has no messageId: the original's place, or a digest of the line. Without
REPLAYED_HEADER it is in a dead letter that was sent again."""

ARRIVED_HEADER: Final = "replay_arrived"
"""When the original arrived, in unix milliseconds. Without REPLAYED_HEADER it is in an old dead letter that was sent
again."""

RELAY_HEADER: Final = "replay_relay"
"""Only there when what becomes of a replayed webhook is to be delivered to Segment."""

_LONGEST: Final = 512
"""Bytes of a mark or an identity; the longest name a place in a topic. Everything that follows from the record has
them, so that far longer ones would become dead letters at a later agent, which no replay could mend."""

_LARGEST_MS: Final = 2**63 - 1

_OF_A_REPLAY: Final = frozenset({REPLAYED_HEADER, IDENTITY_HEADER, ARRIVED_HEADER, RELAY_HEADER})


class Replayed(Struct, frozen=True):
    """A record that a backfill sent, and whether what becomes of it is to be relayed."""

    relay: bool


def read_replayed(headers: Sequence[tuple[str, bytes | None]]) -> Replayed | None:
    """What the headers say of a record that a backfill sent, None if none did.

    Raises:
        ValueError: when the headers are not what `replay_headers` makes.
    """
    if not any(name == REPLAYED_HEADER for name, _ in headers):
        return None
    _short(headers, REPLAYED_HEADER)
    if read_identity(headers) is None or read_arrival(headers) is None:
        raise ValueError(f"a replayed record needs the headers {IDENTITY_HEADER} and {ARRIVED_HEADER}")
    return Replayed(any(name == RELAY_HEADER for name, _ in headers))


def read_identity(headers: Sequence[tuple[str, bytes | None]]) -> str | None:
    """What names the event in a record with these headers; None if they do not say.

    Raises:
        ValueError: when it is no text, or longer than any place.
    """
    identity = _short(headers, IDENTITY_HEADER)
    return None if identity is None else identity.decode()


def _short(headers: Sequence[tuple[str, bytes | None]], wanted: str) -> bytes | None:
    """What the last header `wanted` holds; None where there is none. Raises ValueError where any is too long."""
    found = None
    for name, content in headers:
        if name == wanted:
            found = content
            if content is not None and len(content) > _LONGEST:
                raise ValueError(f"header {wanted} has {len(content)} bytes, more than {_LONGEST}")
    return found


def read_arrival(headers: Sequence[tuple[str, bytes | None]]) -> float | None:
    """When the original of a record with these headers arrived, in unix seconds; None if they do not say.

    Raises:
        ValueError: when they say no time.
    """
    arrived = dict(headers).get(ARRIVED_HEADER)
    if arrived is None:
        return None
    arrived_ms = int(arrived)
    if abs(arrived_ms) > _LARGEST_MS:
        raise ValueError(f"header {ARRIVED_HEADER} is larger than any time of Kafka's")
    return arrived_ms / 1000


def replay_headers(
    mark: str, identity: str, arrived_ms: int, original: Sequence[tuple[str, bytes | None]] = (), *, relay: bool = False
) -> Headers:
    """The headers of a copy of a record that had the headers `original`; of a copy's copy it is the first that counts.

    `mark` is the value of REPLAYED_HEADER.
    """
    before = dict(original)
    headers: Headers = [(name, value) for name, value in original if name not in _OF_A_REPLAY]
    headers.append((REPLAYED_HEADER, mark.encode()))
    headers.append((IDENTITY_HEADER, before.get(IDENTITY_HEADER) or identity.encode()))
    headers.append((ARRIVED_HEADER, before.get(ARRIVED_HEADER) or b"%d" % arrived_ms))
    return [*headers, (RELAY_HEADER, b"yes")] if relay else headers


def mark_of(headers: Sequence[tuple[str, bytes | None]]) -> bytes | None:
    """The mark of a record that is replayed or follows from one."""
    for name, value in headers:
        if name == REPLAYED_HEADER:
            return value
    return None
