"""The contracts say what the keys of their topics begin with, and which headers there are."""

from collections import defaultdict
from collections.abc import Iterable
from random import Random

import pytest

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.runtime.origin import ORIGIN_HEADER
from worker.runtime.replayed import ARRIVED_HEADER, IDENTITY_HEADER, RELAY_HEADER, REPLAYED_HEADER
from worker.simulation import Arrival, Simulation
from worker.topics import names
from worker.topics.contracts import contracts_directory, load_contracts
from worker.topics.wire import _bundled
from worker.topics.wire_events import History, histories
from worker.workspace.effects import Effect, Publish, Send
from worker.workspace.settings import WorkspaceSettings


@pytest.fixture(scope="module")
def beginnings() -> dict[str, set[str]]:
    """By contract, what the keys begin with when the examples and the histories are decided."""
    found: dict[str, set[str]] = defaultdict(set)

    def take(effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send | Publish):
                name = effect.entity if isinstance(effect, Send) else names.WORKSPACE_CHANGES
                found[name].add(effect.key.partition(":")[0])

    for history in (History(tuple(_bundled())), *histories()):
        subscriptions = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
        simulation = Simulation(subscriptions, WorkspaceSettings(), 12, Random(history.seed or 0))
        simulation.network.watch(take)
        for event in history.events:
            simulation.arrive(Arrival(event), interleave=history.seed is not None)
        simulation.network.settle()
    return found


@pytest.mark.parametrize("name", [*names.KEYED, names.WORKSPACE_CHANGES])
def test_a_contract_names_every_kind_of_key(name: str, beginnings: dict[str, set[str]]) -> None:
    key = load_contracts()[name].key
    assert beginnings[name]
    assert [kind for kind in sorted(beginnings[name]) if f"`{kind}:" not in key] == []


def test_every_header_is_documented() -> None:
    documented = (contracts_directory() / "README.md").read_text()
    for header in (ORIGIN_HEADER, REPLAYED_HEADER, IDENTITY_HEADER, ARRIVED_HEADER, RELAY_HEADER):
        assert f"| `{header}`" in documented or f", `{header}`" in documented
