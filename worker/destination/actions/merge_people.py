"""Merge People: an alias call makes two people one."""

from worker.destination.actions import identity
from worker.destination.actions.definition import Action, fields, path, string
from worker.destination.command import Command
from worker.destination.settings import ActionSettings


def build(settings: ActionSettings, time: float, primary: str, secondary: str) -> list[Command]:
    """person/merge.

    Whether the two can be merged is the workspace's decision, also where they are the same (al_same).
    """
    return [
        Command(
            type="person",
            action="merge",
            primary=identity.person(settings, primary),
            secondary=identity.person(settings, secondary),
        )
    ]


MERGE_PEOPLE = Action(
    key="mergePeople",
    title="Merge People",
    trigger='type = "alias"',
    fields=fields(
        string("primary", "Primary User", path("userId"), required=True),
        string("secondary", "Secondary User", path("previousId"), required=True),
    ),
    build=build,
)
