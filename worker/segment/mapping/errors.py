"""What can be wrong with a mapping."""


class MappingError(ValueError):
    """The mapping is invalid, or cannot be applied to this payload: `problems` says why, in Segment's words."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
