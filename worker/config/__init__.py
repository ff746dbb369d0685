"""`workspace.yaml`: one file that says everything about a deployment, read once into frozen structs."""

from worker.config.compiled import compile_subscriptions
from worker.config.load import load_config, parse_config, workspace_of
from worker.config.problems import ConfigError, Problem
from worker.config.sections import Config, Destination, Kafka, Log, Monitoring, View, Workspace
from worker.config.show import effective, effective_yaml

__all__ = [
    "Config",
    "ConfigError",
    "Destination",
    "Kafka",
    "Log",
    "Monitoring",
    "Problem",
    "View",
    "Workspace",
    "compile_subscriptions",
    "effective",
    "effective_yaml",
    "load_config",
    "parse_config",
    "workspace_of",
]
