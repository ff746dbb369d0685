"""`segment-worker people show`, `objects show`: look into the view."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import aiosqlite
import typer
from msgspec import Struct

from worker.cli import show_text
from worker.cli.connecting import ConfigOption, configured_view
from worker.cli.examples import epilog
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.view.database import reader
from worker.view.errors import ViewUnreadable
from worker.view.read import why as reasons
from worker.view.read.activities import failures_total, last_failures
from worker.view.read.documents import Activity, Object, Person
from worker.view.read.identity import find_person, nearest, otherwise_known, subjects, subjects_of_name
from worker.view.read.objects import Named, find_objects, nearest_objects, objects, objects_total, one_object
from worker.view.read.people import people, people_total, person
from worker.view.schema import FAILURES

ResultT = TypeVar("ResultT")
StructT = TypeVar("StructT", bound=Struct)

LimitOption: TypeAlias = Annotated[
    int, typer.Option("--limit", min=1, max=100_000, help="At most so many of each thing that is listed.")
]
ActivitiesOption: TypeAlias = Annotated[
    int, typer.Option("--activities", min=0, max=100_000, help="How many of the last activities.")
]
WhyPerson: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--why",
        metavar="WHAT",
        help="Tell what decided it: an attribute's name, `id` or `email`, `attribute` for all of them, `merge` or "
        "`refusal` (without a name, the last ones of anybody). An attribute of such a name: `attribute:merge`.",
    ),
]
WhyObject: TypeAlias = Annotated[
    str | None,
    typer.Option("--why", metavar="WHAT", help="Tell what set it: an attribute's name, or `attribute` for all."),
]

people_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="The people of the workspace."
)
objects_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="The objects (groups) of the workspace."
)


class Why(Struct, frozen=True):
    """What --why asks for: merges, refusals, or an attribute (None: all attributes)."""

    what: str
    attribute: str | None = None


@people_app.callback()
def _people() -> None:
    """The people of the workspace."""


@objects_app.callback()
def _objects() -> None:
    """The objects (groups) of the workspace."""


@people_app.command("show", epilog=epilog("people show"))
def show_people(
    who: Annotated[str | None, typer.Argument(help="An id, an email address or a cio_id; without one, a list.")] = None,
    limit: LimitOption = 50,
    activities: ActivitiesOption = 10,
    why: WhyPerson = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a person, or list the people who were created last. Exit code 1: there is no such person."""
    if who is None and why not in (None, "refusal"):
        raise typer.BadParameter("name the person; only `refusal` is told of anybody", param_hint="--why")
    path = configured_view(config, as_json)
    if who is None and why is not None:
        refused = _ask(_refusals(path, limit), as_json)
        _print_list(refused, limit, partial(failures_total, path), as_json, show_text.print_refusals, "the last")
    elif who is None:
        listed = _ask(people(path, limit), as_json)
        _print_list(listed, limit, partial(people_total, path), as_json, show_text.print_people, "the newest")
    elif why is not None:
        _print_why(_ask(_person_why(path, who, parse_why(why), limit), as_json), as_json)
    else:
        found = _ask(_person(path, who, limit, activities), as_json)
        if as_json:
            emit(found)
        else:
            show_text.print_person(found)


@objects_app.command("show", epilog=epilog("objects show"))
def show_objects(
    object_id: Annotated[str | None, typer.Argument(help="An object's id; without one, a list.")] = None,
    object_type: Annotated[str | None, typer.Option("--type", help="Only objects of this object_type_id.")] = None,
    limit: LimitOption = 50,
    activities: ActivitiesOption = 10,
    why: WhyObject = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an object (of each type that has one of this id), or list objects. Exit code 1: there is none."""
    if object_id is None and why is not None:
        raise typer.BadParameter("name the object", param_hint="--why")
    path = configured_view(config, as_json)
    if object_id is None:
        listed = _ask(objects(path, limit, object_type), as_json)
        total = partial(objects_total, path, object_type)
        _print_list(listed, limit, total, as_json, show_text.print_objects, "the first")
    elif why is not None:
        wanted = None if why == "attribute" else why.removeprefix("attribute:")
        _print_why(_ask(_object_why(path, object_id, object_type, wanted, limit), as_json), as_json)
    else:
        for found in _ask(_one_object(path, object_id, object_type, limit, activities), as_json):
            if as_json:
                emit(found)
            else:
                show_text.print_object(found)


def parse_why(asked: str) -> Why:
    """What the value of --why means."""
    if asked in ("merge", "refusal"):
        return Why(asked)
    return Why("attribute", None if asked == "attribute" else asked.removeprefix("attribute:"))


class _NotFound(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.error)
        self.problem = problem


def _ask(question: Coroutine[Any, Any, ResultT], as_json: bool) -> ResultT:  # Any: what nobody sends or yields
    """The answer; ends the command (exit code 1) where there is none."""
    try:
        return asyncio.run(question)
    except ViewUnreadable as problem:
        raise failed(Problem(str(problem), problem.hint), as_json) from problem
    except _NotFound as missing:
        raise failed(missing.problem, as_json) from missing
    except UnicodeEncodeError as problem:
        raise failed(Problem("what was asked for is not in UTF-8", "write it in UTF-8"), as_json) from problem


async def _person(path: Path, who: str, limit: int, activities: int) -> Person:
    async with reader(path) as database:
        return await person(database, await _cio_id(database, who), limit, activities)


async def _person_why(
    path: Path, who: str, why: Why, limit: int
) -> Sequence[reasons.AttributeHistory] | Sequence[Activity]:
    async with reader(path) as database:
        if why.what == "attribute":
            return await reasons.person_attributes(database, await _cio_id(database, who), why.attribute, limit)
        cio_id = await find_person(database, who)
        logs = subjects_of_name(who) if cio_id is None else await subjects(database, cio_id)
        found = await reasons.decided(database, logs, reasons.MERGES if why.what == "merge" else FAILURES, limit)
        if not found and cio_id is None:
            await _cio_id(database, who)
        return found


async def _refusals(path: Path, limit: int) -> list[Activity]:
    async with reader(path) as database:
        return await last_failures(database, limit)


async def _cio_id(database: aiosqlite.Connection, who: str) -> str:
    found = await find_person(database, who)
    if found is None:
        other = await otherwise_known(database, who)
        like = await nearest(database, who)
        hint = f"did you mean {' or '.join(like)}?" if like else "without a name, `people show` lists them"
        raise _NotFound(Problem(f"nobody is named {who}" + (f"; {other}" if other else ""), hint))
    return found


async def _one_object(path: Path, object_id: str, object_type: str | None, limit: int, activities: int) -> list[Object]:
    async with reader(path) as database:
        return [
            await one_object(database, named, limit, activities)
            for named in await _named(database, object_id, object_type)
        ]


async def _object_why(
    path: Path, object_id: str, object_type: str | None, attribute: str | None, limit: int
) -> list[reasons.AttributeHistory]:
    async with reader(path) as database:
        return [
            history
            for named in await _named(database, object_id, object_type)
            for history in await reasons.object_attributes(database, named, attribute, limit)
        ]


async def _named(database: aiosqlite.Connection, object_id: str, object_type: str | None) -> list[Named]:
    found = await find_objects(database, object_id, object_type)
    if not found:
        of_type = "" if object_type is None else f" of type {object_type}"
        like = await nearest_objects(database, object_id)
        hint = f"the nearest by name: {', '.join(like)}" if like else "there are no objects at all"
        raise _NotFound(Problem(f"there is no object {object_id}{of_type}", hint))
    return found


def _print_why(found: Sequence[reasons.AttributeHistory] | Sequence[Activity], as_json: bool) -> None:
    if as_json:
        _emit_all(found)
    else:
        show_text.print_why(found)


def _print_list(
    found: Sequence[StructT],
    limit: int,
    total: Callable[[], Coroutine[Any, Any, int]],
    as_json: bool,
    as_text: Callable[[Sequence[StructT]], None],
    which: str,
) -> None:
    """A list, and whether there is more: with --json on standard error, so that each line stays one of the list."""
    if as_json:
        _emit_all(found)
    else:
        as_text(found)
    there = _ask(total(), as_json) if len(found) == limit else 0
    if there > limit:
        typer.secho(f"{which} {limit:,} of {there:,}; --limit shows more", dim=True, err=as_json)


def _emit_all(found: Sequence[Struct]) -> None:
    for each in found:
        emit(each)
