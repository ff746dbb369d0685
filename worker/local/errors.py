"""What can go wrong with the local Kafka, said so that a person can act on it."""


class LocalKafkaError(Exception):
    """The local Kafka can't be set up, started or stopped. `hint` says what to do about it."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}\n  → {hint}")
        self.problem = problem
        self.hint = hint
