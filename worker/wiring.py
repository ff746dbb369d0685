"""The composition root: from a deployment to the parts that run. Nothing is built or read before it is called."""

from typing import Any

from worker.agents.anonymous import anonymous_agent
from worker.agents.device import device_agent
from worker.agents.group import group_agent
from worker.agents.identify import identify_agent
from worker.agents.message_metrics import message_metrics_agent
from worker.agents.outlets import Outlets, make_outlets
from worker.agents.route import route_agent
from worker.config import compile_subscriptions
from worker.deployment import Deployment
from worker.relay.role import Delivery
from worker.runtime.agent import AgentSpec
from worker.runtime.app import Runtime
from worker.topics import names


def make_worker(deployment: Deployment, *, instance_id: str | None = None) -> Runtime:
    """A worker with all agents; call it inside the loop that will run it.

    `instance_id` makes it a static member of its group: restarted within the session timeout it keeps its partitions.
    """
    agents = make_agents(deployment)
    config = deployment.config
    partitions = deployment.contracts[names.PEOPLE].partitions
    return Runtime(deployment.group, partitions, deployment.connection, config.worker, agents, instance_id=instance_id)


def make_agents(deployment: Deployment) -> tuple[AgentSpec[Any], ...]:  # Any: each has values of its own
    """All agents of a worker; nothing runs yet."""
    config = deployment.config
    outlets: Outlets = make_outlets(deployment.contracts)
    settings = config.workspace.settings()
    subscriptions = compile_subscriptions(config)
    return (
        route_agent(deployment.topic(names.SEGMENT_EVENTS), subscriptions, settings, outlets),
        identify_agent(deployment.topic(names.PEOPLE), settings, outlets),
        anonymous_agent(deployment.topic(names.ANONYMOUS), settings, outlets),
        group_agent(deployment.topic(names.OBJECTS), settings, outlets),
        device_agent(deployment.topic(names.DEVICES), settings, outlets),
        message_metrics_agent(deployment.topic(names.REPORTING_EVENTS), config.source, outlets),
    )


def make_delivery(deployment: Deployment, write_key: str) -> Delivery:
    """What a relay delivers, and where to."""
    config = deployment.config
    return Delivery(
        connection=deployment.connection,
        topic=deployment.topic(names.MESSAGE_METRICS),
        group=deployment.relay_group,
        dead_letters=make_outlets(deployment.contracts).dead_letters[names.MESSAGE_METRICS],
        url=config.relay.url(config.source.region),
        write_key=write_key,
        settings=config.relay,
        tuning=config.worker,
    )
