"""Why an action refuses an event."""

from worker.reasons import Reason


class Rejected(ValueError):
    """The event can never become a command of this action; `reason` is the dead letter's."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
