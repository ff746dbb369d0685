"""Message metrics in numbers: real track events that differ in person and id."""

from collections.abc import Iterator

import orjson

from tests.bench.topics import Pair
from tests.metrics.payloads import make_webhook
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper

PEOPLE = 5000
_PERSON, _MESSAGE = b"ana-7", b"01E4C4CT6YDC7Y5M7FE1GWWPQJ"


def metric_events(count: int) -> Iterator[Pair]:
    """Keys and values of `count` message metrics, as the agent publishes them."""
    webhook = make_webhook(
        "email",
        "clicked",
        recipient="ana@example.com",
        subject="Thanks for signing up",
        href="https://example.com/welcome",
        link_id=1,
        campaign_id=7,
        action_id=41,
        journey_id="01G2NBFT8N2MYDTT3MHWK7Z6C6",
    )
    mapped = TrackMapper(MetricsSettings()).map(webhook)
    assert isinstance(mapped, Mapped)
    value = orjson.dumps(mapped.event)
    assert value.count(_MESSAGE) == 1
    for number in range(count):
        person = b"person-%05d" % (number * 7919 % PEOPLE)
        yield person, value.replace(_PERSON, person).replace(_MESSAGE, b"%026d" % number)


EVENT_BYTES = len(next(metric_events(1))[1])
