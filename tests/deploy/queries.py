"""PromQL of the dashboard and the alerts, taken apart by a real parser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import promql_parser as promql
import yaml
from msgspec import Struct

DEPLOY = Path(__file__).parents[2] / "deploy"


class Query(Struct, frozen=True):
    """What one expression asks for."""

    text: str
    metrics: tuple[tuple[str, frozenset[str]], ...]
    """Names, each with the labels that are matched."""
    ranged: frozenset[str]
    """Names that are taken over a range."""
    grouped: frozenset[str]
    """Labels of `by (…)`."""


def read(text: str) -> Query:
    """Raises ValueError for what is no PromQL."""
    metrics: list[tuple[str, frozenset[str]]] = []
    ranged: set[str] = set()
    grouped: set[str] = set()

    def visit(expression: promql.Expr) -> None:
        if isinstance(expression, promql.VectorSelector):
            assert expression.name, text
            metrics.append((expression.name, frozenset(each.name for each in expression.matchers.matchers)))
        elif isinstance(expression, promql.MatrixSelector):
            selector = expression.vector_selector
            assert selector.name, text
            ranged.add(selector.name)
        elif isinstance(expression, promql.AggregateExpr) and expression.modifier is not None:
            grouped.update(expression.modifier.labels)

    promql.walk(promql.parse(text.replace("$__rate_interval", "5m")), visit)
    found = {*metrics}
    return Query(text, tuple(found), frozenset(ranged), frozenset(grouped))


def panels() -> list[Any]:  # Any: Grafana's JSON
    dashboard = orjson.loads((DEPLOY / "grafana/dashboards/segment-worker.json").read_bytes())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def dashboard_queries() -> Iterator[Query]:
    for panel in panels():
        for target in panel["targets"]:
            yield read(target["expr"])


def groups() -> list[Any]:  # Any: Prometheus' YAML
    found: list[Any] = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    return found


def rules() -> list[Any]:
    return [rule for group in groups() for rule in group["rules"]]


def alert_queries() -> Iterator[Query]:
    for rule in rules():
        yield read(rule["expr"])
