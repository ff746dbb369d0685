"""The dashboard and the alerts ask for metrics that there are, with labels that these have, in ways that make sense."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.queries import DEPLOY, Query, alert_queries, dashboard_queries, groups, panels, read, rules
from worker.observe.metrics import DEAD_LETTERS, METRICS, RELAY_REQUESTS, Role
from worker.observe.relay_role import RelayObserver
from worker.runtime.tuning import Tuning

KNOWN = {metric.name: metric for metric in METRICS}
OTHERS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"}
"""Of Prometheus itself and of its client library."""
OF_THE_SCRAPE = {"job", "instance"}
QUERIES = [*dashboard_queries(), *alert_queries()]


def stem(name: str) -> str:
    return name if name in KNOWN else re.sub("_(bucket|sum|count)$", "", name)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.text)
def test_a_query_asks_for_what_there_is(query: Query) -> None:
    labels = set(OF_THE_SCRAPE)
    for name, matched in query.metrics:
        if name in OTHERS:
            continue
        metric = KNOWN[stem(name)]
        assert matched <= {*metric.labels, *OF_THE_SCRAPE}, query.text
        labels |= {*metric.labels, "le"} if metric.kind == "histogram" else set(metric.labels)
        if metric.kind == "histogram":
            assert name.endswith(("_bucket", "_sum", "_count"))
        if metric.kind != "gauge":
            assert name in query.ranged, f"{name} only grows: take its rate"
    assert query.grouped <= labels, query.text


def test_every_metric_is_on_the_dashboard() -> None:
    asked = {stem(name) for query in dashboard_queries() for name, _ in query.metrics}
    assert set(KNOWN) - asked == set()


def test_a_misspelt_name_would_be_found() -> None:
    with pytest.raises(KeyError):
        test_a_query_asks_for_what_there_is(read("sum(segment_worker_lagg_records)"))
    with pytest.raises(AssertionError):
        test_a_query_asks_for_what_there_is(read("sum by (topik) (segment_worker_lag_records)"))
    with pytest.raises(AssertionError, match="only grows"):
        test_a_query_asks_for_what_there_is(read("segment_worker_units_total"))


def test_panels_do_not_overlap_and_have_a_title() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["title"]
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert max(x for x, _ in cells) < 24
        assert not taken & cells
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_and_what_to_do(rule: dict[str, object]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert isinstance(rule["labels"], dict)
    assert rule["labels"]["severity"] in ("page", "warn")
    assert isinstance(rule["annotations"], dict)
    assert set(rule["annotations"]) == {"summary", "action"}
    assert re.fullmatch(r"\d+[smh]", str(rule.get("for", "1m")))


def rule(name: str) -> dict[str, Any]:
    (found,) = [each for each in rules() if each["alert"] == name]
    assert isinstance(found, dict)
    return found


def seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


def test_a_standstill_is_told_before_the_watchdog_ends_the_process() -> None:
    standstill = rule("SegmentWorkerStandsStill")
    metric, threshold = standstill["expr"].split(">")
    assert "segment_worker_commit_age_seconds" in metric
    (group,) = groups()
    every = seconds(group.get("interval", "1m"))
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert seconds(prometheus["global"]["scrape_interval"]) <= every
    assert float(threshold) + seconds(standstill["for"]) + every <= Tuning().stall_s


def test_a_role_that_ends_again_and_again_is_told_whatever_the_cause() -> None:
    restarts = rule("SegmentWorkerRestarts")
    (asked,) = read(restarts["expr"]).metrics
    assert asked == ("process_start_time_seconds", frozenset({"job"}))
    assert restarts["labels"]["severity"] == "page"
    assert "for" not in restarts, "the process may live for seconds"


def test_a_refusal_raises_an_alert_the_first_time_too() -> None:
    """`increase` sees no first value: the counter must have been told as 0. What ends the relay is never scraped."""
    matched = re.findall(r'outcome=~?"([^"]*)"', " ".join(each["expr"] for each in rules()))
    fresh = {sample.labels for sample in RelayObserver("metrics").samples() if sample.metric is RELAY_REQUESTS}
    assert matched == ["refused"]
    assert ("refused",) in fresh


@pytest.mark.parametrize("role", DEAD_LETTERS.roles)
def test_dead_letters_of_each_role_raise_an_alert(role: Role) -> None:
    """A rule that also asks for what only another role has finds no partner there."""
    asked = [{stem(name) for name, _ in query.metrics} for query in alert_queries()]
    assert any(DEAD_LETTERS.name in names and all(role in KNOWN[name].roles for name in names) for names in asked)


def test_prometheus_loads_the_rules_and_grafana_the_dashboard() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert prometheus["rule_files"] == ["/etc/prometheus/alerts.yml"]
    missing = re.findall(r'absent\(up{job="([^"]+)"}\)', rule("SegmentWorkerMissing")["expr"])
    assert missing == [each["job_name"] for each in prometheus["scrape_configs"]]
    assert all(job["job_name"].startswith("segment-worker") for job in prometheus["scrape_configs"])
    (source,) = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus"
