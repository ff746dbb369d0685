"""Agent group: objects, their types and their attributes.

Reads `objects`, the only writer of table objects; the rules are in worker/workspace/objects.
"""

import msgspec

from worker.agents.keyed import keyed_agent
from worker.agents.outlets import Outlets
from worker.runtime.agent import AgentSpec
from worker.workspace.messages import ObjectsMessage
from worker.workspace.objects.decide import decide_objects
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values import ObjectsValue


def group_agent(topic: str, settings: WorkspaceSettings, outlets: Outlets) -> AgentSpec[ObjectsValue]:
    """The agent, reading `topic`."""
    decoder = msgspec.json.Decoder(ObjectsMessage)
    return keyed_agent("group", "objects", topic, decide_objects, decoder, ObjectsValue, settings, outlets)
