"""The decisions of table people."""

from typing import Final

from worker.workspace.changes import DeliveryReported
from worker.workspace.effects import Effect, Place, State
from worker.workspace.keys import EMAIL, ID, PROFILE
from worker.workspace.messages.merging import MergeAnswer
from worker.workspace.messages.people import Answer, Halves, PeopleMessage, ReportDelivery
from worker.workspace.people.handles import at_handle
from worker.workspace.people.profiles import at_profile
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.people import PeopleValue

LOCAL_STEPS_MAX: Final = 200
"""Messages within the partition that one decision handles itself; what is left then goes through the topic.

Later ones may overtake it.
"""

ANSWERS: Final = (Answer, Halves, MergeAnswer)
"""What is never put off: a handle that was granted leads to its new owner already (people/__init__.py)."""


def decide_people(
    state: State[PeopleValue], message: PeopleMessage, place: Place, settings: WorkspaceSettings
) -> list[Effect]:
    """What a message does to the handle or profile it is addressed to, and to others of this partition."""
    turn = Turn(state, place, settings)
    _deliver(turn, message)
    for steps, told in enumerate(turn.inbox):  # it grows on the way
        if (steps < LOCAL_STEPS_MAX and not turn.full) or isinstance(told, ANSWERS):
            _deliver(turn, told)
        else:
            turn.send("people", told)
    return turn.effects()


def _deliver(turn: Turn, message: PeopleMessage) -> None:
    to = message.to
    if to.startswith(PROFILE):
        at_profile(turn, to, message)
    elif to.startswith((ID, EMAIL)):
        at_handle(turn, to, message)
    else:
        assert isinstance(message, ReportDelivery), f"nobody has the key {to}"
        turn.publish(
            to, DeliveryReported(cause=turn.why(message.cause), delivery_id=message.delivery_id, report=message.report)
        )
