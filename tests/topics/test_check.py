"""How a topic differs from its contract."""

from worker.topics.check import Difference, compare
from worker.topics.cluster import Found
from worker.topics.contracts import load_contracts

PEOPLE = load_contracts(partitions=2)["people"]


def test_a_topic_that_is_not_there_is_one_difference() -> None:
    assert compare(PEOPLE, None, 3) == [Difference("people", "topic", "2 partitions", None)]


def test_fewer_replicas_than_could_be_is_a_difference() -> None:
    one = Found(2, 1, PEOPLE.settings(1))
    assert compare(PEOPLE, one, 1) == []
    assert compare(PEOPLE, one, 3) == [Difference("people", "replication_factor", "at least 3", "1")]
    assert compare(PEOPLE, Found(2, 3, PEOPLE.settings(3)), 1) == []


def test_each_setting_that_is_another_is_a_difference() -> None:
    settings = {**PEOPLE.settings(3), "min.insync.replicas": "1"}
    del settings["retention.ms"]
    assert compare(PEOPLE, Found(5, 3, settings), 3) == [
        Difference("people", "partitions", "2", "5"),
        Difference("people", "retention.ms", PEOPLE.settings(3)["retention.ms"], None),
        Difference("people", "min.insync.replicas", "2", "1"),
    ]
