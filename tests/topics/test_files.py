"""The contracts, schemas and examples of topics/ itself."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
import yaml
from aiokafka import codec

from worker.reasons import Reason
from worker.topics import names
from worker.topics.contract import Contract
from worker.topics.contracts import contracts_directory, load_contracts
from worker.workspace.effects import Entity

TOPICS = contracts_directory()
CONTRACTS: Mapping[str, Contract] = load_contracts()

AGENTS = {"route", "identify", "anonymous", "group", "device", "message_metrics"}
ROLES = {"relay", "view", "backfill", "segment-worker send", "segment-worker dlq"}
OTHERS = {"any Kafka producer", "any Kafka consumer"}


def every(part: str) -> list[str]:
    return [name for name in CONTRACTS if part in name]


@pytest.mark.parametrize("name", CONTRACTS)
def test_producers_and_consumers_exist(name: str) -> None:
    recovery = {f"{agent} (recovery)" for agent in AGENTS}
    assert {*CONTRACTS[name].producers, *CONTRACTS[name].consumers} <= AGENTS | ROLES | OTHERS | recovery


def test_every_agent_reads_and_writes_something() -> None:
    assert {each for contract in CONTRACTS.values() for each in contract.consumers} >= AGENTS
    assert {each for contract in CONTRACTS.values() for each in contract.producers} >= AGENTS


@pytest.mark.parametrize("name", names.INBOUND)
def test_what_comes_in_can_be_sent_and_replayed(name: str) -> None:
    assert {"segment-worker send", "segment-worker dlq", "backfill"} <= set(CONTRACTS[name].producers)
    assert "backfill" in CONTRACTS[name].consumers


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_agent_that_reads_a_topic_has_dead_letters_for_it(name: str) -> None:
    contract = CONTRACTS[name]
    reads = set(contract.consumers) & (AGENTS | {"relay"})
    assert bool(reads) == (contract.dead_letter is not None)
    if contract.dead_letter:
        assert set(CONTRACTS[contract.dead_letter].producers) == {*reads, "segment-worker dlq"}


def test_the_topics_in_the_code_are_those_with_a_contract() -> None:
    constants = {
        value
        for name, value in vars(names).items()
        if name.isupper() and isinstance(value, str) and name != "DEFAULT_APP_ID"
    }
    tables = {name.removeprefix("segment-worker-").removesuffix("-changelog") for name in every("-changelog")}
    consumed = {name for name in constants if CONTRACTS[name].dead_letter}
    assert tables == {*get_args(Entity), "message_metrics"}
    assert consumed == constants - {names.WORKSPACE_CHANGES}
    assert {
        *constants,
        *map(names.dead_letters_of, consumed),
        *map(names.changelog_of, tables),
    } == set(CONTRACTS)


def test_no_other_module_spells_a_topics_name() -> None:
    spelt = {name for name in CONTRACTS if "." in name}
    package = Path(names.__file__).parents[1]
    found = [
        f"{path.relative_to(package)}: {node.value}"
        for path in package.rglob("*.py")
        if path != Path(names.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in spelt
    ]
    assert found == []


def test_the_keyed_topics_and_their_changelogs_are_co_partitioned() -> None:
    entities = get_args(Entity)
    groups = {CONTRACTS[name].co_partition for name in (*entities, *map(names.changelog_of, entities))}
    assert len(groups) == 1
    assert None not in groups
    metrics = {CONTRACTS[name].co_partition for name in (names.REPORTING_EVENTS, names.changelog_of("message_metrics"))}
    assert len(metrics) == 1
    assert None not in metrics


@pytest.mark.parametrize("name", every("-changelog"))
def test_a_changelog_is_kept_for_ever_and_holds_a_whole_unit(name: str) -> None:
    contract = CONTRACTS[name]
    assert contract.cleanup == "compact"
    assert contract.retention_ms == -1
    assert contract.max_message_bytes == 4 * 1024 * 1024


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_worker_can_read_the_compression(name: str) -> None:
    readable = {"producer", "uncompressed"} | {
        kind for kind in ("gzip", "snappy", "lz4", "zstd") if getattr(codec, f"has_{kind}")()
    }
    assert CONTRACTS[name].compression in readable


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_written_in_the_order_of_the_readme(name: str) -> None:
    order = [
        *(
            "topic",
            "description",
            "key",
            "producers",
            "consumers",
            "partitions",
            "co_partition",
            "retention",
            "cleanup",
        ),
        *("min_compaction_lag", "segment", "compression", "max_message", "dead_letter", "schema", "examples"),
    ]
    fields = list(yaml.safe_load((TOPICS / f"{name}.yaml").read_text()))
    assert fields == [field for field in order if field in fields]


def test_the_readme_names_every_topic() -> None:
    readme = (TOPICS / "README.md").read_text()
    assert [name for name in CONTRACTS if f"`{name}`" not in readme] == []
    fields = {field for name in CONTRACTS for field in yaml.safe_load((TOPICS / f"{name}.yaml").read_text())}
    assert [field for field in sorted(fields) if f"`{field}`" not in readme] == []


def test_no_schema_or_example_is_left_unreferenced() -> None:
    schemas = {f"{contract.schema}.schema.json" for contract in CONTRACTS.values() if contract.schema}
    assert {path.name for path in (TOPICS / "schemas").iterdir()} == schemas
    examples = {str(contract.examples) for contract in CONTRACTS.values() if contract.examples}
    found = {str(path.parent.parent.relative_to(TOPICS / "examples")) for path in example_files()}
    assert found == examples


def test_topics_holds_nothing_else() -> None:
    contracts = {f"{name}.yaml" for name in CONTRACTS}
    assert {path.name for path in TOPICS.iterdir()} == contracts | {"README.md", "schemas", "examples", "demo"}


def example_files() -> list[Path]:
    return sorted(path for path in (TOPICS / "examples").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", example_files(), ids=lambda path: str(path.relative_to(TOPICS / "examples")))
def test_an_example_is_where_and_called_as_it_should_be(path: Path) -> None:
    kind = path.parent.name
    assert kind in ("valid", "invalid", "refused")
    assert path.suffix == ".json"
    if kind == "refused":
        assert path.stem.split("--")[0] in set(Reason)
