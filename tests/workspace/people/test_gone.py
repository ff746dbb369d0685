"""What reaches somebody who is gone: those merged into it go with it."""

import pytest
from msgspec import Struct
from msgspec.structs import replace

from worker.partitioning import partition_of
from worker.workspace.changes import IgnoredDeleted, IgnoredSuppressed
from worker.workspace.effects import Effect, Place, Publish, Put, Send
from worker.workspace.keys import anonymous_key, device_key, email_key, profile_key
from worker.workspace.messages.anonymous import Under, Unlink
from worker.workspace.messages.calls import Event, Identify
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import OwnerGone
from worker.workspace.messages.merging import AbsorbNames, MergeAnswer, MergeInto
from worker.workspace.messages.people import Answer, Declined, Halves, PeopleMessage, Release
from worker.workspace.people import decide_people
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import Gone, Handle, PeopleValue, Profile
from worker.workspace.values.records import Names

GONE = "0000aaaaaaaaaaaaaaaa"
MERGED = "0001bbbbbbbbbbbbbbbb"
EMAIL = email_key("a@x.io")
CAUSE = Cause("m1", 100.0, 100.0, "segment.events", 0, 1)
PARTITIONS = 4


def decide(state: dict[str, PeopleValue], message: PeopleMessage) -> list[Effect]:
    place = Place(partition_of(message.to, PARTITIONS), PARTITIONS)
    return decide_people(state, message, place, WorkspaceSettings())


def settled(state: dict[str, Struct], message: PeopleMessage) -> None:
    """All that follows from the message, wherever it is decided."""
    todo = [message]
    while todo:
        for effect in decide(state, todo.pop(0)):  # type: ignore[arg-type]  # of all partitions together
            if isinstance(effect, Put):
                state[effect.key] = effect.value
            elif isinstance(effect, Send):
                todo.append(effect.message)  # type: ignore[arg-type]


@pytest.mark.parametrize(("suppressed", "status"), [(False, "free"), (True, "suppressed")])
def test_a_page_of_handles_may_come_before_the_rest_of_who_was_merged(suppressed: bool, status: str) -> None:
    """After a circle of merges the Absorb goes round more often than its pages: it has not brought its rank yet."""
    state: dict[str, Struct] = {
        profile_key(GONE): Gone(GONE, at=90.0, suppressed_at=90.0 if suppressed else None, rank=1),
        EMAIL: Handle(status="owned", cio_id=MERGED, rank=2),
    }
    page = AbsorbNames(to=profile_key(GONE), cause=CAUSE, origin=MERGED, kind="handles", names={EMAIL: ""}, rank=2)
    settled(state, page)
    handle = state[EMAIL]
    assert isinstance(handle, Handle)
    assert handle.status == status


def test_who_is_merged_sends_its_rank_with_every_page_of_its_handles() -> None:
    state: dict[str, PeopleValue] = {
        profile_key(MERGED): Profile(MERGED, created=10.0, rank=2, handles=1),
        f"handles/0/{MERGED}": Names({EMAIL: ""}),
    }
    into = MergeInto(to=profile_key(MERGED), cause=CAUSE, at=80.0, target=GONE, primary="id:a", secondary="id:b")
    sent = [effect.message for effect in decide(state, into) if isinstance(effect, Send)]
    pages = [one for one in sent if isinstance(one, AbsorbNames)]
    assert [(one.kind, one.names, one.rank) for one in pages] == [("handles", {EMAIL: ""}, 2)]


def test_anonymous_ids_and_devices_of_who_was_merged_hear_that_their_person_is_gone() -> None:
    state: dict[str, PeopleValue] = {profile_key(GONE): Gone(GONE, at=90.0, suppressed_at=None, rank=1)}
    names = AbsorbNames(to=profile_key(GONE), cause=CAUSE, origin=MERGED, kind="anonymous", names={"browser": ""})
    unlink = Unlink(to=anonymous_key("browser"), cause=CAUSE, at=90.0, cio_id=MERGED)
    assert decide(state, names) == [Send("anonymous", unlink.to, unlink)]
    tokens = AbsorbNames(to=profile_key(GONE), cause=CAUSE, origin=MERGED, kind="devices", names={"t": ""})
    gone = OwnerGone(to=device_key("t"), cause=CAUSE, token="t", cio_id=MERGED)
    assert decide(state, tokens) == [Send("devices", gone.to, gone)]


@pytest.mark.parametrize("suppressed", [False, True])
@pytest.mark.parametrize(
    ("anonymous_id", "at", "goes_back"), [("browser", 100.0, True), ("browser", 90.0, False), ("", 100.0, False)]
)
def test_what_was_on_its_way_goes_back_to_its_anonymous_id_if_it_is_of_a_later_time(
    anonymous_id: str, at: float, goes_back: bool, suppressed: bool
) -> None:
    gone = Gone(GONE, at=90.0, suppressed_at=90.0 if suppressed else None, rank=1)
    event = Event(
        to=profile_key(GONE), cause=CAUSE, at=at, kind="event", name="Done", id="m1", timestamp=at, attributes={},
        anonymous_id=anonymous_id,
    )  # fmt: skip
    (effect,) = decide({event.to: gone}, event)
    if goes_back:
        to = anonymous_key(anonymous_id)
        assert effect == Send("anonymous", to, Under(to=to, cause=CAUSE, call=replace(event, to=to), returned=True))
    else:
        assert isinstance(effect, Publish)
        assert isinstance(effect.change, IgnoredSuppressed if suppressed else IgnoredDeleted)


def test_an_identify_whose_person_went_while_it_asked_starts_again_at_its_handle() -> None:
    state: dict[str, PeopleValue] = {profile_key(GONE): Gone(GONE, at=90.0, suppressed_at=None, rank=1)}
    handle = next(f"id:{name}" for name in "abcdefgh" if partition_of(f"id:{name}", PARTITIONS) != 0)
    call = Identify(
        to=EMAIL,
        cause=CAUSE,
        at=100.0,
        named=handle,
        attributes={"plan": "pro"},
        email="a@x.io",
        email_verdict="granted",
        id_verdict="kept",
        via=handle,
    )
    to = profile_key(GONE)
    answers: list[PeopleMessage] = [
        Answer(to=to, cause=CAUSE, wanted=EMAIL, outcome="taken", cio_id="", rank=0, identify=call),
        Answer(to=to, cause=CAUSE, wanted=EMAIL, outcome="granted", cio_id=GONE, rank=4, identify=call),
        Halves(to=to, cause=CAUSE, wanted=EMAIL, asker=GONE, other=MERGED, created=1.0, identify=call),
        MergeAnswer(to=to, cause=CAUSE, at=100.0, primary=handle, secondary=EMAIL, outcome="declined", identify=call),
    ]
    sent = [[one.message for one in decide(state, answer) if isinstance(one, Send)] for answer in answers]
    again = [[one for one in messages if isinstance(one, Identify)] for messages in sent]
    assert again == [[replace(call, to=handle, via="", email_verdict="", id_verdict="")]] * len(answers)
    others = [one for messages in sent for one in messages if not isinstance(one, Identify)]
    assert others == [
        Release(to=EMAIL, cause=CAUSE, rank=4, cio_id="", until=0),
        Declined(to=profile_key(MERGED), cause=CAUSE, promised=GONE),
    ]


def test_a_repeated_identify_that_was_ignored_gives_back_what_was_claimed_for_it_meanwhile() -> None:
    """Both asked for the email before the first one was ignored, as its id is suppressed."""
    call = Identify(
        to=profile_key(GONE),
        cause=CAUSE,
        at=100.0,
        named="id:ada",
        attributes={},
        id="eve",
        email="a@x.io",
        via="id:ada",
    )
    state: dict[str, Struct] = {
        profile_key(GONE): Profile(GONE, created=10.0, id="ada"),
        EMAIL: Handle(status="owned", cio_id=GONE, rank=2),
    }
    ignored = Answer(to=call.to, cause=CAUSE, wanted="id:eve", outcome="suppressed", cio_id="", rank=0, identify=call)
    settled(state, ignored)
    settled(state, replace(ignored, wanted=EMAIL, outcome="granted", cio_id=GONE, rank=2))
    handle, profile = state[EMAIL], state[profile_key(GONE)]
    assert isinstance(handle, Handle)
    assert handle.status == "free"
    assert isinstance(profile, Profile)
    assert (profile.email, state[f"handles/0/{GONE}"]) == (None, Names({}))


def test_a_page_of_handles_that_is_too_much_for_one_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.workspace.turn.FULL_BYTES", 100)
    names = [email_key(f"{number}@x.io") for number in range(20)]
    state: dict[str, Struct] = {profile_key(GONE): Gone(GONE, at=90.0, suppressed_at=90.0, rank=1)}
    state |= {name: Handle(status="owned", cio_id=MERGED, rank=2) for name in names}
    page = AbsorbNames(
        to=profile_key(GONE), cause=CAUSE, origin=MERGED, kind="handles", names=dict.fromkeys(names, ""), rank=2
    )
    assert any(isinstance(effect, Send) and effect.key == page.to for effect in decide(state, page))  # type: ignore[arg-type]
    settled(state, page)
    assert all(isinstance(found := state[name], Handle) and found.status == "suppressed" for name in names)
