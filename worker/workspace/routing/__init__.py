"""From the commands of an event to the messages of the four keyed topics."""

from worker.workspace.routing.route import joined, route

__all__ = ["joined", "route"]
