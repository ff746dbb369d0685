"""From the text of a `workspace.yaml` to a Config."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
from msgspec import Struct

from worker.config.brokers import broker_problem
from worker.config.document import Node, Section, entry_of, parse
from worker.config.expectation import expectation
from worker.config.problems import ConfigError, Problem
from worker.config.reader import ItemCheck, Reader
from worker.config.sections import Config, Destination, Workspace
from worker.config.subscriptions import read_subscriptions
from worker.jsontypes import JsonObject
from worker.metrics.settings import subscription_of
from worker.runtime.tuning import Tuning

BOOTSTRAP_VARIABLE: Final = "SEGMENT_WORKER_BOOTSTRAP_SERVERS"
"""The environment variable that goes before `kafka.bootstrap_servers`: brokers, with commas between."""
LOG_LEVEL_VARIABLE: Final = "SEGMENT_WORKER_LOG_LEVEL"
"""The environment variable that goes before `log.level`."""
MONITORING_PORT_VARIABLE: Final = "SEGMENT_WORKER_MONITORING_PORT"
"""The environment variable that goes before `monitoring.port`."""
OVERRIDES: Final = {
    BOOTSTRAP_VARIABLE: ("kafka", "bootstrap_servers"),
    LOG_LEVEL_VARIABLE: ("log", "level"),
    MONITORING_PORT_VARIABLE: ("monitoring", "port"),
}

DEFAULTS_SOURCE = "(defaults)"

LARGEST: Final = 2**31 - 1
"""Bytes, records or milliseconds that a field of Kafka's protocol can hold."""


def load_config(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in the file, or without one all defaults. Raises ConfigError, also where it cannot be read."""
    if path is None:
        return parse_config("", environ=environ, source=DEFAULTS_SOURCE)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(str(path), [Problem(1, "", f"cannot be read: {reason}")]) from error
    return parse_config(text, environ=environ, source=str(path))


def parse_config(text: str, *, environ: Mapping[str, str], source: str = "workspace.yaml") -> Config:
    """The configuration in `text`. Raises ConfigError with every problem; `source` is what they call the file."""
    root = parse(text, source)
    reader = Reader(environ, _ITEM_CHECKS)
    sections = {entry.key: entry.value for entry in reader.entries(root, "", _fields(Config))}
    values: dict[str, Struct] = {}
    for field in msgspec.structs.fields(Config):
        if field.name != "destination":
            values[field.name] = reader.struct(field.type, sections.get(field.name), field.name)
    workspace = cast("Workspace", values["workspace"])
    values["destination"] = _destination(reader, sections.get("destination"), workspace)
    _check_tuning(reader, sections.get("worker"), cast("Tuning", values["worker"]))
    _override(reader, root, values, environ)
    if reader.problems:
        raise ConfigError(source, reader.problems)
    return Config(**values)  # type: ignore[arg-type]  # each was read as its field's type


def workspace_of(settings: JsonObject) -> Workspace:
    """The workspace settings in a JSON object, such as a row of `simulate --batch` has. Raises ConfigError."""
    reader = Reader({})
    text = msgspec.json.encode(settings).decode()
    workspace = reader.struct(Workspace, parse(text, "config"), "config")
    if reader.problems:
        raise ConfigError("config", reader.problems)
    return workspace


def _destination(reader: Reader, node: Node | None, workspace: Workspace) -> Destination:
    """The section; its subscriptions depend on the workspace's settings and on how triggers are meant."""
    listed: Node | None = None
    others = node
    if isinstance(node, Section):
        listed = next((entry.value for entry in node.entries if entry.key == "subscriptions"), None)
        others = Section(node.line, [entry for entry in node.entries if entry.key != "subscriptions"])
    destination = reader.struct(Destination, others, "destination")
    subscriptions = read_subscriptions(
        reader,
        listed,
        "destination.subscriptions",
        workspace.action_settings(),
        strict=destination.triggers == "strict",
    )
    return msgspec.structs.replace(destination, subscriptions=subscriptions)


def _override(reader: Reader, root: Node, values: dict[str, Struct], environ: Mapping[str, str]) -> None:
    for variable, (section, name) in OVERRIDES.items():
        if variable not in environ:
            continue
        text = environ[variable]
        listed = name == "bootstrap_servers"
        given: object = [part.strip() for part in text.split(",")] if listed else text
        field = _fields(type(values[section]))[name]
        try:
            value = msgspec.convert(given, field.type, strict=False)
        except msgspec.ValidationError:
            wanted = expectation(field.type) + (", with commas between" if listed else "")
            reader.add(root, f"${variable}", f"must be {wanted}, but it is {text!r}")
            continue
        check = _ITEM_CHECKS.get(f"{section}.{name}")
        wrong = [problem for item in value if (problem := check(item))] if check else []
        for problem in wrong:
            reader.add(root, f"${variable}", problem)
        if not wrong:
            values[section] = msgspec.structs.replace(values[section], **{name: value})


def _check_tuning(reader: Reader, node: Node | None, tuning: Tuning) -> None:
    if node is None:
        return

    def add(message: str, *names: str) -> None:
        """The first setting's problem, in the line of the first that is set; none where one of them has one already."""
        known = [problem.path for problem in reader.problems]
        if not any(f"worker.{name}" in known for name in names):
            places = [place for name in names if (place := entry_of(node, name)) is not node]
            reader.add(places[0] if places else node, f"worker.{names[0]}", message)

    for name in _fields(Tuning):
        value = getattr(tuning, name)
        if not isinstance(value, int | float):
            continue
        most = LARGEST if isinstance(value, int) else LARGEST // 1000
        if value <= 0:
            add("must be more than 0", name)
        elif value > most:
            add(f"must be at most {most}", name)
    if tuning.dead_letter_ratio_max is not None and tuning.dead_letter_ratio_max > 1:
        add("must be a part of 1, such as 0.5", "dead_letter_ratio_max")
    if tuning.request_timeout_s <= tuning.session_timeout_s:
        add("must be more than session_timeout_s", "request_timeout_s", "session_timeout_s")
    if tuning.delivery_timeout_s >= tuning.session_timeout_s:
        add("must be less than session_timeout_s", "delivery_timeout_s", "session_timeout_s")
    if tuning.heartbeat_interval_s >= tuning.session_timeout_s:
        add("must be less than session_timeout_s", "heartbeat_interval_s", "session_timeout_s")
    if tuning.fetch_wait_s >= tuning.request_timeout_s:
        add("must be less than request_timeout_s", "fetch_wait_s", "request_timeout_s")


def _event_name(name: str) -> str | None:
    try:
        subscription_of(name)
    except ValueError as error:
        return str(error)
    return None


_ITEM_CHECKS: Final[Mapping[str, ItemCheck]] = {
    "source.events": _event_name,
    "kafka.bootstrap_servers": broker_problem,
}


def _fields(kind: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(kind)}
