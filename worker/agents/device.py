"""Agent device: which person a device token belongs to.

Reads `devices`, the only writer of table devices; the rules are in worker/workspace/devices.
"""

import msgspec

from worker.agents.keyed import keyed_agent
from worker.agents.outlets import Outlets
from worker.runtime.agent import AgentSpec
from worker.workspace.devices.decide import decide_devices
from worker.workspace.messages import DevicesMessage
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values import DevicesValue


def device_agent(topic: str, settings: WorkspaceSettings, outlets: Outlets) -> AgentSpec[DevicesValue]:
    """The agent, reading `topic`."""
    decoder = msgspec.json.Decoder(DevicesMessage)
    return keyed_agent("device", "devices", topic, decide_devices, decoder, DevicesValue, settings, outlets)
