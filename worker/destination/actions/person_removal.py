"""Delete Person, Suppress Person and Unsuppress Person."""

from typing import Literal

from worker.destination.actions import identity
from worker.destination.actions.definition import Action, fields, path, string
from worker.destination.command import Command
from worker.destination.settings import ActionSettings


def _action(key: str, title: str, event: str, action: Literal["delete", "suppress", "unsuppress"]) -> Action:
    def build(settings: ActionSettings, time: float, person_id: str) -> list[Command]:
        identifiers = identity.person(settings, person_id)
        return [Command(type="person", action=action, identifiers=identifiers)]

    return Action(
        key=key,
        title=title,
        trigger=f'type = "track" and event = "{event}"',
        fields=fields(string("person_id", "Person ID", path("userId"), required=True)),
        build=build,
    )


DELETE_PERSON = _action("deletePerson", "Delete Person", "User Deleted", "delete")
SUPPRESS_PERSON = _action("suppressPerson", "Suppress Person", "User Suppressed", "suppress")
UNSUPPRESS_PERSON = _action("unsuppressPerson", "Unsuppress Person", "User Unsuppressed", "unsuppress")
