"""Events whose outcome does not depend on their order of arrival: what docs/workspace.md promises of the workspace."""

from random import Random

from worker.jsontypes import JsonObject


def histories(people: int, events_each: int, seed: int) -> list[JsonObject]:
    """About `people * events_each` events: leads who become customers, traits, events, groups, devices, visitors.

    Each is in its own person's order; the people interleave. Times are distinct, so that no tie has to be broken.
    """
    rng = Random(seed)
    clock = iter(range(1_000_000))
    each = [_history(rng, number, events_each) for number in range(people)]
    mixed: list[JsonObject] = []
    waiting = [list(reversed(history)) for history in each]
    while waiting:
        history = rng.choice(waiting)
        event = history.pop()
        if not history:
            waiting.remove(history)
        second = next(clock)
        event["timestamp"] = f"2026-11-01T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"
        event["messageId"] = f"m{second:06}"
        mixed.append(event)
    return mixed


def _history(rng: Random, number: int, count: int) -> list[JsonObject]:
    user, email, visitor = f"user-{number}", f"person-{number}@example.com", f"visitor-{number}"
    events: list[JsonObject] = [
        {"type": "track", "anonymousId": visitor, "event": "Looked Around", "properties": {"page": number}},
        {"type": "group", "userId": user, "groupId": f"team-{number % 7}", "traits": {f"seen_by_{number}": True}},
        {"type": "identify", "userId": "", "traits": {"email": email, "plan": "free"}},
        {"type": "identify", "userId": user, "anonymousId": visitor, "traits": {"email": email, "plan": "pro"}},
    ]
    return [*events, *(_later(rng, user, visitor, number, step) for step in range(count - len(events)))]


def _later(rng: Random, user: str, visitor: str, number: int, step: int) -> JsonObject:
    kind = rng.randrange(6)
    if kind == 0:
        return {"type": "identify", "userId": user, "traits": {f"trait_{rng.randrange(4)}": step}}
    if kind == 1:
        return {"type": "page", "userId": user, "properties": {"url": f"https://example.com/{step}"}}
    if kind == 2:
        return {"type": "track", "anonymousId": visitor, "event": "Came Back", "properties": {"step": step}}
    if kind == 3:
        context: JsonObject = {"device": {"token": f"token-{number}-{step % 2}", "type": "ios"}}
        return {"type": "track", "userId": user, "event": "Application Opened", "context": context}
    if kind == 4:
        traits: JsonObject = {f"size_{number}": step, "relationshipAttributes": {"role": f"role-{step}"}}
        return {"type": "group", "userId": user, "groupId": f"team-{number % 7}", "traits": traits}
    return {"type": "track", "userId": user, "event": "Order Completed", "properties": {"total": step}}
