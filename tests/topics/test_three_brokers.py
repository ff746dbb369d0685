"""Topics on several brokers: each learns of a new one at its own time, and any of them may be asked."""

from uuid import uuid4

import pytest

from tests.support.three_brokers import ThreeBrokers
from worker.topics.apply import apply
from worker.topics.check import check
from worker.topics.contracts import load_contracts

pytestmark = [pytest.mark.broker, pytest.mark.slow]

TIMES = 12


@pytest.mark.timeout(120)
async def test_once_applied_every_broker_knows_the_topics(brokers: ThreeBrokers) -> None:
    for _ in range(TIMES):
        name = f"test-{uuid4().hex}"
        contracts = load_contracts(app_id=name, prefix=f"{name}.", partitions=2)
        applied = await apply(brokers.connection, contracts)
        assert len(applied.created) == len(contracts)
        assert applied.differences == []
        assert await check(brokers.connection, contracts) == []
