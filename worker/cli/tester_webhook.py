"""The event tester's lines for reporting webhooks."""

from typing import Final, assert_never

import msgspec

from worker.jsontypes import JsonObject
from worker.metrics.effects import Skip
from worker.metrics.invalid import kind_of
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper
from worker.metrics.webhook import InvalidWebhook, read_webhook
from worker.workspace.effects import DeadLetter

_DEFAULTS: Final = MetricsSettings()


def answer_webhook(request: JsonObject, settings: MetricsSettings = _DEFAULTS) -> JsonObject:
    """`{"id"?, "webhook", "settings"?}`, or a webhook itself → `{"track"}`, `{"skipped": reason}` or `{"error": text}`.

    The request's settings go over `settings`. Nothing is remembered from line to line, so that a repeated webhook is
    answered as the first one was.
    """
    try:
        return _map(request, settings)
    except (InvalidWebhook, msgspec.ValidationError) as problem:
        return {"error": str(problem)}


def _map(request: JsonObject, settings: MetricsSettings) -> JsonObject:
    webhook = request.get("webhook")
    if "webhook" not in request:
        webhook = {key: value for key, value in request.items() if key != "id"}
    elif not isinstance(webhook, dict):
        return {"error": f"webhook must be an object, not {kind_of(webhook)}"}
    else:
        settings = _changed(settings, request)
    mapped = TrackMapper(settings).map(read_webhook(webhook))
    if isinstance(mapped, Mapped):
        return {"track": mapped.event}
    match mapped.why:
        case Skip(reason):
            return {"skipped": reason.value}
        case DeadLetter(detail=detail):
            return {"error": detail}
        case _:
            assert_never(mapped.why)


def _changed(settings: MetricsSettings, request: JsonObject) -> MetricsSettings:
    changes = request.get("settings")
    if changes is None:
        return settings
    if not isinstance(changes, dict):
        raise msgspec.ValidationError(f"settings must be an object, not {kind_of(changes)}")
    return msgspec.convert({**msgspec.to_builtins(settings), **changes}, MetricsSettings)
