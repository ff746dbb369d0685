"""Data that can never succeed: into the dead letters as it came, and on with the rest."""

import pytest

from tests.runtime.conftest import Play
from tests.support.counting import event
from tests.support.obstacles import Crash
from tests.support.pipeline import Pipeline
from worker import __version__
from worker.runtime.outgoing import Headers, Out, out
from worker.runtime.unit import VALUE_BYTES

HEADERS: Headers = [("trace", b"\x00\xff"), ("trace", b"twice"), ("null", None), ("reason", b"of the sender")]


def test_a_dead_letter_has_the_same_bytes_and_all_headers(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        topic = pipeline.layout.topic("in")
        bad = [
            out(b"\xff\x00", b"\x80 not JSON", list(HEADERS)),
            out(None, b"{}", []),
            out(b"key", None, [("empty", b"")]),
        ]
        await pipeline.send(50)
        first = await pipeline.cluster.send(topic, 1, bad)
        await pipeline.send(50)
        await pipeline.work_off()
        await pipeline.check()
        sent = {record.offset: record for record in await pipeline.read("in") if record.partition == 1}
        letters = await pipeline.read("in.dlq")
        assert [letter.partition for letter in letters] == [1, 1, 1]
        for letter, record, offset in zip(letters, bad, range(first, first + 3), strict=True):
            assert (letter.key, letter.value) == (record.key, record.value)
            headers = list(letter.headers)
            assert headers[: len(record.headers)] == record.headers
            added = dict(headers[len(record.headers) :])
            assert added["reason"] == b"not_json"
            assert added["dead_letter_origin"] == f"{topic}/1/{offset}".encode()
            assert added["first_seen"] == str(sent[offset].timestamp).encode()
            assert added["worker_version"] == __version__.encode()
            assert added["detail"]

    play(scenario)


SIZES = {
    "one value larger than a value may be": [event("k0", "bad", "grow", VALUE_BYTES + 1)],
    "an output larger than its topic takes": [event("k0", "bad", "shout", 1_000_000)],
    "an output larger than a request may be": [event("k0", "bad", "shout", 5_000_000)],
    "both": [event("k0", "bad", "grow", VALUE_BYTES + 1), event("k4", "bad", "shout", 1_000_000)],
}


@pytest.mark.parametrize("bad", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("around", [0, 30], ids=["alone", "amid others"])
def test_what_is_too_large_is_refused_and_nothing_else(play: Play, bad: list[Out], around: int) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(around)
        await pipeline.cluster.send(pipeline.layout.topic("in"), 0, bad)
        await pipeline.send(around)
        await pipeline.work_off()
        await pipeline.check(refused=["bad"])
        letters = await pipeline.read("in.dlq")
        assert [letter.value for letter in letters] == [record.value for record in bad]
        assert {dict(letter.headers)["reason"] for letter in letters} == {b"state_too_large"}

    play(scenario)


LARGE = b"x" * 3_000_000
TOO_LARGE = {
    "a value": out(b"key", LARGE, [("trace", b"1")]),
    "a header": out(b"key", b"{", [("trace", LARGE)]),
    "a key": out(LARGE, b"{"),
}


@pytest.mark.parametrize("bad", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_only_fits_compressed_leaves_its_value_where_it_is(play: Play, bad: Out) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        topic = pipeline.layout.topic("in")
        await pipeline.send(30)
        offset = await pipeline.cluster.send(topic, 1, [bad], compressed=True)
        await pipeline.send(30)
        await pipeline.work_off()
        await pipeline.check()
        (letter,) = await pipeline.read("in.dlq")
        headers = dict(letter.headers)
        assert letter.value is None
        assert headers["reason"] == b"not_json"
        assert headers["value_left_out"] == str(len(bad.value or b"")).encode()
        assert headers["dead_letter_origin"] == f"{topic}/1/{offset}".encode()
        assert (letter.key == bad.key) is (headers.get("trace") == b"1") is (bad.value == LARGE)
        assert f"still at {topic}/1/{offset}".encode() in (headers["detail"] or b"")

    play(scenario)


def test_many_large_values_in_one_unit_are_all_kept(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        large = [event(f"k{4 * number}", f"large{number}", "grow", VALUE_BYTES - 1000) for number in range(12)]
        await pipeline.cluster.send(pipeline.layout.topic("in"), 0, large)
        await pipeline.send(50)
        await pipeline.work_off()
        await pipeline.check()
        assert await pipeline.read("in.dlq") == []

    play(scenario)


def test_a_crash_after_a_refusal_repeats_the_refusal(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(30)
        await pipeline.cluster.send(pipeline.layout.topic("in"), 0, SIZES["both"])
        await pipeline.send(30)
        for at in (1, 2, 3):
            worker = pipeline.worker(wrap=lambda inner, at=at: Crash(inner, at, after=False))  # type: ignore[misc]
            worker.launch()
            await worker.ended()
        await pipeline.work_off()
        await pipeline.check(refused=["bad"])
        letters = {dict(letter.headers)["dead_letter_origin"]: letter.value for letter in await pipeline.read("in.dlq")}
        assert sorted(letters.values()) == sorted(record.value for record in SIZES["both"])  # type: ignore[type-var]

    play(scenario)


def test_an_internal_message_with_a_broken_origin_is_a_dead_letter(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(20)
        broken = [
            out(b"group-1", b'{"source": 9, "id": "x"}', [("origin", header)])
            for header in (b"", b"a/b/c/d", b"\xff/0/7/0")
        ]
        await pipeline.cluster.send(pipeline.layout.topic("second"), 2, broken)
        await pipeline.work_off()
        await pipeline.check()
        letters = await pipeline.read("second.dlq")
        assert [dict(letter.headers)["reason"] for letter in letters] == [b"invalid_message"] * 3

    play(scenario)
