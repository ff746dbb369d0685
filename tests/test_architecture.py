"""The rules of docs/architecture.md that a test can hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "worker"

PURE = ("segment", "destination", "workspace", "metrics")

IMPURE = frozenset(
    {
        "aiohttp",
        "aiokafka",
        "aiosqlite",
        "asyncio",
        "faust",
        "mode",
        "os",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "subprocess",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
"""Modules that a pure package must not import: no Kafka, no Faust, no I/O, no clock, no chance."""

EDGES = frozenset(
    {
        "worker.agents",
        "worker.cli",
        "worker.deployment",
        "worker.dev",
        "worker.gateway",
        "worker.local",
        "worker.logs",
        "worker.relay",
        "worker.runtime",
        "worker.simulation",
        "worker.topics",
        "worker.view",
        "worker.wiring",
    }
)

LONGEST = 400


def modules(*parts: str) -> list[Path]:
    return sorted(PACKAGE.joinpath(*parts).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_reads_nothing_but_its_arguments(package: str) -> None:
    for path in modules(package):
        for name in imports(path):
            assert name.split(".")[0] not in IMPURE, f"{path} imports {name}"
            assert ".".join(name.split(".")[:2]) not in EDGES, f"{path} imports {name}"


def test_only_the_runtime_knows_faust() -> None:
    for path in modules():
        if path.parent.name != "runtime":
            assert not [name for name in imports(path) if name.split(".")[0] in ("faust", "mode")], path


def test_only_the_doors_to_kafka_make_clients() -> None:
    """worker/runtime for data, worker/topics for administration; the gateway and roles use what those make."""
    makers = ("AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient")
    for path in modules():
        if path.relative_to(PACKAGE).parts[0] not in ("runtime", "topics", "gateway"):
            text = path.read_text()
            assert not [maker for maker in makers if maker in text], path


def test_no_module_does_anything_when_imported() -> None:
    """Only definitions, constants and imports at the top of a module; nothing is read or built."""
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            assert not isinstance(node, ast.With | ast.For | ast.While | ast.Try | ast.AsyncWith), path


@pytest.mark.parametrize("path", [*modules(), *sorted(Path(__file__).parent.rglob("*.py"))], ids=str)
def test_no_file_is_two_things(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("path", modules(), ids=str)
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
