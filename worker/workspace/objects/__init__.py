"""Table objects: objects, their types, and who is related to them."""

from worker.workspace.objects.decide import decide_objects

__all__ = ["decide_objects"]
