"""Changes as the agents' records on workspace.changes, made by hand."""

from dataclasses import dataclass, field

import msgspec

from tests.support.recording import PlainRecord
from worker.workspace.changes import Change, Identifiers, Origin, PersonCreated

START = 1_700_000_000.0


def cause(message_id: str, at: float = 0.0, arrived: float | None = None) -> Origin:
    """The event `message_id`, at so many seconds after START; it arrives at once, or when told."""
    return Origin(message_id, START + at, START + (at if arrived is None else arrived), "events", 0, 0)


def created(
    cio_id: str, id: str | None = None, email: str | None = None, by: str = "", at: float = 0.0
) -> PersonCreated:
    return PersonCreated(
        cause=cause(by or f"m-{cio_id}", at), cio_id=cio_id, identifiers=Identifiers(id, email), created=START + at
    )


@dataclass
class Topic:
    """Partitions of records; each change gets an origin of its own unless it is sent again."""

    origin: str = "people"
    partitions: dict[int, list[PlainRecord]] = field(default_factory=dict)
    _sent: int = 0

    def add(self, subject: str, change: Change, partition: int = 0) -> PlainRecord:
        self._sent += 1
        header = f"{self.origin}/{partition}/{self._sent}/0".encode()
        return self._append(partition, subject.encode(), msgspec.json.encode(change), header)

    def again(self, record: PlainRecord) -> PlainRecord:
        """The same record once more, as after a crash of its sender."""
        return self._append(record.partition, record.key, record.value, record.headers[0][1])

    def _append(self, partition: int, key: bytes | None, value: bytes | None, header: bytes | None) -> PlainRecord:
        log = self.partitions.setdefault(partition, [])
        log.append(PlainRecord("changes", partition, len(log), key, value, [("origin", header)]))
        return log[-1]
