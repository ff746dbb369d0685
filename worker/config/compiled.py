"""What a configuration's subscriptions are made into."""

from worker.config.sections import Config
from worker.destination.subscriptions import Subscriptions


def compile_subscriptions(config: Config) -> Subscriptions:
    """The subscriptions of a checked configuration, ready to run."""
    return Subscriptions.compile(
        config.destination.subscriptions,
        config.workspace.action_settings(),
        strict=config.destination.triggers == "strict",
        integration_names=config.destination.integration_names,
    )
