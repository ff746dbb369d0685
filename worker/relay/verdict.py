"""What an answer of Segment's API means for what was sent."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

import orjson
from msgspec import Struct

TEXT_CHARACTERS: Final = 500
"""So much of an answer is kept."""

RETRY_AFTER_MAX_S: Final = 300.0
"""The longest wait that an answer may ask for."""

RETRYABLE: Final = frozenset({408, 410, 425, 429, 460})
"""Statuses below 500 that may pass: timeouts, rate limits and an endpoint that is gone, as Segment's own libraries see
them (customerio_semantics.md 10)."""

OURS: Final = frozenset({401, 403, 404, 405, 407})
"""Statuses that are about the write key or the endpoint, not about the events: no event would fare better."""


class Accepted(Struct, frozen=True):
    """Segment has the events."""


class Refused(Struct, frozen=True):
    """Segment will never take this request; `answer` is its status and the beginning of its body."""

    answer: str


class Retry(Struct, frozen=True):
    """It may pass, and is tried again.

    `why` is a status, `timeout` or `connection`; `after_s` the seconds that the answer asks to wait, None if it does
    not ask; `problem` the error where no answer came.
    """

    why: str
    after_s: float | None = None
    problem: str = ""


class Misconfigured(Struct, frozen=True):
    """The write key or the endpoint is wrong."""

    answer: str


Verdict: TypeAlias = Accepted | Refused | Retry | Misconfigured


def judge(status: int, headers: Mapping[str, str], body: bytes, now: float) -> Verdict:
    """The verdict of an answer (customerio_semantics.md 8.4, 10). `now` is in unix seconds; `headers` ignore case."""
    text = f"{status} {body[: 4 * TEXT_CHARACTERS].decode('utf-8', 'replace')[:TEXT_CHARACTERS]}".strip()
    if 200 <= status < 300:
        return Refused(text) if _says_failure(body) else Accepted()
    if status in RETRYABLE or status >= 500:
        return Retry(str(status), _retry_after(headers, now))
    if status in OURS or status < 400:
        return Misconfigured(text)
    return Refused(text)


def _says_failure(body: bytes) -> bool:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(answer, dict) and answer.get("success") is False


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Retry-After in either of its forms (RFC 9110 10.2.3), else X-RateLimit-Reset; None where neither helps."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        text = headers.get(name, "").strip()
        if not text:
            continue
        try:
            seconds = float(text) if text.isdecimal() else _date(text) - now
        except (ValueError, OverflowError):  # a zone may have any number of digits
            continue
        return min(max(seconds, 0.0), RETRY_AFTER_MAX_S)
    return None


def _date(text: str) -> float:
    found = parsedate_to_datetime(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
