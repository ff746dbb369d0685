from collections.abc import Mapping
from pathlib import Path

import pytest

from worker.topics.contract import Contract
from worker.topics.contracts import ContractsError, contracts_directory, load_contracts

GOOD: dict[str, object] = {
    "topic": "events",
    "description": "What happened.",
    "key": "the person",
    "producers": ["gateway"],
    "consumers": ["route"],
    "partitions": 6,
    "retention": "7 days",
    "cleanup": "delete",
    "compression": "producer",
    "max_message": "1 MiB",
}
DEAD_LETTERS: dict[str, object] = {**GOOD, "topic": "events.dlq", "retention": "90 days", "max_message": "2 MiB"}
CHANGELOG: dict[str, object] = {
    **GOOD,
    "topic": "{app_id}-things-changelog",
    "retention": "forever",
    "cleanup": "compact",
    "min_compaction_lag": "1 day",
}


def write(directory: Path, *files: Mapping[str, object], name: str | None = None) -> Path:
    for file in files:
        stem = name or str(file["topic"]).replace("{app_id}", "segment-worker")
        lines = [f"{field}: {value!r}\n" for field, value in file.items()]
        (directory / f"{stem}.yaml").write_text("".join(lines))
    return directory


def load(directory: Path, *files: Mapping[str, object]) -> Mapping[str, Contract]:
    return load_contracts(write(directory, *files))


def problems(directory: Path, *files: Mapping[str, object]) -> list[str]:
    with pytest.raises(ContractsError) as raised:
        load(directory, *files)
    return raised.value.problems


def test_a_contract_is_read(tmp_path: Path) -> None:
    contract = load(tmp_path, GOOD)["events"]
    assert contract.topic == "events"
    assert contract.partitions == 6
    assert contract.settings(1) == {
        "cleanup.policy": "delete",
        "retention.ms": "604800000",
        "retention.bytes": "-1",
        "compression.type": "producer",
        "max.message.bytes": "1048576",
        "min.insync.replicas": "1",
    }


def test_a_changelog_has_its_settings(tmp_path: Path) -> None:
    contract = load(tmp_path, {**CHANGELOG, "segment": "64 MiB"})["segment-worker-things-changelog"]
    settings = contract.settings(3)
    assert settings["cleanup.policy"] == "compact"
    assert settings["retention.ms"] == "-1"
    assert settings["min.compaction.lag.ms"] == "86400000"
    assert settings["segment.bytes"] == "67108864"
    assert settings["min.insync.replicas"] == "2"
    assert contract.settings(2)["min.insync.replicas"] == "1"


def test_prefix_app_id_and_partitions_change_names_on_the_broker_only(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "dead_letter": "events.dlq"}, DEAD_LETTERS, CHANGELOG)
    contracts = load_contracts(tmp_path, app_id="mine", prefix="eu.", partitions=3)
    assert {name: contract.topic for name, contract in contracts.items()} == {
        "events": "eu.events",
        "events.dlq": "eu.events.dlq",
        "segment-worker-things-changelog": "mine-things-changelog",
    }
    assert {contract.partitions for contract in contracts.values()} == {3}


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        {**GOOD, "partition": 3},
        {**GOOD, "topic": "other", "retention": "a week"},
        {**GOOD, "topic": "third", "dead_letter": "third.dlq"},
        {**GOOD, "topic": "fourth", "description": " "},
    )
    assert len(found) == 4
    assert any(problem.startswith("events.yaml: ") and "partition" in problem for problem in found)
    assert any(problem.startswith("other.yaml: 'a week' is not") for problem in found)
    assert "third: its dead_letter third.dlq has no contract" in found
    assert "fourth: description is empty" in found


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_every_field_is_needed(missing: str, tmp_path: Path) -> None:
    incomplete = {field: value for field, value in GOOD.items() if field != missing}
    write(tmp_path, incomplete, name="events")
    with pytest.raises(ContractsError, match=f"missing required field `{missing}`"):
        load_contracts(tmp_path)


def test_a_file_is_named_after_its_topic(tmp_path: Path) -> None:
    write(tmp_path, GOOD, name="another")
    with pytest.raises(ContractsError, match="not named after it"):
        load_contracts(tmp_path)


def test_bad_yaml_and_no_files_are_problems(tmp_path: Path) -> None:
    with pytest.raises(ContractsError, match="no contracts are there"):
        load_contracts(tmp_path)
    (tmp_path / "bad.yaml").write_text("topic: [unclosed")
    with pytest.raises(ContractsError, match=r"bad\.yaml"):
        load_contracts(tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"topic": "no name"}, "no name for a Kafka topic"),
        ({"key": ""}, "key is empty"),
        ({"producers": []}, "producers is empty"),
        ({"consumers": []}, "consumers is empty"),
        ({"partitions": 0}, "at least 1"),
        ({"retention": "forever"}, "only a compacted topic, and the changes"),
        ({"min_compaction_lag": "1 day"}, "is for compacted topics"),
        ({"cleanup": "compact", "min_compaction_lag": "1 day"}, "is kept for ever"),
        ({"cleanup": "compact", "retention": "forever"}, "needs min_compaction_lag"),
        ({"cleanup": "compact,delete"}, "Invalid enum value"),
        ({"compression": "brotli"}, "Invalid enum value"),
        ({"schema": "events.v1"}, "come together"),
        ({"dead_letter": "elsewhere"}, r"must be events\.dlq"),
    ],
)
def test_a_rule_on_one_contract(change: dict[str, object], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ContractsError, match=problem):
        load(tmp_path, {**GOOD, **change})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"topic": "other.dlq"}, "no topic names it"),
        ({"max_message": "1 MiB"}, "65536 bytes more"),
        ({"retention": "29 days"}, "at least 30 days"),
        ({"dead_letter": "events.dlq.dlq"}, "dead letters have no dead letters"),
    ],
)
def test_a_rule_on_dead_letters(change: dict[str, object], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ContractsError, match=problem):
        load(tmp_path, {**GOOD, "dead_letter": "events.dlq"}, {**DEAD_LETTERS, **change})


def test_dead_letters_belong_to_a_topic_that_names_them(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD, DEAD_LETTERS) == ["events.dlq: no topic names it as its dead_letter"]


def test_what_is_just_enough(tmp_path: Path) -> None:
    letters = {**DEAD_LETTERS, "retention": "30 days", "partitions": 1}
    assert len(load(tmp_path, {**GOOD, "dead_letter": "events.dlq"}, letters)) == 2


def test_topics_that_are_joined_have_equal_counts(tmp_path: Path) -> None:
    group = {"co_partition": "workspace"}
    one, other = {**GOOD, **group}, {**CHANGELOG, **group, "partitions": 7}
    assert problems(tmp_path, one, other) == [
        "co_partition workspace: partition counts differ (events 6, segment-worker-things-changelog 7)"
    ]


def test_names_that_kafkas_metrics_confuse_collide(tmp_path: Path) -> None:
    found = problems(tmp_path, {**GOOD, "topic": "a.b"}, {**GOOD, "topic": "a_b"})
    assert found == ["a.b, a_b: the topics' names collide"]


def test_the_contracts_of_this_project_are_found(pytestconfig: pytest.Config) -> None:
    assert contracts_directory() == pytestconfig.rootpath / "topics"
