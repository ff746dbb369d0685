"""The decisions of table people."""

from typing import Final

from worker.workspace.changes import DeliveryReported
from worker.workspace.effects import Effect, Place, State
from worker.workspace.keys import EMAIL, ID, PROFILE
from worker.workspace.messages.people import PeopleMessage, ReportDelivery
from worker.workspace.people.handles import at_handle
from worker.workspace.people.profiles import at_profile
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.people import PeopleValue

A_PROFILE: Final = PROFILE[0]
HANDLES: Final = ID[0] + EMAIL[0]
"""The first letters of handles."""

LOCAL_STEPS_MAX: Final = 200
"""Messages within the partition that one decision handles itself; what is left then goes through the topic."""


def decide_people(
    state: State[PeopleValue], message: PeopleMessage, place: Place, settings: WorkspaceSettings
) -> list[Effect]:
    """What a message does to the handle or profile it is addressed to, and to others of this partition."""
    turn = Turn(state, place, settings)
    _deliver(turn, message.to, message)
    for steps, told in enumerate(turn.inbox):  # it grows on the way
        if steps < LOCAL_STEPS_MAX:
            _deliver(turn, told.to, told)
        else:
            turn.send("people", told.to, told)
    return turn.effects()


def _deliver(turn: Turn, to: str, message: PeopleMessage) -> None:
    letter = to[0]  # it tells the kinds of keys apart
    if letter == A_PROFILE:
        at_profile(turn, to, message)
    elif letter in HANDLES:
        at_handle(turn, to, message)
    else:
        assert isinstance(message, ReportDelivery), f"nobody has the key {to}"
        turn.publish(
            to, DeliveryReported(cause=turn.why(message.cause), delivery_id=message.delivery_id, report=message.report)
        )
