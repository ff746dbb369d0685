"""What commands that talk to Kafka share: the configuration file, and the way to the brokers."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os.path import exists
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from worker.cli.output import Problem, failed
from worker.config.connection import CertificateError, make_connection
from worker.config.load import load_config
from worker.config.problems import ConfigError
from worker.config.sections import Config, Kafka
from worker.deployment import Deployment, make_deployment
from worker.runtime.connection import Connection
from worker.topics.cluster import TopicsError
from worker.topics.contract import Contract
from worker.topics.contracts import ContractsError, load_contracts

ConfigOption: TypeAlias = Annotated[
    Path | None, typer.Option("--config", "-c", help="A workspace.yaml; without one all settings have their defaults.")
]


STATE_DIRECTORY = Path(".local")
"""Where the local Kafka and the view of `dev` are, below the current directory."""


def configured(path: Path | None, as_json: bool) -> Config:
    """The configuration in the file at `path`; all its problems end the command (exit code 2)."""
    try:
        return load_config(path)
    except ConfigError as error:
        raise failed(Problem(str(error), "correct the configuration"), as_json, code=2) from error


def view_of_dev() -> Path:
    """The file of the view that `dev` keeps."""
    return STATE_DIRECTORY / "view.sqlite"


def configured_view(path: Path | None, as_json: bool) -> Path:
    """The file of the view; without a configuration and a view of its own, that of `dev`."""
    view = Path(configured(path, as_json).view.path)
    return view_of_dev() if path is None and not exists(view) and exists(view_of_dev()) else view


@contextmanager
def _usable(as_json: bool) -> Iterator[None]:
    """Ends the command (exit code 2) where the topics' contracts or a certificate file can't be used."""
    try:
        yield
    except ContractsError as error:
        raise failed(Problem(str(error), "correct the contracts in topics/"), as_json, code=2) from error
    except CertificateError as error:
        raise failed(Problem(str(error), error.hint), as_json, code=2) from error


def connection_to(kafka: Kafka, as_json: bool) -> Connection:
    """How to reach the configured brokers; ends the command (exit code 2) where a certificate file can't be used."""
    with _usable(as_json):
        return make_connection(kafka)


def contracted(kafka: Kafka, as_json: bool, partitions: int | None = None) -> Mapping[str, Contract]:
    """The topics' contracts by name, under the configured names; ends the command (exit code 2) where they are wrong.

    `partitions` goes before the configuration's number, and that before the contracts'.
    """
    with _usable(as_json):
        count = kafka.partitions if partitions is None else partitions
        return load_contracts(app_id=kafka.app_id, prefix=kafka.topic_prefix, partitions=count)


def deployed(config: Config, as_json: bool) -> Deployment:
    """The configured deployment; ends the command (exit code 2) as `connection_to` and `contracted` do."""
    with _usable(as_json):
        return make_deployment(config)


def hush_client_logs() -> None:
    """Keep aiokafka from logging what the command itself is going to say, e.g. each failed attempt to connect."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def kafka_failed(error: Exception, then: str = "") -> Problem:
    """What to say where Kafka can't be asked, refuses, or stops answering; `then` is what helps once it is well."""
    if isinstance(error, TopicsError):
        return Problem(error.problem, error.hint)
    hint = "see what `segment-worker check` says, and the brokers' logs"
    # asyncio's timeouts have no words
    return Problem(
        f"Kafka refuses, or does not answer: {str(error) or repr(error)}", f"{hint}; {then}" if then else hint
    )
