from pathlib import Path

from worker.observe import metrics
from worker.observe.view_role import ViewObserver
from worker.view.role import Written


def test_refusals_are_counted_from_zero() -> None:
    observer = ViewObserver("workspace.changes", Path("view.sqlite"))
    assert counts(observer)["failed_attribute_change"] == 0
    observer.take(Written(3, 0, {0: 3}, types={"failed_attribute_change": 2, "person_created": 1}))
    assert counts(observer)["failed_attribute_change"] == 2
    assert counts(observer)["person_created"] == 1


def counts(observer: ViewObserver) -> dict[str, object]:
    return {sample.labels[0]: sample.value for sample in observer.samples() if sample.metric is metrics.CHANGES}
