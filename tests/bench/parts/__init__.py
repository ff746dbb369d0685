"""The parts of the benchmark, one a file. A later part is a new file here and a line in `PARTS`."""

from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, TypeAlias

from tests.bench.bench import Bench
from tests.bench.report import Section

Part: TypeAlias = Callable[[Bench], Coroutine[Any, Any, Section]]
"""Measures and reports. It may read results of parts that ran before it, and must do without them."""

PARTS = {
    "a": "runtime",
    "b": "pipeline",
    "c": "recovery",
    "d": "latency",
    "e": "memory",
    "f": "language",
    "g": "backfill",
    "m": "metrics",
    "s": "sizing",
    "w": "decide",
}
"""Letter and module, in the order in which they run."""


def part(letter: str) -> Part:
    """The part called `letter`."""
    found: Part = import_module(f"tests.bench.parts.{PARTS[letter]}").run
    return found
