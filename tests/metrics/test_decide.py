"""What message_metrics decides."""

import msgspec
import pytest

from tests.metrics.payloads import make_webhook
from tests.metrics.test_recent import START, Table
from worker.jsontypes import Json, JsonObject
from worker.metrics.decide import DEDUP_DAYS, MetricRules, decide_metrics
from worker.metrics.effects import MetricEffect, PublishMetric, Skip, SkipReason, Warn, WarningKind
from worker.metrics.recent import DAY
from worker.metrics.settings import MetricsSettings
from worker.metrics.webhook import Webhook
from worker.reasons import Reason
from worker.workspace.effects import DeadLetter, Delete, Put
from worker.workspace.messages import Cause

EVERY, FIRST = MetricsSettings(), MetricsSettings(send_frequency="first", first_window_days=10)


class Agent:
    """Decides and performs, with a table and the outputs in memory."""

    def __init__(self, settings: MetricsSettings = EVERY) -> None:
        self.rules = MetricRules(settings)
        self.table = Table()

    def decide(self, webhook: Webhook, arrived: float) -> list[MetricEffect]:
        cause = Cause("", webhook.timestamp, arrived, "reporting.events", 0, 0)
        return decide_metrics(self.table, webhook, cause, self.rules)

    def handle(self, webhook: Webhook, arrived: float = START) -> str:
        """`sent`, or why not."""
        effects = self.decide(webhook, arrived)
        self.table.apply([effect for effect in effects if isinstance(effect, Put | Delete)])
        ends = [effect for effect in effects if isinstance(effect, PublishMetric | Skip | DeadLetter)]
        assert len(ends) == 1
        end = ends[0]
        return "sent" if isinstance(end, PublishMetric) else end.reason.value


def event(event_id: str, metric: str = "opened", **data: Json) -> Webhook:
    return msgspec.structs.replace(make_webhook("email", metric, **data), event_id=event_id)


def test_a_repeat_is_published_once_for_at_least_seven_days() -> None:
    agent = Agent()
    assert agent.handle(event("a")) == "sent"
    assert agent.handle(event("b")) == "sent"
    for day in (0, 1, 7, DEDUP_DAYS):
        assert agent.handle(event("a"), START + day * DAY) == "duplicate"
    assert agent.handle(event("a"), START + DEDUP_DAYS * DAY + 1) == "sent"


def test_the_published_event_is_keyed_by_the_person() -> None:
    effects = Agent().decide(event("a"), START)
    published = [effect for effect in effects if isinstance(effect, PublishMetric)]
    assert [effect.key for effect in published] == ["cio_id:d9c106000007"]
    assert published[0].event["event"] == "Email Opened"


def test_deciding_again_from_the_same_state_is_the_same() -> None:
    agent = Agent(FIRST)
    assert agent.decide(event("a"), START) == agent.decide(event("a"), START)


def test_every_sends_each_instance() -> None:
    agent = Agent()
    assert [agent.handle(event(name)) for name in "abc"] == ["sent"] * 3


def test_first_sends_the_first_instance_per_delivery_and_person() -> None:
    agent = Agent(FIRST)
    assert agent.handle(event("a")) == "sent"
    assert agent.handle(event("b")) == "not_first"
    assert agent.handle(event("b")) == "duplicate"
    assert agent.handle(event("c", "clicked", href="x")) == "sent"
    assert agent.handle(event("d", "clicked", href="y")) == "not_first"
    assert agent.handle(event("e", delivery_id="other")) == "sent"
    assert agent.handle(event("g", "unsubscribed")) == "sent"
    assert agent.handle(msgspec.structs.replace(event("h", "unsubscribed"), object_type="customer")) == "sent"
    assert agent.handle(event("f", identifiers={"id": "bob-8", "email": "b@example.com"})) == "sent"
    assert agent.handle(event("a")) == "duplicate"
    assert agent.table.shape("seen").entries == 8
    assert agent.table.shape("first").entries == 6


def test_what_says_something_new_each_time_is_sent_each_time() -> None:
    agent = Agent(FIRST)
    changed = "cio_subscription_preferences_changed"
    for number, topics in enumerate(('{"topics":{"topic_1":true}}', '{"topics":{"topic_1":false}}')):
        assert agent.handle(event(f"p{number}", changed, content=topics)) == "sent"
        reply = make_webhook("sms", "replied", inbound_event_id=f"i{number}")
        assert agent.handle(msgspec.structs.replace(reply, event_id=f"r{number}")) == "sent"


def test_first_is_bounded_by_time() -> None:
    agent = Agent(FIRST)
    assert agent.handle(event("a")) == "sent"
    assert agent.handle(event("b"), START + 10 * DAY) == "not_first"
    assert agent.handle(event("c"), START + 10 * DAY + 1) == "sent"


def test_first_holds_when_the_person_gets_an_id() -> None:
    agent = Agent(FIRST)
    lead: JsonObject = {"email": "a@example.com", "cio_id": "d9"}
    person = lead | {"id": "a"}
    assert agent.handle(event("a", identifiers=lead)) == "sent"
    assert agent.handle(event("b", identifiers=person)) == "not_first"


def test_without_a_delivery_every_instance_is_sent() -> None:
    agent = Agent(FIRST)
    for name in "ab":
        assert agent.handle(event(name, "subscribed", delivery_id=None)) == "sent"


def test_what_is_not_sent_leaves_no_state() -> None:
    agent = Agent(MetricsSettings(events=frozenset({"email_sent"})))
    assert agent.decide(event("a"), START) == [Skip(SkipReason.NOT_ENABLED)]
    assert agent.table.values == {}


def test_an_unknown_event_that_the_settings_leave_out_is_said() -> None:
    agent = Agent(MetricsSettings(events=frozenset({"email_sent"})))
    assert agent.decide(event("a", "teleported"), START) == [
        Warn(WarningKind.UNKNOWN_EVENT, "email teleported"),
        Skip(SkipReason.NOT_ENABLED),
    ]
    assert agent.table.values == {}


def test_nobody_is_a_dead_letter() -> None:
    effects = Agent().decide(event("a", identifiers=None), START)
    assert [effect.reason for effect in effects if isinstance(effect, DeadLetter)] == [Reason.NO_IDENTIFIER]
    assert len(effects) == 1


@pytest.mark.parametrize("settings", [EVERY, FIRST])
def test_warnings_are_returned_to_be_counted_once(settings: MetricsSettings) -> None:
    agent = Agent(settings)
    strange = event("a", "teleported", colour="red")
    assert [str(effect.kind) for effect in agent.decide(strange, START) if isinstance(effect, Warn)] == [
        "unknown_event",
        "unknown_field",
    ]
    assert agent.handle(strange) == "sent"
    assert not any(isinstance(effect, Warn) for effect in agent.decide(strange, START))
