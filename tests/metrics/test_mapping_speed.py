"""Mapping is cheap."""

import timeit
from statistics import median

import orjson

from tests.metrics.payloads import synthetic_webhooks
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper
from worker.metrics.webhook import decode_webhook

MOST_TIMES_JSON = 8.0


def test_mapping_a_webhook_costs_a_few_times_its_json() -> None:
    raws = [orjson.dumps(body) for _, body in synthetic_webhooks()]
    mapper = TrackMapper(MetricsSettings())

    def json_only() -> None:
        for raw in raws:
            orjson.dumps(orjson.loads(raw))

    def mapping() -> None:
        for raw in raws:
            result = mapper.map(decode_webhook(raw))
            assert isinstance(result, Mapped)
            orjson.dumps(result.event)

    # A busy machine slows both of a pair alike; the median leaves out the pairs in which it did not.
    ratios = [timeit.timeit(mapping, number=5) / timeit.timeit(json_only, number=5) for _ in range(15)]
    assert median(ratios) < MOST_TIMES_JSON
