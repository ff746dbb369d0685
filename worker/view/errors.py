"""What stops the view, or keeps it from being read."""

from worker.runtime.errors import RuntimeFault


class ViewFault(RuntimeFault):
    """The view can't go on with this file or this topic; the text says what to do."""


class ViewUnreadable(Exception):
    """There is no view at the path, it can't be opened, or it is one of another version."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint
