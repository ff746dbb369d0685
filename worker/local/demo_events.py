"""The bundled Segment events: a small software company's autumn; the same bytes each time they are made.

Every kind of call and every preset occurs, with the cases that are hard elsewhere: leads that become customers,
visitors who are identified late, groups that wait for their person, devices that change hands, people who are merged,
suppressed and deleted, and some events that are bad on purpose. All within 28 days: anonymous activity waits for 30.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, TypeAlias

import orjson

from worker.jsontypes import Json, JsonObject
from worker.moments import stamp

START: Final = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
SEED: Final = 20261005

Told: TypeAlias = tuple[float, JsonObject]
"""An event and when it happened, in hours after START."""

_FIRST_NAMES = (
    *("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Ken"),
    *("Margaret", "Dennis", "Frances", "Niklaus", "Hedy", "Tim", "Katherine"),
)
_COMPANIES = (
    ("initech", "Initech", "Technology", 329),
    ("globex", "Globex", "Energy", 1200),
    ("hooli", "Hooli", "Internet", 8400),
    ("stark", "Stark Industries", "Manufacturing", 540),
    ("wonka", "Wonka", "Confectionery", 77),
    ("acme", "Acme, Inc.", "anvils, etc", 41),
)
_PAGES = ("", "pricing", "docs", "docs/install", "blog/kafka", "customers", "login")
_ACTIONS = ("Report Created", "Invite Sent", "Export Finished", "Dashboard Viewed", "Plan Compared")


def segment_lines() -> list[bytes]:
    """The lines of topics/demo/segment.events.ndjson, in order of time; most are events, some are not on purpose."""
    random = Random(SEED)
    stories = (_documents, _companies, _leads, _visitors, _devices, _endings, _oddities)
    told = [each for story in stories for each in story(random)]
    told.sort(key=lambda each: each[0])
    lines = [orjson.dumps(_finished(number, hours, event)) for number, (hours, event) in enumerate(told, 1)]
    for number, junk in enumerate(_JUNK):
        lines.insert((number + 1) * len(lines) // (len(_JUNK) + 1), junk)
    return lines


def _finished(number: int, hours: float, event: JsonObject) -> JsonObject:
    return {"messageId": f"demo-{number:04d}", "timestamp": stamp(START + timedelta(hours=hours)), **event}


def _identify(user: str, anonymous: str | None = None, **traits: Json) -> JsonObject:
    return {"type": "identify", "userId": user, **({"anonymousId": anonymous} if anonymous else {}), "traits": traits}


def _track(who: JsonObject, event: str, **properties: Json) -> JsonObject:
    return {"type": "track", **who, "event": event, "properties": properties}


def _page(who: JsonObject, path: str) -> JsonObject:
    return {"type": "page", **who, "properties": {"url": f"https://www.example.com/{path}", "path": f"/{path}"}}


def _group(who: JsonObject, group: str, **traits: Json) -> JsonObject:
    return {"type": "group", **who, "groupId": group, "traits": traits}


def _browse(random: Random, who: JsonObject, hours: float, count: int) -> Iterator[Told]:
    """`count` page views and events of one visit."""
    for number in range(count):
        at = hours + number * 0.05 + random.random() * 0.04
        if random.random() < 0.6:
            yield at, _page(who, _PAGES[int(random.random() * len(_PAGES))])
        else:
            yield at, _track(who, _ACTIONS[int(random.random() * len(_ACTIONS))], step=number)


def _documents(_: Random) -> Iterator[Told]:
    """The examples of the two documents, as a story that makes sense in this order."""
    lead: JsonObject = {"email": "person@example.com", "first_name": "person", "interested_in": "baseball"}
    yield 0.0, {"type": "identify", "userId": "", "traits": lead}
    yield 1.0, _identify("userId123", email="person@example.com", account_created=1629224941)
    yield (
        1.1,
        _group(
            {"userId": "userId123"},
            "initech",
            name="Initech",
            industry="Technology",
            employees=329,
            plan="enterprise",
            object_type_id=1,
        ),
    )
    bought: JsonObject = {"buyer_type": "coyote", "frequent_buyer": True, "total_spend": 1000000}
    yield (
        1.2,
        _group(
            {"userId": "userId123"}, "acme", name="Acme, Inc.", industry="anvils, etc", relationshipAttributes=bought
        ),
    )
    yield 1.3, _identify("userId456", email="john.doe@example.com")
    yield 1.4, _identify("userId456", email="john.doe@example.com", unsubscribed=True)
    token = "ff15bc0c20c4aa6cd50854ff165fd265c838e5405bfeb9571066395b8c9da449"
    installed = _track({"userId": "019mr8mf4r"}, "Application Installed", version="1.2.3", build=1234)
    yield 1.5, {**installed, "context": {"device": {"token": token, "type": "ios"}}}
    yield 1.6, _track({"anonymousId": "peter@example.com"}, "New Lead", name="Peter Gibbons", email="peter@example.com")
    customer = {"name": "Peter Gibbons", "email": "peter@example.com", "plan": "premium"}
    yield 1.7, _track({"userId": "97980cfea0067"}, "New Customer", **customer)


def _companies(random: Random) -> Iterator[Told]:
    """Employees of companies: identified, grouped, at work for some weeks; a trait is removed here and there."""
    for place, (group, name, industry, size) in enumerate(_COMPANIES):
        for seat in range(5):
            user = f"{group}-{seat + 1}"
            first = _FIRST_NAMES[(place * 5 + seat) % len(_FIRST_NAMES)]
            who: JsonObject = {"userId": user}
            day = 24.0 * (2 + place) + seat
            joined = (START + timedelta(hours=day)).isoformat().replace("+00:00", "Z")
            yield (
                day,
                _identify(
                    user, email=f"{first.lower()}@{group}.example", first_name=first, plan="team", created_at=joined
                ),
            )
            role = "admin" if seat == 0 else "member"
            traits: JsonObject = {"name": name, "industry": industry, "employees": size} if seat == 0 else {}
            yield day + 0.1, _group(who, group, **traits, relationshipAttributes={"role": role})
            yield from _browse(random, who, day + 0.5 + random.random(), 4)
            yield from _browse(random, who, day + 24 * (3 + int(random.random() * 14)), 3)
        yield 24.0 * 20 + place, _group({"userId": f"{group}-1"}, group, employees=size + 3, plan="enterprise")
        yield 24.0 * 21 + place, _identify(f"{group}-2", nickname="Nick")
        yield 24.0 * 22 + place, _identify(f"{group}-2", nickname=None, plan="")
    yield 24.0 * 23, _group({"userId": "hooli-3"}, "kafka-101", name="Kafka for beginners", object_type_id="2")
    yield (
        24.0 * 23.1,
        _group({"userId": "wonka-3"}, "kafka-101", object_type_id="2", relationshipAttributes={"teacher": True}),
    )


def _leads(random: Random) -> Iterator[Told]:
    """People known by email first. Two of three become customers and get an id; the others stay leads."""
    for number in range(12):
        first = _FIRST_NAMES[number]
        email = f"{first.lower()}.lead@example.com"
        day = 24.0 * (1 + number)
        yield (
            day,
            {"type": "identify", "userId": "", "traits": {"email": email, "source": "newsletter", "first_name": first}},
        )
        yield day + 2, _track({"userId": email}, "Newsletter Opened", issue=number + 1)
        if number % 3:
            user = f"lead-{number:02d}"
            yield day + 72, _identify(user, email=email.title(), plan="starter")
            yield from _browse(random, {"userId": user}, day + 73, 3)


def _visitors(random: Random) -> Iterator[Told]:
    """Visitors without a name. Some are identified days later, some on two devices, some with a group that waits."""
    for number in range(15):
        anonymous = f"5d1c7a52-6a0f-4b9e-8e53-{number:012x}"
        who: JsonObject = {"anonymousId": anonymous}
        day = 24.0 * (1.5 + number * 1.7)
        yield from _browse(random, who, day, 3 + number % 3)
        if number % 5 == 1:
            yield day + 1, _group(who, f"startup-{number}", name=f"Startup {number}", object_type_id="1")
        if number % 3 == 2:
            continue  # never heard of again
        user = f"visitor-{number:02d}"
        yield day + 50, _identify(user, anonymous, email=f"{user}@example.com", first_name=_FIRST_NAMES[number])
        yield from _browse(random, {"userId": user, "anonymousId": anonymous}, day + 51, 2)
        if number % 4 == 0:
            phone: JsonObject = {"anonymousId": f"phone-{number:02d}"}
            yield day + 20, {"type": "screen", **phone, "name": "Welcome", "properties": {"first": True}}
            yield day + 60, _identify(user, f"phone-{number:02d}")
            yield day + 61, {"type": "screen", **phone, "name": "Home", "properties": {}}


def _devices(random: Random) -> Iterator[Told]:
    """Phones: installed, opened, passed on to a colleague, uninstalled."""
    for number, user in enumerate(("initech-1", "globex-2", "hooli-3", "stark-4", "wonka-5", "acme-1")):
        token = f"{int(random.random() * 16**12):012x}{number:04x}" * 2
        platform = "ios" if number % 2 else "android"
        context: JsonObject = {"device": {"token": token, "type": platform}, "app": {"version": f"3.{number}.0"}}

        def use(event: str, by: str, context: JsonObject = context, **properties: Json) -> JsonObject:
            return {**_track({"userId": by}, event, **properties), "context": context}

        day = 24.0 * (10 + number)
        yield day, use("Application Installed", user, version=f"3.{number}.0", build=300 + number)
        yield day + 30, use("Application Opened", user, from_background=False)
        yield day + 31, {"type": "screen", "userId": user, "name": "Inbox", "properties": {"unread": number}}
        if number % 3 == 0:
            yield day + 70, use("Application Opened", "userId123", from_background=True)
        if number == 4:
            yield day + 90, use("Application Uninstalled", user)
        if number == 5:
            yield day + 80, use("Device Created or Updated", user, locale="de")
            yield day + 95, use("Device Deleted", user)


def _endings(_: Random) -> Iterator[Told]:
    """Merged, suppressed, deleted: people and objects."""
    late = 24.0 * 26
    yield late, {"type": "alias", "userId": "acme-2", "previousId": "acme-3"}
    yield late + 1, {"type": "alias", "userId": "lead-01", "previousId": "visitor-01"}
    yield late + 2, _track({"userId": "globex-5"}, "User Suppressed")
    yield late + 3, _track({"userId": "globex-5"}, "Report Created", ignored=True)
    yield late + 4, _track({"userId": "globex-4"}, "User Suppressed")
    yield late + 5, _track({"userId": "globex-4"}, "User Unsuppressed")
    yield late + 6, _track({"userId": "hooli-5"}, "User Deleted")
    yield late + 7, {"type": "delete", "userId": "stark-5"}
    yield late + 8, _identify("hooli-5", email="hooli-5@example.com", again=True)
    yield late + 9, _track({"userId": "wonka-4"}, "Relationship Deleted", objectId="wonka", object_type_id="1")
    yield late + 10, _track({"userId": "stark-1"}, "Object Deleted", objectId="startup-1", objectTypeId="1")
    report: JsonObject = {
        "deliveryId": "RPILAgUBcRhIBqSfeiIwdIYJKxTY",
        "metric": "opened",
        "recipient": "ada@initech.example",
    }
    yield late + 11, _track({"userId": "initech-1"}, "Report Delivery Event", **report)
    yield (
        late + 12,
        _track({"anonymousId": "phone-04"}, "Report Content Event", actionType="viewed_content", contentId="c-12"),
    )


def _oddities(_: Random) -> Iterator[Told]:
    """Well-formed, yet refused: each becomes a dead letter with its reason."""
    yield 30.0, {"type": "page", "userId": "initech-1", "name": "Docs", "properties": {"path": "/docs"}}
    yield 40.0, _track({"userId": "undefined"}, "From a bug")
    yield 50.0, _identify("[object Object]", plan="team")
    yield 60.0, _track({}, "Who was it")
    yield 70.0, {"type": "indentify", "userId": "initech-1"}
    yield 80.0, {**_track({"userId": "initech-1"}, "Wrong type"), "properties": "a=1"}
    yield 90.0, {**_track({"userId": "initech-1"}, "Application Opened"), "context": {"device": {"type": "ios"}}}
    yield 100.0, {"type": "alias", "userId": "initech-1"}


_JUNK: Final = (
    b'{"type": "track", "userId": "initech-1", "event": "Cut o',
    b'[{"type": "track", "userId": "initech-1", "event": "In an array"}]',
    b'"identify"',
    b"userId,event",
    b'{"type": "track", "userId": "initech-1", "event": "Measured", "properties": {"value": NaN}}',
)
