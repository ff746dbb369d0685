"""Samples as Prometheus reads them."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from worker import __version__
from worker.observe import metrics
from worker.observe.metrics import Metric
from worker.observe.observer import Observed, Sample
from worker.runtime.histogram import Histogram


class Exposition(Collector):
    """The metrics of one process: the role's, and Python's and the operating system's (`process_…`, `python_…`)."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(self)

    def collect(self) -> Iterable[Family]:
        """See prometheus_client."""
        observed = self._observed
        ready = Sample(metrics.READY, (), float(observed.observer.not_ready() is None))
        info = Sample(metrics.INFO, (observed.role, __version__), 1.0)
        return families([info, ready, *observed.observer.samples()])

    def render(self, accept: str) -> tuple[bytes, str]:
        """The text, in a format that the HTTP header `accept` takes, and its content type."""
        try:
            encode, content_type = choose_encoder(accept)
        except (TypeError, ValueError):  # a version that is none
            encode, content_type = choose_encoder("")
        return encode(self._registry), content_type


def families(samples: Iterable[Sample]) -> Iterator[Family]:
    """The samples by metric."""
    found: dict[str, Family] = {}
    for metric, labels, value in samples:
        family = found.get(metric.name)
        if family is None:
            family = found[metric.name] = _family(metric)
        if isinstance(family, HistogramMetricFamily):
            assert isinstance(value, Histogram)
            family.add_metric(labels, buckets=_buckets(value), sum_value=value.sum)
        else:
            assert isinstance(family, CounterMetricFamily | GaugeMetricFamily)
            assert not isinstance(value, Histogram)
            family.add_metric(labels, value)
    yield from found.values()


def _family(metric: Metric) -> Family:
    match metric.kind:
        case "counter":
            return CounterMetricFamily(metric.name.removesuffix("_total"), metric.meaning, labels=metric.labels)
        case "gauge":
            return GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        case "histogram":
            return HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    total = 0
    buckets = []
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        total += count
        buckets.append(("+Inf" if bound == float("inf") else str(bound), float(total)))
    return buckets
