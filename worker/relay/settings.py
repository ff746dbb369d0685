"""How message metrics are delivered (section `relay` of workspace.yaml)."""

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from worker.text import Text

Seconds = Annotated[float, Meta(gt=0, le=86_400)]

ENDPOINTS: Final = {"US": "https://api.segment.io", "EU": "https://events.eu1.segmentapis.com"}
"""Segment's tracking API, by region (customerio_semantics.md 8.4)."""

BATCH_PATH: Final = "/v1/batch"


class RelaySettings(Struct, frozen=True, kw_only=True):
    """Delivery to Segment. What is sent, with which write key and to which region, is in section `source`.

    Raises:
        ValueError: for settings that contradict each other, or an endpoint that is no URL.
    """

    ledger: Text = "segment-worker-relay.sqlite"
    """SQLite file with what has been delivered, so that nothing is delivered twice. Relays on a machine share it."""
    ledger_days: Annotated[int, Meta(ge=1, le=366)] = 30
    """How long a delivery is remembered."""
    endpoint: Text | None = None
    """Deliver to this base URL instead of Segment's, e.g. in tests."""
    requests: Annotated[int, Meta(ge=1, le=100)] = 8
    """Requests under way at a time; of one partition it is always one, which keeps each person's order."""
    gzip: bool = True
    """Compress what is sent."""
    timeout_s: Seconds = 15.0
    """Longest wait for an answer; then the request is tried again."""
    retry_min_s: Seconds = 0.5
    """Longest wait before the first retry; it doubles with each, and a random part of it is waited."""
    retry_max_s: Seconds = 60.0
    """The most it grows to."""
    breaker_failures: Annotated[int, Meta(ge=1, le=1000)] = 10
    """After so many failures in a row nothing is sent for a while, and then one request to try."""
    breaker_pause_s: Seconds = 5.0
    """That while; it doubles, up to retry_max_s, as long as the tries fail."""

    def __post_init__(self) -> None:
        if self.retry_max_s < self.retry_min_s:
            raise ValueError("retry_max_s must not be less than retry_min_s")
        if self.endpoint is not None:
            _check_endpoint(self.endpoint)

    def url(self, region: Literal["US", "EU"]) -> str:
        """Where batches are posted to."""
        return (self.endpoint or ENDPOINTS[region]).rstrip("/") + BATCH_PATH


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if not endpoint.startswith(("http://", "https://")):
        raise ValueError("endpoint must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("endpoint must not have a user or a password: the write key is source.write_key")
    if endpoint.split() != [endpoint] or not parts.hostname or parts.port == 0 or parts.query or parts.fragment:
        raise ValueError("endpoint must be a base URL such as https://segment.example or http://127.0.0.1:8080/segment")
