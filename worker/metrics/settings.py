"""What a user chooses about message metrics (segment_source.txt, "Set your integration options")."""

from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, field

from worker.metrics.names import PREFIXED_CUSTOMER_EVENTS, TABLE

WriteKey: TypeAlias = Annotated[str, Meta(pattern=r"^[^:\s]*\Z", description="text without ':' or white space")]
"""It goes to Segment as the user of HTTP's basic authentication, which ends at a colon. White space is no part of a key
but gets into one easily, such as the line's end of a mounted secret; and Segment answers 200 whatever the key."""

_SELECTABLE = (
    {row.event: row.subscription for row in TABLE}
    | {event: subscription for subscription, event in PREFIXED_CUSTOMER_EVENTS.items()}
    | {row.subscription: row.subscription for row in TABLE}
)


def subscription_of(name: str) -> str:
    """The subscription name, such as `email_opened`, of an event given by it or by its track event's name.

    Raises:
        ValueError: when no event has that name.
    """
    try:
        return _SELECTABLE[name]
    except KeyError:
        close = get_close_matches(name, _SELECTABLE, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"no reporting webhook event is called {name!r}{hint}") from None


class MetricsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How reporting webhooks become track events and where those go. Decode it with msgspec: it checks itself.

    Raises:
        ValueError: (msgspec.ValidationError when decoded) for event names that do not exist.
    """

    events: frozenset[str] | None = None
    """The events to send, by subscription name (`email_opened`) or track name (`Email Opened`); None is all."""
    send_frequency: Literal["every", "first"] = "every"
    """Send every instance of an event, or only its first per delivery and person, but for replies and preferences."""
    first_window_days: Annotated[int, Meta(ge=1, le=366)] = 30
    """With `first`: how many days after its first instance an event of the same delivery is not sent again."""
    body_content: bool = False
    """Include the message's body in Sent events."""
    loop_back: bool = False
    """Let Segment send the events back to Customer.io destinations; the document advises against it."""
    region: Literal["US", "EU"] = "US"
    """The region that Segment ingests the data in."""
    write_key: WriteKey | None = None
    """Write key of the Segment source; without one nothing is delivered, only printed."""
    version: Literal[1, 2] = 2
    """Version of the integration's payloads; 1 is the one from before May 2022, email events only."""
    customer_prefix: bool = False
    """Call two events "Customer Subscribed" and "Customer Unsubscribed" instead of "Subscribed" and "Unsubscribed"."""
    names: dict[str, str] = field(default_factory=dict)
    """Other names for track events, by subscription or track name, such as those no source documents."""

    def __post_init__(self) -> None:
        for name in (*(self.events or ()), *self.names):
            subscription_of(name)
        if not all(self.names.values()):
            raise ValueError("an event cannot have an empty name")

    def __repr__(self) -> str:
        """Without the settings: one is a secret, and a repr ends up in logs."""
        return "MetricsSettings(…)"

    def selects(self, subscription: str) -> bool:
        """Whether the event with this subscription name is to be sent."""
        return self.events is None or subscription in {subscription_of(name) for name in self.events}

    def name_of(self, subscription: str, default: str) -> str:
        """The name of the track event with this subscription name, `default` where no setting changes it."""
        chosen = {subscription_of(name): event for name, event in self.names.items()}
        if subscription in chosen:
            return chosen[subscription]
        return PREFIXED_CUSTOMER_EVENTS.get(subscription, default) if self.customer_prefix else default
