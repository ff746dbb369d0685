"""Dead letters as JSON rows and as text."""

import base64
from collections.abc import Mapping, Sequence

import orjson
import typer
from msgspec import Struct
from rich.table import Table

from worker.cli.tables import add_row, new_table, print_all, print_facts, screen_width, shown_time
from worker.deadletters.box import Found, Overview
from worker.deadletters.letter import Letter
from worker.deadletters.replay import Outcome
from worker.deadletters.words import reason_in_words
from worker.jsontypes import Json
from worker.text import printable, printable_lines

_KEY_SHOWN = 60
_DETAIL_SHOWN = 100
"""Characters in a list. A key may have 1 MB, and its column would be as wide in all rows."""
_BESIDE = 40


class Line(Struct, frozen=True):
    """A row of `dlq list --json`; times are unix seconds."""

    letter: str
    state: str
    reason: str
    detail: str
    died: float
    first_seen: float
    origin: str | None
    key: str | None
    bytes: int


class Totals(Struct, frozen=True):
    """The last row of `dlq list --json`."""

    letters: int
    shown: int
    by_reason: Mapping[str, int]


class Whole(Struct, frozen=True):
    """What `dlq show --json` prints of a letter. No JSON: `value_text` or `value_base64`."""

    letter: str
    state: str
    reason: str
    meaning: str
    detail: str
    died: float
    first_seen: float
    origin: str | None
    worker_version: str
    key: str | None
    headers: Mapping[str, str]
    value: Json = None
    value_text: str | None = None
    value_base64: str | None = None
    value_left_out: int | None = None
    """Its bytes, where the letter lacks it."""


def line(found: Found) -> Line:
    """A letter as a row."""
    letter = found.letter
    return Line(
        letter=str(letter.place),
        state=found.state or "waiting",
        reason=letter.reason,
        detail=letter.detail,
        died=letter.died_ms / 1000,
        first_seen=letter.first_seen_ms / 1000,
        origin=None if letter.origin is None else str(letter.origin),
        key=_text(letter.key),
        bytes=letter.value_left_out or len(letter.value or b""),
    )


def whole(found: Found) -> Whole:
    """A letter with all there is to it."""
    letter = found.letter
    value, text, encoded = _content(letter.value)
    return Whole(
        letter=str(letter.place),
        state=found.state or "waiting",
        reason=letter.reason,
        meaning=reason_in_words(letter.reason),
        detail=letter.detail,
        died=letter.died_ms / 1000,
        first_seen=letter.first_seen_ms / 1000,
        origin=None if letter.origin is None else str(letter.origin),
        worker_version=letter.worker_version,
        key=_text(letter.key),
        headers={name: _text(content) or "" for name, content in letter.headers},
        value=value,
        value_text=text,
        value_base64=encoded,
        value_left_out=letter.value_left_out,
    )


def print_list(overview: Overview) -> None:
    """The letters as a table, and the counts."""
    if not overview.total:
        typer.echo("no dead letters")
        return
    print_all(_table(overview.shown))
    more = overview.total - len(overview.shown)
    if more:
        typer.secho(f"… and {more:,} more; --limit shows them", dim=True)
    counts = ", ".join(f"{reason} {count:,}" for reason, count in overview.by_reason.items())
    typer.echo(printable(f"{_letters(overview.total, 'dead letter')}: {counts}"))


def _table(shown: Sequence[Found]) -> Table:
    """What the letters are called stays in one line, to be copied, where beside it there is room for the rest."""
    handled = ["state"] if any(found.state for found in shown) else []
    needed = sum(
        max(map(len, cells)) + len("  ")
        for cells in zip(*((str(found.letter.place), found.letter.reason) for found in shown), strict=True)
    )
    names = ("letter", "reason") if needed + _BESIDE <= screen_width() else ()
    table = new_table("letter", "given up", "reason", *handled, "key", "detail", unbroken=names)
    for found in shown:
        letter = found.letter
        key, detail = _cut(_text(letter.key) or "", _KEY_SHOWN), _cut(letter.detail, _DETAIL_SHOWN)
        state = [found.state or "waiting"] if handled else []
        given_up = shown_time(letter.died_ms / 1000)
        add_row(table, str(letter.place), given_up, letter.reason, *state, key, detail)
    return table


def _letters(number: int, what: str = "letter") -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def print_letter(found: Found) -> None:
    """A letter as text, the event indented."""
    letter = found.letter
    print_facts(
        ("letter", str(letter.place)),
        ("state", found.state or "waiting"),
        ("reason", letter.reason),
        ("meaning", reason_in_words(letter.reason)),
        ("detail", letter.detail or None),
        ("came from", None if letter.origin is None else str(letter.origin)),
        ("first seen", shown_time(letter.first_seen_ms / 1000)),
        ("given up", shown_time(letter.died_ms / 1000)),
        ("by version", letter.worker_version or None),
        ("key", _text(letter.key)),
        *((f"header {name}", _text(content)) for name, content in letter.headers),
    )
    typer.echo(_pretty(letter) + "\n")


def print_outcome(outcome: Outcome, named: Sequence[Found]) -> None:
    """What a replay or a drop did; `named` are the letters that were named one by one, as they were before."""
    if outcome.finished:
        were = "was" if outcome.finished == 1 else "were"
        typer.echo(f"{_letters(outcome.finished)} of an interrupted replay {were} sent")
    also = f" (and {_letters(outcome.repeated)} of the same records)" if outcome.repeated else ""
    typer.echo(f"{outcome.replayed:,} replayed{also}, {outcome.dropped:,} dropped, {outcome.kept:,} kept")
    for found in named:
        if found.state in ("replayed", "dropped"):
            typer.echo(f"{found.letter.place} was {found.state} before")
        elif found.state == "replaying" and not outcome.finished:
            typer.echo(f"{found.letter.place} is in an interrupted replay; `segment-worker dlq replay` ends it")
    if outcome.stopped_at is not None:
        typer.secho(f"stopped at {printable(outcome.stopped_at)}", fg="red", err=True)
        typer.echo("  → correct the configuration or the event; --on-error keep or drop goes on without it", err=True)


def _pretty(letter: Letter) -> str:
    if letter.value_left_out is not None:
        return f"(left out: {letter.value_left_out:,} bytes, only at {letter.origin})"
    value, text, encoded = _content(letter.value)
    if text is None and encoded is None:
        shown = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if letter.value else "(no value)"
        return printable_lines(shown)
    if text is not None:
        return "not JSON, as text:\n" + printable_lines(text)
    return f"not text, in base64:\n{encoded}"


def _content(raw: bytes | None) -> tuple[Json, str | None, str | None]:
    """The value as JSON, else as text, else in base64."""
    if not raw:
        return None, None, None
    try:
        value: Json = orjson.loads(raw)
        orjson.dumps(value)  # deep nesting can be read but not written
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        try:
            return None, raw.decode(), None
        except UnicodeDecodeError:
            return None, None, base64.b64encode(raw).decode()
    return value, None, None


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "backslashreplace")
