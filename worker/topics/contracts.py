"""Loads the contracts of topics/*.yaml: all of them, checked, under the names they have in a deployment."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from worker.topics.contract import Cleanup, Compression, Contract
from worker.topics.names import DEFAULT_APP_ID
from worker.topics.rules import problems_of
from worker.topics.units import milliseconds, size_bytes

APP_ID_PLACEHOLDER = "{app_id}"

_IN_PACKAGE = Path(__file__).parent / "contracts"  # a wheel carries topics/ here (pyproject.toml)
_IN_CHECKOUT = Path(__file__).parents[2] / "topics"


class ContractsError(Exception):
    """The contracts can't be used; `problems` lists all that is wrong, each with its file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract as it is written. Durations and sizes are texts such as `7 days`, `2 MiB` (units.py)."""

    topic: str
    description: str
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    retention: str
    cleanup: Cleanup
    compression: Compression
    max_message: str
    co_partition: str | None = None
    min_compaction_lag: str | None = None
    segment: str | None = None
    dead_letter: str | None = None
    schema: str | None = None
    examples: str | None = None


def contracts_directory() -> Path:
    """Where the contracts are: topics/ of a checkout, or what an installed package carries."""
    return _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_CHECKOUT


def load_contracts(
    directory: Path | None = None, *, app_id: str = DEFAULT_APP_ID, prefix: str = "", partitions: int | None = None
) -> Mapping[str, Contract]:
    """All contracts by their name (see `names.py`), in alphabetical order.

    `prefix` comes before every topic's name but the changelogs', which have `app_id` in theirs, as Faust names them.
    `partitions` replaces every contract's count. Raises ContractsError with all problems at once.
    """
    directory = directory or contracts_directory()
    contracts: dict[str, Contract] = {}
    problems: list[str] = []
    paths = sorted(directory.glob("*.yaml"))
    if not paths:
        raise ContractsError([f"{directory}: no contracts are there"])
    for path in paths:
        try:
            contracts[path.stem] = _load(path, app_id, prefix, partitions)
        except (OSError, ValueError) as problem:  # msgspec's ValidationError and DecodeError are ValueErrors
            problems.append(f"{path.name}: {problem}")
    problems += problems_of(contracts)
    if problems:
        raise ContractsError(problems)
    return MappingProxyType(contracts)


def _load(path: Path, app_id: str, prefix: str, partitions: int | None) -> Contract:
    file = msgspec.yaml.decode(path.read_bytes(), type=_File)
    if file.topic.replace(APP_ID_PLACEHOLDER, DEFAULT_APP_ID) != path.stem:
        raise ValueError(f"the file of topic {file.topic} is not named after it")
    named_by_app = APP_ID_PLACEHOLDER in file.topic
    return Contract(
        name=path.stem,
        topic=file.topic.replace(APP_ID_PLACEHOLDER, app_id) if named_by_app else prefix + file.topic,
        description=" ".join(file.description.split()),
        key=file.key,
        producers=file.producers,
        consumers=file.consumers,
        partitions=file.partitions if partitions is None else partitions,
        co_partition=file.co_partition,
        retention_ms=milliseconds(file.retention),
        cleanup=file.cleanup,
        compression=file.compression,
        max_message_bytes=size_bytes(file.max_message),
        min_compaction_lag_ms=None if file.min_compaction_lag is None else milliseconds(file.min_compaction_lag),
        segment_bytes=None if file.segment is None else size_bytes(file.segment),
        dead_letter=file.dead_letter,
        schema=file.schema,
        examples=file.examples,
    )
