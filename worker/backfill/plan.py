"""What a backfill is to do, and how far it is: the values that its checkpoint keeps."""

from typing import Literal, TypeAlias

from msgspec import Struct

State: TypeAlias = Literal["unfinished", "done", "cancelled"]
"""Of a run. An unfinished one runs now, or was stopped and can be resumed."""


class TopicRange(Struct, frozen=True, tag="topic"):
    """Records of a topic on the broker: by partition, the first offset, and the one after the last."""

    topic: str
    starts: dict[int, int]
    ends: dict[int, int]


class FileSource(Struct, frozen=True):
    """A file of events, and what tells that it is still the same: bytes, and unix nanoseconds of its last change."""

    path: str
    size: int
    modified: int


class Files(Struct, frozen=True, tag="files"):
    """Files, in the order in which they are read."""

    files: tuple[FileSource, ...]


class Plan(Struct, frozen=True):
    """What to replay. `contract` names the topic that it goes to; `where` is FQL, None: everything.

    `rate` is the most events a second; `relay` whether message metrics that come of it go to Segment; `triggers` how
    `where` is meant, as in `destination.triggers`: a run that is resumed means what it meant when it began.
    """

    contract: str
    source: TopicRange | Files
    where: str | None = None
    rate: float | None = None
    relay: bool = False
    triggers: Literal["segment", "strict"] = "segment"


class Progress(Struct, frozen=True):
    """How far a run is.

    `positions`: by partition or number of the file, the next offset or the lines done. `scan`: what the run sent and
    is not noted here lies behind these offsets of the target topic, by partition. `done` and `total` are records of a
    topic, or bytes of files; of `done` the topic no longer had `missing` when they were to be read.
    """

    positions: dict[int, int]
    scan: dict[int, int] = {}
    done: int = 0
    total: int = 0
    sent: int = 0
    filtered: int = 0
    unreadable: int = 0
    missing: int = 0


class Run(Struct, frozen=True):
    """A backfill, as its checkpoint has it; `created` and `updated` in unix seconds."""

    id: str
    state: State
    created: float
    updated: float
    plan: Plan
    progress: Progress


def is_noted(plan: Plan, progress: Progress, source: int, position: int) -> bool:
    """Whether the run is done with a record: the offset in its partition, or the line in the file of this number."""
    done = progress.positions[source]
    return position < done if isinstance(plan.source, TopicRange) else position <= done


def first_progress(plan: Plan) -> Progress:
    """The progress of a run that has not begun."""
    match plan.source:
        case TopicRange(starts=starts, ends=ends):
            return Progress(dict(starts), total=sum(max(0, ends[number] - start) for number, start in starts.items()))
        case Files(files=files):
            return Progress(dict.fromkeys(range(len(files)), 0), total=sum(file.size for file in files))
