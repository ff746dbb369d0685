"""From mapped values to an action's fields; what single fields become is recorded (tests/segment)."""

import pytest

from tests.destination.factories import TIMESTAMP, command, device, event, refusal
from worker.destination.coercion import compile_coercion
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import InvalidFields

# Segment makes "" of these after it has removed what is empty, and then mostly passes over it.
BLANK = pytest.mark.parametrize("blank", ["", [""], [None]])


@BLANK
def test_a_blank_identifier_is_none(blank: Json) -> None:
    related = command(event("identify", userId="u1", traits={"objectId": blank, "created_at": blank}))
    assert "cio_relationships" not in related
    assert related["attributes"] == {"objectId": blank, "anonymous_id": "anon-1"}
    named = command(event("group", userId="u1", groupId="g1", traits={"object_type_id": blank, "createdAt": blank}))
    assert named["identifiers"] == {"object_id": "g1", "object_type_id": "1"}
    assert "created_at" not in named
    gone = refusal(event("track", event="Object Deleted", properties={"objectId": blank}))
    assert gone.error == "The event names no object: it has no object ID."


@BLANK
def test_a_blank_text_is_missing_where_one_is_required(blank: Json) -> None:
    page = refusal(event("page", userId="u1", properties={"url": blank}))
    assert page.error == "The root value is missing the required field 'url'."
    with pytest.raises(InvalidFields) as caught:
        compile_coercion("createUpdateDevice")({"anonymous_id": blank, "person_id": blank, "app_version": {}})
    assert caught.value.problems == (
        "The root value is missing the required field 'person_id'.",
        "The root value is missing the required field 'device_id'.",
        "The root value is missing the required field 'platform'.",
        "App Version must be a string but it was an object.",
    )


@BLANK
def test_a_blank_anonymous_id_does_not_stand_in_for_a_user(blank: Json) -> None:
    fields = {"anonymous_id": blank, "device_id": "t"}
    with pytest.raises(InvalidFields, match="missing the required field 'person_id'"):
        compile_coercion("deleteDevice")(fields)


@BLANK
def test_a_blank_in_the_mapping_itself_counts_as_none(blank: Json) -> None:
    assert compile_coercion("trackEvent")({"name": "X", "event_id": blank}) == {"name": "X"}


def test_an_array_of_one_text_is_that_text() -> None:
    used = command(event("track", userId="u1", event="Application Opened", context=device(["tok"])))
    assert used["device"] == {"token": "tok", "platform": "ios", "last_used": TIMESTAMP, "attributes": {}}


def test_what_is_no_field_of_the_action_goes() -> None:
    mapped: JsonObject = {"name": "Done", "nothing": "x", "nobody": 1}
    assert compile_coercion("trackEvent")(mapped) == {"name": "Done"}
    assert mapped == {"name": "Done", "nothing": "x", "nobody": 1}


@pytest.mark.parametrize("metric", ["bought", "Opened", 5])
def test_a_metric_is_one_of_those_there_are(metric: Json) -> None:
    with pytest.raises(InvalidFields, match="Metric must be one of"):
        compile_coercion("reportDeliveryEvent")({"delivery_id": "d", "metric": metric})


def test_nobody_is_asked_for_a_user_id_where_an_anonymous_id_will_do() -> None:
    with pytest.raises(InvalidFields) as caught:
        compile_coercion("deleteDevice")({"anonymous_id": "a"})
    assert caught.value.problems == ("The root value is missing the required field 'device_id'.",)


@pytest.mark.parametrize("data", [[None], [""], "x", 5])
def test_what_is_blank_as_text_is_no_object(data: Json) -> None:
    with pytest.raises(InvalidFields, match="Event Attributes must be an object"):
        compile_coercion("trackEvent")({"name": "Done", "data": data})


def test_what_is_lenient_is_no_problem_beside_those_there_are() -> None:
    with pytest.raises(InvalidFields) as caught:
        compile_coercion("createUpdateObject")({"id": {}, "traits": "x"})
    assert caught.value.problems == ("Object ID must be a string but it was an object.",)
