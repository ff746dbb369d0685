"""One partition's lane: with a real ledger, a real courier and a Segment that fails; Kafka is recorded."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.relay.factories import TOPIC, make_record, make_value
from tests.relay.lanes import Bench, surroundings
from tests.support.recording import contents
from worker.local.segment_api import Failure, Fault, SegmentApi
from worker.relay.errors import LedgerFault
from worker.relay.lane import AHEAD_RECORDS, Lane
from worker.relay.ledger import open_ledger
from worker.runtime.errors import DeliveryFailed


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with surroundings(tmp_path / "ledger") as made:
        yield made


def is_full(lane: Lane) -> bool:
    """A call, as its property changes under mypy's feet."""
    return lane.full


def numbers(*wanted: int) -> list[str]:
    return [str(number) for number in wanted]


async def test_records_are_delivered_in_order_and_committed(bench: Bench) -> None:
    await bench.run([make_record(offset) for offset in range(5, 25)])
    assert bench.delivered() == numbers(*range(5, 25))
    assert bench.commits == [25]
    assert (bench.meter.accepted, bench.meter.repeats, bench.meter.waiting) == (20, 0, 0)


async def test_what_takes_several_requests_is_delivered_and_committed_in_order(bench: Bench) -> None:
    await bench.run([make_record(offset, make_value(offset, blob="x" * 30_000)) for offset in range(40)])
    assert bench.delivered() == numbers(*range(40))
    assert bench.api.recorder.requests == len(bench.commits) == 3
    assert bench.commits == sorted(bench.commits)
    assert bench.commits[-1] == 40


async def test_what_the_ledger_has_is_not_sent_and_is_committed(bench: Bench) -> None:
    records = [make_record(offset) for offset in range(6)]
    await bench.run(records[:3])
    await bench.run(records)
    assert bench.delivered() == numbers(*range(6))
    assert bench.commits == [3, 6]
    assert bench.meter.repeats == 3
    await bench.run(records)
    assert bench.api.recorder.requests == 2
    assert bench.commits == [3, 6, 6]


async def test_the_same_message_twice_in_a_batch_goes_once(bench: Bench) -> None:
    await bench.run([make_record(0), make_record(1, make_value(0, again=True)), make_record(2)])
    assert bench.delivered() == numbers(0, 2)
    assert bench.commits == [3]
    assert bench.meter.repeats == 1
    assert "again" not in bench.api.recorder.arrivals[0].event, "the first one counts"


@pytest.mark.parametrize("bad", [0, 3, 6])
async def test_a_refused_event_is_found_and_the_others_arrive_in_order(bench: Bench, bad: int) -> None:
    wrong = make_value(bad, type="dance")
    await bench.run([make_record(offset, wrong if offset == bad else None) for offset in range(7)])
    assert bench.delivered() == numbers(*(number for number in range(7) if number != bad))
    ((topic, partition, letter),) = bench.publisher.delivered
    headers = contents(letter.headers)
    assert (topic, partition, letter.key, letter.value) == (f"{TOPIC}.dlq", 0, b"ana", wrong)
    assert headers["reason"] == b"refused"
    assert headers["detail"].startswith(b'400 {"success":false,"code":"invalid_type"')
    assert headers["dead_letter_origin"] == f"{TOPIC}/0/{bad}".encode()
    assert bench.commits[-1] == 7
    assert bench.commits == sorted(bench.commits)
    assert await bench.ledger.known([f"cio-webhook-ana-{bad:06}"]) == set()


async def test_all_refused_are_all_buried(bench: Bench) -> None:
    await bench.run([make_record(offset, make_value(offset, userId="")) for offset in range(5)])
    assert bench.buried() == dict.fromkeys(range(5), "refused")
    assert bench.commits[-1] == 5


async def test_what_could_never_be_sent_is_buried_unsent(bench: Bench) -> None:
    values = {0: b"{", 2: b"", 3: make_value(3, blob="x" * 33_000)}
    await bench.run([make_record(offset, values.get(offset)) for offset in range(5)])
    assert bench.delivered() == numbers(1, 4)
    assert bench.buried() == {0: "not_json", 2: "empty", 3: "too_large"}
    assert bench.api.recorder.refused == 0
    assert bench.commits == [5]


async def test_where_the_ledger_cannot_grow_nothing_is_sent_twice(tmp_path: Path) -> None:
    records = [make_record(offset) for offset in range(2000)]
    async with SegmentApi() as api:
        for _ in range(4):
            async with open_ledger(tmp_path / "ledger") as ledger, aiohttp.ClientSession() as session:
                await ledger._database.execute("PRAGMA max_page_count = 1")  # as on a full disk: no page more
                bench = Bench(api, ledger, session)
                await bench.run(records)
                assert (bench.commits, [type(problem) for problem in bench.problems]) == ([], [LedgerFault])
        sent = Counter(arrival.message_id for arrival in api.recorder.arrivals)
    assert sent == {}


async def test_a_record_that_is_too_large_for_a_dead_letter_is_buried_without_its_value(bench: Bench) -> None:
    await bench.run([make_record(0, make_value(0, blob="x" * 3_000_000)), make_record(1)])
    ((_, _, letter),) = bench.publisher.delivered
    assert letter.size <= bench.desk.dead_letters.max_record_bytes
    assert contents(letter.headers)["value_left_out"].startswith(b"30001")
    assert (bench.buried(), bench.delivered(), bench.commits) == ({0: "too_large"}, numbers(1), [2])


async def test_only_dead_letters_are_committed_too(bench: Bench) -> None:
    await bench.run([make_record(4, b"{")])
    assert (bench.buried(), bench.commits) == ({4: "not_json"}, [5])


async def test_nothing_is_committed_when_a_dead_letter_cannot_be_written(bench: Bench) -> None:
    bench.publisher._fail_at = 0
    await bench.run([make_record(0, b"{"), make_record(1)])
    assert bench.commits == []
    assert [type(problem) for problem in bench.problems] == [DeliveryFailed]


async def test_a_lost_answer_is_sent_again_before_what_follows(bench: Bench) -> None:
    bench.api.faults.order(Failure(Fault.RESET, taken=True))
    bench.api.faults.order(Failure(Fault.HANG, taken=True))
    await bench.run([make_record(offset) for offset in range(3)])
    assert bench.delivered() == numbers(0, 1, 2) * 3
    assert bench.commits == [3]


async def test_a_lane_that_lost_its_partition_stops_and_says_nothing(bench: Bench) -> None:
    bench.lost = True
    await bench.run([make_record(offset) for offset in range(3)])
    assert bench.problems == []
    assert (bench.delivered(), bench.commits) == (numbers(0, 1, 2), [])
    bench.lost = False
    await bench.run([make_record(offset) for offset in range(3)])  # whoever has it next, with this ledger
    assert (bench.delivered(), bench.commits) == (numbers(0, 1, 2), [3])


async def test_a_lane_that_has_ended_takes_nothing_more(bench: Bench) -> None:
    bench.lost = True
    lane = Lane(0, bench.desk)
    lane.put([make_record(0)])
    while bench.meter.waiting:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    lane.put([make_record(1)])
    assert bench.meter.waiting == 0
    await lane.close(1.0)


async def test_closing_waits_for_the_answer_under_way(bench: Bench) -> None:
    bench.api.faults.slow_s = 0.2
    bench.api.faults.order(Fault.SLOW)
    lane = Lane(0, bench.desk)
    lane.put([make_record(0)])
    while bench.api.recorder.requests == 0:
        await asyncio.sleep(0.005)
    lane.put([make_record(1)])
    await lane.close(5.0)
    assert (bench.delivered(), bench.commits) == (["0"], [1])
    assert bench.meter.waiting == 0


async def test_a_lane_that_has_nothing_to_do_closes_at_once(bench: Bench) -> None:
    lane = Lane(0, bench.desk)
    await asyncio.sleep(0)
    async with asyncio.timeout(3.0):
        await lane.close(10.0)


async def test_closing_does_not_wait_for_retries_or_for_ever(bench: Bench) -> None:
    bench.api.faults.order(Fault.SERVER_ERROR, times=10_000)
    lane = Lane(0, bench.desk)
    lane.put([make_record(0)])
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1.0):
        await lane.close(5.0)
    bench.api.faults.clear()
    bench.api.faults.order(Fault.HANG)
    bench.desk.courier._timeout = aiohttp.ClientTimeout(total=30.0)
    lane = Lane(0, bench.desk)
    lane.put([make_record(0)])
    await asyncio.sleep(0.05)
    async with asyncio.timeout(3.0):
        await lane.close(0.1)
    assert (bench.commits, bench.meter.waiting, bench.problems) == ([], 0, [])


async def test_a_full_lane_says_so(bench: Bench) -> None:
    bench.api.faults.order(Fault.HANG)
    lane = Lane(0, bench.desk)
    assert not is_full(lane)
    lane.put([make_record(0)])
    await asyncio.sleep(0.05)
    lane.put([make_record(offset) for offset in range(1, AHEAD_RECORDS)])
    assert not is_full(lane)
    lane.put([make_record(AHEAD_RECORDS)])
    assert is_full(lane)
    await lane.close(0.0)
    large = Lane(0, bench.desk)
    large.put([make_record(number, b"x" * 500_000) for number in range(3)])
    assert is_full(large)
    await large.close(0.0)
