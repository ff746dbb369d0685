"""The settings of message metrics."""

import msgspec
import pytest

from worker.jsontypes import JsonObject
from worker.metrics.names import TABLE
from worker.metrics.settings import MetricsSettings, subscription_of


def test_by_default_every_instance_of_every_event_goes_one_way() -> None:
    settings = MetricsSettings()
    assert all(settings.selects(row.subscription) for row in TABLE)
    assert settings.send_frequency == "every"
    assert (settings.body_content, settings.loop_back, settings.version) == (False, False, 2)


@pytest.mark.parametrize("name", ["email_opened", "Email Opened"])
def test_an_event_is_selected_by_either_name(name: str) -> None:
    settings = MetricsSettings(events=frozenset({name}))
    assert settings.selects("email_opened")
    assert not settings.selects("email_sent")


@pytest.mark.parametrize(
    ("name", "subscription"),
    [
        ("Customer Subscribed", "customer_subscribed"),
        ("Subscribed", "customer_subscribed"),
        # Customer.io's own name in its list of webhook events; the payload's metric has `cio_` before it.
        ("customer_subscription_preferences_changed", "customer_subscription_preferences_changed"),
        ("Email Suppressed", "email_dropped"),
    ],
)
def test_names_that_select(name: str, subscription: str) -> None:
    assert subscription_of(name) == subscription


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"events": ["email_opend"]}, "'email_opend'; did you mean 'email_opened'"),
        ({"events": ["qqqqqqqq"]}, "no reporting webhook event is called 'qqqqqqqq'"),
        ({"names": {"Email Opend": "X"}}, "did you mean 'Email Opened'"),
        ({"names": {"email_opened": ""}}, "empty name"),
        ({"send_frequency": "sometimes"}, "sometimes"),
        ({"first_window_days": 0}, ">= 1"),
        ({"region": "MARS"}, "MARS"),
        ({"version": 3}, "3"),
        ({"body_content": "yes"}, "bool"),
        ({"loopback": True}, "loopback"),
    ],
)
def test_what_cannot_be_is_refused(fields: JsonObject, words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(fields, MetricsSettings)
    assert words in str(caught.value)


def test_names_can_be_changed() -> None:
    settings = MetricsSettings(customer_prefix=True, names={"Subscribed": "Opted In", "sms_dropped": "SMS Suppressed"})
    assert settings.name_of("customer_subscribed", "Subscribed") == "Opted In"
    assert settings.name_of("customer_unsubscribed", "Unsubscribed") == "Customer Unsubscribed"
    assert settings.name_of("sms_dropped", "SMS Dropped") == "SMS Suppressed"
    assert settings.name_of("email_sent", "Email Sent") == "Email Sent"
