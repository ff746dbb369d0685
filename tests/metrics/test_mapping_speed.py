"""Mapping is cheap."""

import timeit
from time import process_time

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

    # Processor time, and of each the least: what others on the machine take is in neither.
    least = {work: min(timeit.repeat(work, process_time, repeat=100, number=1)) for work in (mapping, json_only)}
    assert least[mapping] / least[json_only] < MOST_TIMES_JSON
