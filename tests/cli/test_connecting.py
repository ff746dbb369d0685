import pytest
from aiokafka.errors import GroupAuthorizationFailedError

from worker.cli.connecting import kafka_failed
from worker.cli.output import Problem
from worker.runtime.errors import DeliveryFailed
from worker.topics.cluster import TopicsError

_HINT = "see what `segment-worker check` says, and the brokers' logs"


@pytest.mark.parametrize(
    ("error", "then", "said"),
    [
        (TopicsError("no such topic", "make it"), "go on", Problem("no such topic", "make it")),
        (TimeoutError(), "", Problem("Kafka refuses, or does not answer: TimeoutError()", _HINT)),
        (
            GroupAuthorizationFailedError("view"),
            "",
            Problem("Kafka refuses, or does not answer: [Error 30] GroupAuthorizationFailedError: view", _HINT),
        ),
        (DeliveryFailed("away"), "go on", Problem("Kafka refuses, or does not answer: away", f"{_HINT}; go on")),
    ],
)
def test_a_failure_of_kafka_is_told_with_words_and_with_what_to_do(error: Exception, then: str, said: Problem) -> None:
    assert kafka_failed(error, then) == said
