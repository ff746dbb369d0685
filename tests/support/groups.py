"""A consumer group as the broker sees it."""

import asyncio
import time
from contextlib import suppress

from aiokafka.errors import GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError

from tests.support.admin import administering

_POLL_S = 0.1


async def wait_for_members(bootstrap: str, group: str, members: int, timeout_s: float) -> None:
    """Wait until `group` is stable with this many members. Raises TimeoutError, which says how it is instead."""
    deadline = time.monotonic() + timeout_s
    async with administering(bootstrap) as admin:
        seen = "unknown"
        while seen != (wanted := f"Stable with {members} members"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"group {group} is {seen} and not {wanted} after {timeout_s:.0f} s")
            with suppress(GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):  # on a new broker
                (answer,) = await admin.describe_consumer_groups([group])
                found = answer.to_object()["groups"][0]
                seen = f"{found['state']} with {len(found['members'])} members"
            await asyncio.sleep(_POLL_S)
