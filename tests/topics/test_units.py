import pytest

from worker.topics.units import milliseconds, size_bytes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 minute", 60_000),
        ("36 hours", 129_600_000),
        ("1 day", 86_400_000),
        ("30 days", 2_592_000_000),
        ("forever", -1),
    ],
)
def test_durations(text: str, expected: int) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("64 KiB", 65_536), ("2 MiB", 2_097_152), ("1 GiB", 1_073_741_824)])
def test_sizes(text: str, expected: int) -> None:
    assert size_bytes(text) == expected


@pytest.mark.parametrize(
    "text", ["", "7", "days", "7days", "-1 days", "0 days", "1.5 days", "7 weeks", "٣ days", "7 MiB"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number and one of"):
        milliseconds(text)


@pytest.mark.parametrize("text", ["", "1", "MiB", "1MiB", "1 MB", "1 MiBs", "0 KiB", "-1 KiB", "forever", "1 day"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number and one of"):
        size_bytes(text)
