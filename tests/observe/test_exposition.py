from collections.abc import Iterator

import pytest

from tests.observe.fetching import parse, value
from worker import __version__
from worker.observe import metrics
from worker.observe.exposition import Exposition
from worker.observe.observer import Observed, Sample, Starting
from worker.runtime.histogram import Histogram


class Told(Starting):
    def samples(self) -> Iterator[Sample]:
        histogram = Histogram((0.1, 1.0))
        for seconds in (0.05, 0.1, 0.5, 7.0, -1.0):
            histogram.observe(seconds)
        yield Sample(metrics.RECORDS, ("route",), 7)
        yield Sample(metrics.BATCH_SECONDS, ("route",), histogram)
        yield Sample(metrics.RECORDS, ("device",), 2)
        yield Sample(metrics.COMMIT_AGE_SECONDS, (), 1.5)

    def not_ready(self) -> str | None:
        return None


@pytest.fixture
def observed() -> Observed:
    observed = Observed("worker")
    observed.observer = Told()
    return observed


def test_values_as_prometheus_reads_them(observed: Observed) -> None:
    body, content_type = Exposition(observed).render("text/plain")
    assert content_type.startswith("text/plain")
    found = parse(body.decode())
    assert value(found, "segment_worker_records_total", agent="route") == 7
    assert value(found, "segment_worker_records_total", agent="device") == 2
    assert value(found, "segment_worker_commit_age_seconds") == 1.5
    assert value(found, "segment_worker_info", role="worker", version=__version__) == 1
    assert value(found, "segment_worker_ready") == 1
    assert value(found, "segment_worker_batch_seconds_bucket", agent="route", le="0.1") == 3
    assert value(found, "segment_worker_batch_seconds_bucket", agent="route", le="1.0") == 4
    assert value(found, "segment_worker_batch_seconds_bucket", agent="route", le="+Inf") == 5
    assert value(found, "segment_worker_batch_seconds_count", agent="route") == 5
    assert value(found, "segment_worker_batch_seconds_sum", agent="route") == pytest.approx(7.65)
    assert value(found, "process_resident_memory_bytes") > 1e6
    assert value(found, "process_start_time_seconds") > 1e9


def test_open_metrics_for_those_who_ask(observed: Observed) -> None:
    body, content_type = Exposition(observed).render("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


@pytest.mark.parametrize("accept", ["application/openmetrics-text;version=abc", "a/b; version=1.x, ;;=,", "\x00"])
def test_who_asks_for_what_does_not_exist_gets_text(observed: Observed, accept: str) -> None:
    body, content_type = Exposition(observed).render(accept)
    assert content_type.startswith("text/plain")
    assert value(parse(body.decode()), "segment_worker_ready") == 1


def test_a_role_that_starts_is_alive_and_not_ready() -> None:
    starting = Observed("view")
    assert starting.observer.not_alive() is None
    found = parse(Exposition(starting).render("")[0].decode())
    assert value(found, "segment_worker_ready") == 0
    assert ("segment_worker_ready", ()) in found
