"""The benchmark itself works: a quick run measures every part and writes the report. Takes some minutes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.parts import PARTS
from tests.bench.process import ROOT


@pytest.mark.slow
@pytest.mark.broker
@pytest.mark.timeout(1800)
def test_a_quick_run_measures_every_part(tmp_path: Path) -> None:
    report = tmp_path / "benchmarks.md"

    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    text = report.read_text()
    assert all(f"\n## ({letter}) " in text for letter in PARTS)
    assert "it failed" not in text
