"""Agent anonymous: what arrives under an anonymousId waits until a person is identified with it.

Reads `anonymous`, the only writer of table anonymous; the rules are in worker/workspace/anonymous.
"""

import msgspec

from worker.agents.keyed import keyed_agent
from worker.agents.outlets import Outlets
from worker.runtime.agent import AgentSpec
from worker.workspace.anonymous.decide import decide_anonymous
from worker.workspace.messages import AnonymousMessage
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values import AnonymousValue


def anonymous_agent(topic: str, settings: WorkspaceSettings, outlets: Outlets) -> AgentSpec[AnonymousValue]:
    """The agent, reading `topic`."""
    decoder = msgspec.json.Decoder(AnonymousMessage)
    return keyed_agent("anonymous", "anonymous", topic, decide_anonymous, decoder, AnonymousValue, settings, outlets)
