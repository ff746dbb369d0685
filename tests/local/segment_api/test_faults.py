import pytest

from worker.local.segment_api import Failure, Fault, Faults, Rates


def test_orders_come_first_and_in_order() -> None:
    faults = Faults()
    faults.order(Fault.RESET)
    faults.order(Failure(Fault.SERVER_ERROR, taken=True), times=2)
    found = [faults.next() for _ in range(4)]
    assert found == [Failure(Fault.RESET), *[Failure(Fault.SERVER_ERROR, taken=True)] * 2, None]
    assert faults.met == {Fault.RESET: 1, Fault.SERVER_ERROR: 2}


def test_rates_are_kept_and_a_seed_repeats() -> None:
    rates = Rates(server_error=0.1, hang=0.05, reset=0.05, slow=0.1)
    first, again = Faults(7, rates), Faults(7, rates)
    drawn = [first.next() for _ in range(4000)]
    assert drawn == [again.next() for _ in range(4000)]
    for fault, share in zip(Fault, rates.shares(), strict=True):
        assert abs(first.met[fault] / 4000 - share) < 0.02
    assert all(each.taken for each in drawn if each is not None and each.fault is Fault.SLOW)
    lost = [each for each in drawn if each is not None and each.fault is Fault.RESET]
    assert {each.taken for each in lost} == {True, False}


def test_429s_come_as_storms_and_take_nothing() -> None:
    faults = Faults(1, Rates(rate_limited=0.02), storm=4)
    drawn = [faults.next() for _ in range(2000)]
    text = "".join("x" if each else "." for each in drawn).strip("x")
    assert "xxxx" in text
    assert all(len(run) >= 4 for run in text.split(".") if run)
    assert not any(each.taken for each in drawn if each)


def test_cleared_nothing_fails() -> None:
    faults = Faults(1, Rates(reset=1.0))
    faults.order(Fault.HANG)
    faults.clear()
    assert [faults.next() for _ in range(10)] == [None] * 10


@pytest.mark.parametrize("rates", [{"hang": -0.1}, {"hang": 0.6, "reset": 0.6}])
def test_impossible_rates_are_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rates"):
        Rates(**rates)
