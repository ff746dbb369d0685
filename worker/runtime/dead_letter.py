"""What a dead letter looks like (topics/README.md has its headers)."""

from worker import __version__
from worker.reasons import Reason
from worker.runtime.outgoing import Headers, Out, out
from worker.runtime.record import Record

DETAIL_BYTES = 2000


def dead_letter(record: Record, reason: Reason, detail: str) -> Out:
    """The unchanged record, with headers that say why and whence."""
    headers: Headers = [
        *record.headers,
        ("reason", reason.value.encode()),
        ("detail", detail.encode("utf-8", "replace")[:DETAIL_BYTES]),
        ("dead_letter_origin", f"{record.topic}/{record.partition}/{record.offset}".encode()),
        ("first_seen", b"%d" % record.timestamp),
        ("worker_version", __version__.encode()),
    ]
    return out(record.key, record.value, headers)
