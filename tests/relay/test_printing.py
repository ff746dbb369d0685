"""What a relay without a write key prints."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Self

import orjson
import pytest
import structlog

from tests.relay.factories import TOPIC, make_record, make_value
from tests.support.recording import PlainRecord
from worker.relay import printing
from worker.relay.printing import print_metrics
from worker.runtime.connection import Connection


class OneBatch:
    """Stands for the reader of a topic that has these records."""

    def __init__(self, records: Sequence[PlainRecord]) -> None:
        self._records = records
        self.committed: Mapping[int, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def batches(self, _: asyncio.Event) -> AsyncIterator[Mapping[int, Sequence[PlainRecord]]]:
        yield {0: self._records}

    async def commit(self, next_offsets: Mapping[int, int]) -> None:
        self.committed = next_offsets


async def printed(monkeypatch: pytest.MonkeyPatch, records: Sequence[PlainRecord]) -> tuple[list[bytes], OneBatch]:
    reader = OneBatch(records)
    monkeypatch.setattr(printing, "TopicReader", lambda *_, **__: reader)
    lines: list[bytes] = []
    await print_metrics(Connection(("nowhere",)), TOPIC, "group", asyncio.Event(), lines.append)
    return lines, reader


async def test_what_could_not_be_sent_is_told_and_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [None, b"", b"{not json", b"\xff", b"[]", b"{}", b"[" * 100_000, make_value(type="x" * 40_000)]
    records = [make_record(0), *(PlainRecord(TOPIC, 0, 1 + at, b"ana", value) for at, value in enumerate(bad))]
    records.append(make_record(len(records)))
    with structlog.testing.capture_logs() as logs:
        lines, reader = await printed(monkeypatch, records)
    assert lines == [make_value(0), make_value(len(records) - 1)]
    assert [(log["event"], log["offset"]) for log in logs] == [("unsendable", 1 + at) for at in range(len(bad))]
    assert reader.committed == {0: len(records)}


async def test_each_event_is_one_line_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    indented = orjson.dumps(orjson.loads(make_value(0)), option=orjson.OPT_INDENT_2).replace(b"\n", b"\r\n")
    deep = b'{"messageId": "m", "properties": ' + b"[" * 400 + b"]" * 400 + b"}"
    lines, _ = await printed(monkeypatch, [make_record(0, indented), make_record(1, deep)])
    assert orjson.loads(lines[0]) == orjson.loads(make_value(0))
    assert lines[1] == deep
    assert not any(b"\n" in line or b"\r" in line for line in lines)
