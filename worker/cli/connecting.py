"""What commands that talk to Kafka share: the configuration file, and the way to the brokers."""

import logging
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
from worker.topics.contracts import ContractsError

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


def connection_to(kafka: Kafka, as_json: bool) -> Connection:
    """How to reach the configured brokers; ends the command where a certificate file can't be used."""
    try:
        return make_connection(kafka)
    except CertificateError as error:
        raise failed(Problem(str(error), error.hint), as_json) from error


def deployed(config: Config, as_json: bool) -> Deployment:
    """The configured deployment; ends the command where its topics' contracts or a certificate file can't be used."""
    try:
        return make_deployment(config)
    except ContractsError as error:
        raise failed(Problem(str(error), "correct the contracts in topics/"), as_json) from error
    except CertificateError as error:
        raise failed(Problem(str(error), error.hint), as_json) from error


def hush_client_logs() -> None:
    """Keep aiokafka from logging what the command itself is going to say, e.g. each failed attempt to connect."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
