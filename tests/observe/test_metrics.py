"""The list of metrics keeps the conventions of Prometheus."""

import re
from collections import Counter
from pathlib import Path

import pytest

from worker.observe import metrics
from worker.observe.metrics import METRICS, Metric


def test_every_metric_of_the_file_is_listed_once() -> None:
    defined = [value for value in vars(metrics).values() if isinstance(value, Metric)]
    assert Counter(metric.name for metric in defined) == Counter(metric.name for metric in METRICS)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_types_and_meanings(metric: Metric) -> None:
    assert re.fullmatch(r"segment_worker_[a-z_]+[a-z]", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    if metric.kind == "histogram":
        assert metric.name.endswith("_seconds")
    assert metric.meaning.endswith(".")
    assert metric.roles


def test_the_document_has_each_of_them_as_it_is_here() -> None:
    rows = (Path(__file__).parents[2] / "docs/metrics.md").read_text().splitlines()
    documented = [row for row in rows if row.startswith("| `segment_worker_")]
    assert documented == [
        f"| `{one.name}` | {one.kind} | {', '.join(one.labels)} | {', '.join(one.roles)} | {one.meaning} |"
        for one in METRICS
    ]
