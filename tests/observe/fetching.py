"""What Prometheus would get from a role."""

import asyncio
from collections.abc import Mapping

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

Values = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]
"""By name and sorted labels."""


async def get(port: int, path: str) -> tuple[int, str]:
    """Status and text; (0, "") when nobody listens."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientConnectionError:
        return 0, ""


async def until_status(port: int, path: str, status: int, limit_s: float = 40.0) -> str:
    """The text once the answer has this status."""
    async with asyncio.timeout(limit_s):
        while True:
            found, text = await get(port, path)
            if found == status:
                return text
            await asyncio.sleep(0.05)


async def metrics(port: int) -> Values:
    """All values."""
    _, text = await get(port, "/metrics")
    return parse(text)


def parse(text: str) -> Values:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(values: Values, name: str, **labels: str) -> float:
    return values.get((name, tuple(sorted(labels.items()))), 0.0)
