"""A lane for tests: with a real ledger, a real courier and a Segment that fails; Kafka is recorded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.relay.factories import TOPIC
from tests.support.recording import PlainRecord, RecordingPublisher, contents
from worker.local.segment_api import Faults, SegmentApi
from worker.relay.courier import Courier
from worker.relay.lane import Desk, Lane
from worker.relay.ledger import Ledger, open_ledger
from worker.relay.meter import RelayMeter
from worker.relay.settings import RelaySettings
from worker.runtime.errors import OwnershipLost
from worker.runtime.unit import Target

QUICK = RelaySettings(timeout_s=0.3, retry_min_s=0.001, retry_max_s=0.01)


class Bench:
    """A lane's surroundings."""

    def __init__(self, api: SegmentApi, ledger: Ledger, session: aiohttp.ClientSession) -> None:
        self.api = api
        self.ledger = ledger
        self.meter = RelayMeter()
        self.publisher = RecordingPublisher()
        self.commits: list[int] = []
        self.problems: list[Exception] = []
        self.lost = False
        courier = Courier(
            session, f"{api.url}/v1/batch", "key", QUICK, self.meter, fence=lambda: None, chance=lambda: 1.0
        )
        self.desk = Desk(
            courier,
            ledger,
            self.publisher,
            Target(f"{TOPIC}.dlq", 4, 1_000_000),
            self.meter,
            self._commit,
            self.problems.append,
        )

    async def _commit(self, number: int, next_offset: int) -> None:
        if self.lost:
            raise OwnershipLost("as planned")
        assert number == 0
        self.commits.append(next_offset)

    async def run(self, records: Sequence[PlainRecord]) -> None:
        """A lane that is given these, until it has done or given up."""
        lane = Lane(0, self.desk)
        lane.put(records)
        async with asyncio.timeout(20.0):
            while self.meter.waiting and not self.problems:
                await asyncio.sleep(0.005)
        await lane.close(1.0)

    def delivered(self) -> list[str]:
        """The messageIds that Segment has, in order of arrival."""
        return [arrival.message_id[-6:].lstrip("0") or "0" for arrival in self.api.recorder.arrivals]

    def buried(self) -> dict[int, str]:
        """Reason by offset of the dead letters."""
        return {
            int(headers["dead_letter_origin"].rsplit(b"/")[-1]): headers["reason"].decode()
            for headers in (contents(out.headers) for _, _, out in self.publisher.delivered)
        }


@asynccontextmanager
async def surroundings(path: Path) -> AsyncIterator[Bench]:
    faults = Faults(retry_after_s=0, hang_s=5.0)
    async with SegmentApi(faults=faults) as api, open_ledger(path) as ledger, aiohttp.ClientSession() as session:
        yield Bench(api, ledger, session)
