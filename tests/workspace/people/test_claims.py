"""Who asks for an id or email of somebody else."""

from worker.workspace.effects import Place, Send
from worker.workspace.keys import email_key, profile_key
from worker.workspace.messages.calls import Identify
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.people import Answer, Ask
from worker.workspace.people.decide import decide_people
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import PeopleValue, Profile

PARTITIONS = 4
ADA, NEW = "0000aaaaaaaaaaaaaaaa", "0001bbbbbbbbbbbbbbbb"
ID = next(f"id:u{number}" for number in range(40) if not Place(0, PARTITIONS).holds(f"id:u{number}"))
EMAIL = email_key("a@x.io")
CAUSE = Cause("m2", 100.0, 100.0, "segment.events", 0, 2)


def test_an_id_that_is_the_persons_already_is_granted_when_it_is_asked_for_again() -> None:
    """The answer to who asked first was overtaken, and the call is decided anew."""
    ada = Profile(
        ADA, created=10.0, identified=True, id=ID.removeprefix("id:"), id_at=(90.0, "m1"), email="a@x.io", rank=5
    )
    ask = Ask(
        to=profile_key(ADA), cause=CAUSE, wanted=EMAIL, asker=ID, cio_id=NEW, rank=3, claim=True, half="", via=EMAIL,
        identify=Identify(to=ID, cause=CAUSE, at=100.0, named=ID, attributes={}, email="a@x.io"),
    )  # fmt: skip
    state: dict[str, PeopleValue] = {profile_key(ADA): ada}
    (effect,) = decide_people(state, ask, Place(0, PARTITIONS), WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Answer)
    assert (effect.message.to, effect.message.outcome, effect.message.cio_id) == (ID, "granted", ADA)
