"""Agent identify: people: ids, emails, cio_ids, leads that become customers, merges, deletions, suppression.

Reads `people`, the only writer of table people; the rules are in worker/workspace/people.
"""

import msgspec

from worker.agents.keyed import keyed_agent
from worker.agents.outlets import Outlets
from worker.runtime.agent import AgentSpec
from worker.workspace.messages import PeopleMessage
from worker.workspace.people.decide import decide_people
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values import PeopleValue


def identify_agent(topic: str, settings: WorkspaceSettings, outlets: Outlets) -> AgentSpec[PeopleValue]:
    """The agent, reading `topic`."""
    decoder = msgspec.json.Decoder(PeopleMessage)
    return keyed_agent("identify", "people", topic, decide_people, decoder, PeopleValue, settings, outlets)
