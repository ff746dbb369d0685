"""What we do where Segment is wrong: every row of customerio_known_deviations.json has its test here, by its id."""

import sys

import pytest

from tests.destination.factories import RECEIVED, TIMESTAMP, command, commands, device, event, outcomes, refusal
from tests.destination.recorded import load, objects
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason

DATE = "2020-01-01"
DATE_SECONDS = 1_577_836_800


def attributes(found: JsonObject) -> JsonObject:
    value = found["attributes"]
    assert isinstance(value, dict)
    return value


def used_device(found: JsonObject) -> JsonObject:
    value = found["device"]
    assert isinstance(value, dict)
    return value


def test_every_known_deviation_has_a_test() -> None:
    written = {name.removeprefix("test_") for name in vars(sys.modules[__name__]) if name.startswith("test_")}
    assert {str(row["id"]) for row in objects(load("customerio_known_deviations.json"))} <= written


def test_tr_event_date() -> None:
    assert command(event("track", userId="u1", event=DATE))["name"] == DATE


def test_tr_msgid_date() -> None:
    assert command(event("track", userId="u1", event="X", messageId=DATE))["id"] == DATE


def test_gr_date_groupid() -> None:
    assert command(event("group", userId="u1", groupId=DATE))["identifiers"] == {
        "object_id": DATE,
        "object_type_id": "1",
    }


def test_gr_anon_date() -> None:
    found = command(event("group", anonymousId=DATE, groupId="g1"))
    assert attributes(found) == {"anonymous_id": DATE}
    assert found["cio_relationships"] == [{"identifiers": {"anonymous_id": DATE}}]


def test_dv_token_date() -> None:
    found = command(event("track", userId="u1", event="Application Opened", context=device(DATE)))
    assert used_device(found)["token"] == DATE


@pytest.mark.parametrize("created_at", [1_629_224_941, 1_629_224_941.0])
def test_id_created_num(created_at: float) -> None:
    found = attributes(command(event("identify", userId="u1", traits={"created_at": created_at})))
    assert found["created_at"] == 1_629_224_941
    assert isinstance(found["created_at"], int)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (0, 0),
        (-86_400, -86_400),
        (1_000, 1_000),
        (1_629_224_941.75, 1_629_224_941),
        (1_629_224_941_500, 1_629_224_941),
        (1_629_224_941_500.5, 1_629_224_941),
        (-0.5, -1),
        (10**15, 10**15),
        (1e300, 1e300),
    ],
)
@pytest.mark.parametrize("name", ["created_at", "createdAt"])
def test_a_number_as_created_at_stays_a_number(name: str, given: float, number: float) -> None:
    found = attributes(command(event("identify", userId="u1", traits={name: given})))["created_at"]
    assert found == number
    assert isinstance(found, int if isinstance(number, int) else float)


def test_id_created_ms() -> None:
    found = attributes(command(event("identify", userId="u1", traits={"createdAt": 1_629_224_941_500})))
    assert found["created_at"] == 1_629_224_941


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen"])
def test_id_timestamp_num(kind: str) -> None:
    found = command(of_kind(kind, timestamp=1_685_620_800))
    assert found["timestamp"] == 1_685_620_800


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen"])
def test_id_timestamp_ms(kind: str) -> None:
    assert command(of_kind(kind, timestamp=1_685_620_800_123))["timestamp"] == 1_685_620_800


@pytest.mark.parametrize("timestamp", [1_685_620_800, 1_685_620_800_123])
def test_a_number_as_a_device_s_time_is_text(timestamp: int) -> None:
    used = event("track", userId="u1", event="Application Opened", context=device(), timestamp=timestamp)
    assert used_device(command(used))["last_used"] == str(timestamp)  # recorded as dv_ts_num; routing reads it


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen"])
def test_id_timestamp_bad(kind: str) -> None:
    assert command(of_kind(kind, timestamp="no time"))["timestamp"] == RECEIVED


def test_tr_ts_bad() -> None:
    assert command(of_kind("track", timestamp="zzz"))["timestamp"] == RECEIVED
    assert command({**of_kind("track", timestamp="zzz"), "receivedAt": "zzz"})["timestamp"] == 1_700_000_000


def test_dv_ts_bad() -> None:
    bad = event("track", userId="u1", event="Application Opened", context=device(), timestamp="junk")
    assert used_device(command(bad))["last_used"] == RECEIVED


def test_id_created_bad() -> None:
    found = attributes(command(event("identify", userId="u1", traits={"created_at": "yesterday"})))
    assert found["created_at"] == "yesterday"


def test_id_trait_email_obj() -> None:
    found = command(event("identify", userId="u1", traits={"email": {"a": 1}, "b": 2}))
    assert attributes(found) == {"b": 2, "anonymous_id": "anon-1"}


def test_id_trait_email_bool() -> None:
    found = command(event("identify", userId="u1", traits={"email": True}))
    assert attributes(found) == {"anonymous_id": "anon-1"}


@pytest.mark.parametrize("user_id", ["", None])
def test_id_trait_email_num(user_id: str | None) -> None:
    found = command(event("identify", userId=user_id, traits={"email": 12}))
    assert found["identifiers"] == {"anonymous_id": "anon-1"}
    assert attributes(found) == {}


@pytest.mark.parametrize("user_id", ["", None])
@pytest.mark.parametrize("email", ["nobody", "a@", "@b", "a@b@c", "a b@c.de", "a @b.de", " @b.de"])
def test_id_trait_email_not_valid(user_id: str | None, email: str) -> None:
    found = command(event("identify", userId=user_id, traits={"email": email}))
    assert found["identifiers"] == {"anonymous_id": "anon-1"}


def test_emails_beyond_ascii_identify() -> None:
    found = command(event("identify", userId="", traits={"email": "jörg@bücher.de"}))
    assert found["identifiers"] == {"email": "jörg@bücher.de"}


@pytest.mark.parametrize("email", ["ann@example.com ", " ann@example.com", "ann@example.com\n"])
def test_blanks_around_an_email_do_not_keep_a_lead_from_being_identified(email: str) -> None:
    found = command(event("identify", userId="", traits={"email": email}))
    assert found["identifiers"] == {"email": email}


def test_id_empty_email() -> None:
    found = command(event("identify", userId="", traits={"email": "", "a": 1}))
    assert found["identifiers"] == {"anonymous_id": "anon-1"}
    assert attributes(found) == {"a": 1}
    kept = command(event("identify", userId="u1", traits={"email": ""}))
    assert attributes(kept)["email"] == ""  # a person's attribute is removed by "" (docs/workspace.md)


def test_id_no_ids_at_all() -> None:
    assert refusal(event("identify", "anonymousId", traits={"a": 1})).reason is Reason.NO_IDENTIFIER


def test_tr_no_ids() -> None:
    assert refusal(event("track", "anonymousId", event="X")).reason is Reason.NO_IDENTIFIER


def test_rm_obj_none() -> None:
    assert refusal(event("track", userId="u1", event="Object Deleted")).reason is Reason.NO_IDENTIFIER


def test_rc_no_anon() -> None:
    nobody = event("track", "anonymousId", event="Report Content Event", properties={"actionType": "viewed_content"})
    assert refusal(nobody).reason is Reason.NO_IDENTIFIER


def test_rc_clicked_user() -> None:
    clicked: JsonObject = {"actionType": "clicked_content", "contentId": 1}
    found = command(event("track", userId="u1", event="Report Content Event", properties=clicked))
    assert found["identifiers"] == {"id": "u1"}
    assert attributes(found) == {"contentId": 1, "anonymous_id": "anon-1"}


def test_gr_no_ids() -> None:
    assert refusal(event("group", "anonymousId", groupId="g1")).reason is Reason.NO_IDENTIFIER


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen"])
def test_id_cio_only_prefix(kind: str) -> None:
    assert refusal(of_kind(kind, userId="cio_")).reason is Reason.NO_IDENTIFIER


def test_gr_flat_traits() -> None:
    flat: JsonObject = {"name": "Initech", "plan": "pro", "since": DATE, "object_type_id": 2, "created_at": DATE}
    traits: JsonObject = {**flat, "objectAttributes": {"plan": "team", "at": DATE}, "relationshipAttributes": {"r": 1}}
    found = command(event("group", userId="u1", groupId="g1", traits=traits))
    assert attributes(found) == {
        "name": "Initech",
        "plan": "team",
        "since": DATE_SECONDS,
        "at": DATE_SECONDS,
        "anonymous_id": "anon-1",
    }
    assert found["created_at"] == DATE_SECONDS


@pytest.mark.parametrize("traits", ["x", 5, [1]])
def test_traits_of_a_group_that_are_no_object_do_not_cost_the_call(traits: Json) -> None:
    found = command(event("group", userId="u1", groupId="g1", traits=traits))
    assert attributes(found) == {"anonymous_id": "anon-1"}


def test_gr_created() -> None:
    found = command(event("group", userId="u1", groupId="g1", traits={"createdAt": DATE}))
    assert found["created_at"] == DATE_SECONDS
    assert "createdAt" not in attributes(found)


@pytest.mark.parametrize("kind", ["page", "screen", "identify"])
def test_pg_with_event(kind: str) -> None:
    found = outcomes({**of_kind(kind), "event": "Application Installed", "context": device()})
    assert [outcome.action for outcome in found] == [outcome.action for outcome in outcomes(of_kind(kind))]


def test_dv_identify_typed() -> None:
    found = outcomes(event("identify", userId="u1", event="Application Installed"))
    assert [outcome.action for outcome in found] == ["createUpdatePerson"]


@pytest.mark.parametrize(
    ("platform", "name"),
    [("iOS", "ios"), ("iPadOS", "ios"), ("tvOS", "ios"), ("Android", "android"), ("Tizen", "tizen")],
)
def test_dv_type_upper(platform: str, name: str) -> None:
    found = command(event("track", userId="u1", event="Application Opened", context=device(kind=platform)))
    assert used_device(found)["platform"] == name


@pytest.mark.parametrize(
    ("name", "action"), [("Application Opened", "add_device"), ("Application Uninstalled", "delete_device")]
)
def test_dv_no_user(name: str, action: str) -> None:
    found = command(event("track", event=name, context=device()))
    assert (found["action"], found["identifiers"]) == (action, {"anonymous_id": "anon-1"})
    nobody = refusal(event("track", "anonymousId", event=name, context=device()))
    assert nobody.error == "The root value is missing the required field 'person_id'."


def test_al_same() -> None:
    # The workspace refuses it, and says so (activity merge_refused).
    found = command(event("alias", userId="u1", previousId="u1"))
    assert found["primary"] == found["secondary"] == {"id": "u1"}


def test_al_anon_prev() -> None:
    # The workspace links the secondary as an anonymousId where it is nobody's id (docs/workspace.md).
    found = command(event("alias", userId="new", previousId="anon-1"))
    assert (found["primary"], found["secondary"]) == ({"id": "new"}, {"id": "anon-1"})


def test_rm_rel_anon() -> None:
    found = command(event("track", event="Relationship Deleted", properties={"objectId": "g1"}))
    assert found["cio_relationships"] == [{"identifiers": {"anonymous_id": "anon-1"}}]


def test_id_group() -> None:
    # objectId stays an attribute: other recorded rows (id_group_num) have it so.
    traits: JsonObject = {"objectId": "g1", "objectTypeId": 2, "relationshipAttributes": {"since": DATE}}
    found = command(event("identify", userId="u1", traits=traits))
    assert found["cio_relationships"] == [
        {
            "identifiers": {"object_id": "g1", "object_type_id": "2"},
            "relationship_attributes": {"since": DATE_SECONDS},
        }
    ]


def test_id_device_context() -> None:
    person, added = commands(event("identify", userId="u1", context=device("t", "iOS", "1.2"), traits={"a": 1}))
    assert (person["action"], added["action"]) == ("identify", "add_device")
    assert added["identifiers"] == person["identifiers"] == {"id": "u1"}
    assert added["device"] == {
        "token": "t",
        "platform": "ios",
        "last_used": TIMESTAMP,
        "attributes": {"app_version": "1.2"},
    }


@pytest.mark.parametrize("context", [device(None), device(""), device({}), device([]), device(kind={}), {"device": 1}])
def test_a_device_that_is_none_does_not_cost_the_identify(context: Json) -> None:
    assert command(event("identify", userId="u1", context=context))["action"] == "identify"


def test_id_ts_nested() -> None:
    # The sources are silent, and the recorded rows do not convert in arrays; nor do we.
    found = attributes(command(event("identify", userId="u1", traits={"a": {"b": DATE}, "l": [DATE, {"c": DATE}]})))
    assert found["a"] == {"b": DATE_SECONDS}
    assert found["l"] == [DATE, {"c": DATE}]


def test_sc_basic() -> None:
    found = command(of_kind("screen"))
    assert (found["action"], found["name"]) == ("screen", "Home")


def of_kind(kind: str, **fields: Json) -> JsonObject:
    """A valid event of u1 of this type."""
    valid: JsonObject = {"userId": "u1"}
    match kind:
        case "track":
            valid["event"] = "X"
        case "page":
            valid["properties"] = {"url": "https://example.com/"}
        case "screen":
            valid["name"] = "Home"
    return event(kind, **{**valid, **fields})
