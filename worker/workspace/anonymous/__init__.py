"""Table anonymous: who was identified with an anonymousId, and what waits for that."""

from worker.workspace.anonymous.decide import decide_anonymous

__all__ = ["decide_anonymous"]
