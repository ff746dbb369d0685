"""The rules of docs/architecture.md that a test can hold."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

PACKAGE = Path(__file__).parents[1] / "worker"
PAGE = PACKAGE.parent / "docs/architecture.md"

PURE = ("segment", "destination", "workspace", "metrics")

SMALL = (
    "emails",
    "jsontypes",
    "linear_hashing",
    "moments",
    "nesting",
    "partitioning",
    "reasons",
    "text",
    "topics.names",
    "unparsed",
)
"""Small modules that need nothing, which every package may import."""

IMPURE = frozenset(
    {
        "aiohttp",
        "aiokafka",
        "aiosqlite",
        "asyncio",
        "faust",
        "http",
        "importlib",
        "io",
        "mode",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
"""Modules that a pure package must not import: no Kafka, no Faust, no I/O, no clock, no chance."""

ASKING = frozenset({"now", "utcnow", "today", "open", "input", "print"})
"""Functions and methods that a pure package must not call; `datetime` itself it may import, for arithmetic."""

LONGEST = 400


def modules(*parts: str) -> list[Path]:
    return sorted(PACKAGE.joinpath(*parts).rglob("*.py"))


def modules_of(names: Iterable[str]) -> list[Path]:
    """The files of packages and modules, named without `worker.`."""
    places = [PACKAGE.joinpath(*name.split(".")) for name in names]
    return [file for place in places for file in (sorted(place.rglob("*.py")) or [place.with_suffix(".py")])]


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    return imported(path.read_text())


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if is_module(name) else node.module for name in inner)


def is_module(name: str) -> bool:
    place = PACKAGE.parent.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").exists()


def ours(source: str) -> set[str]:
    """The modules of this project that a source imports, without `worker.`; its version is no module."""
    return {name.removeprefix("worker.") for name in imported(source) if name.startswith("worker.")}


def within(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def impurities(source: str) -> list[str]:
    """What a source does that a pure one may not."""
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    calls = {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in called}
    return [
        *(f"imports {name}" for name in imported(source) if name.split(".")[0] in IMPURE),
        *(f"imports {name}" for name in sorted(ours(source)) if not within(name, (*PURE, *SMALL))),
        *(f"calls {name}" for name in sorted(calls & ASKING)),
    ]


@pytest.mark.parametrize("path", modules_of([*PURE, *SMALL]), ids=str)
def test_a_pure_package_reads_nothing_but_its_arguments(path: Path) -> None:
    assert impurities(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime; datetime.datetime.now()",
        "from datetime import date; date.today()",
        "open('/etc/passwd')",
        "from pathlib import Path",
        "from io import FileIO",
        "import shutil",
        "import os.path",
        "from worker.backfill import checkpoint",
        "from worker import sqlite_file",
        "import worker.config",
    ],
)
def test_what_is_impure_is_seen(source: str) -> None:
    assert impurities(source)


Rules: TypeAlias = Mapping[str, frozenset[str] | None]
"""By package or module what it may import, as the page says; None: everything."""


def page_rules() -> Rules:
    """The table of packages of docs/architecture.md."""
    table = PAGE.read_text().partition("## The packages")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| `worker/")]
    return {
        name.removesuffix(".py").replace("/", "."): (
            None if allowed.strip() == "everything" else frozenset(re.findall("`(.+?)`", allowed))
        )
        for packages, _, allowed in rows
        for name in re.findall("`worker/(.+?)`", packages)
    }


RULES = page_rules()


def test_the_page_has_a_row_for_every_package() -> None:
    there = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert {name.split(".")[0] for name in RULES} == there - {"__init__", "__main__", "__pycache__"}
    assert {name for name in SMALL if RULES[name] == frozenset()} == set(SMALL)


@pytest.mark.parametrize("name", [name for name, allowed in RULES.items() if allowed is not None])
def test_a_package_imports_what_the_page_says(name: str) -> None:
    """No more; and what is said is needed, so that the page does not keep what is gone."""
    allowed = RULES[name] or frozenset()
    wanted = {each for path in modules_of([name]) for each in ours(path.read_text())}
    others = {each for each in wanted if not within(each, [name, *SMALL])}
    assert sorted(each for each in others if not within(each, allowed)) == []
    assert sorted(each for each in allowed if not [other for other in others if within(other, [each])]) == []


def test_only_the_runtime_knows_faust() -> None:
    for path in modules():
        if path.parent.name != "runtime":
            assert not [name for name in imports(path) if name.split(".")[0] in ("faust", "mode")], path


def test_only_the_doors_to_kafka_make_clients() -> None:
    """worker/runtime for data, worker/topics for administration; the gateway and roles use what those make."""
    makers = ("AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient")
    for path in modules():
        if path.relative_to(PACKAGE).parts[0] not in ("runtime", "topics"):
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
