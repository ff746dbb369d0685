"""`python -m tests.bench`: measures and reports; some 20 minutes. Exit code 1 when a part failed."""

import asyncio
import logging
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.markdown import Markdown

from tests.bench.bench import Bench, started
from tests.bench.machine import machine
from tests.bench.parts import PARTS, part
from tests.bench.process import ContenderFailed
from tests.bench.report import Bar, Section, markdown

LIMITS = (
    "One machine, which the broker, the contender and the benchmark itself share: on few cores they take each other's "
    "time. A rate here is not what a deployment gets; the ratios within this run are what counts.",
    "One broker, replication factor 1, no TLS, no compression, data in the page cache: an acknowledgement comes sooner "
    "than from a replicated cluster over a network, which favours whoever waits for many of them.",
    "Figures move by ±20 % from run to run on a busy machine. Compare them only within one run.",
    "Contenders run with their own defaults. Each can be tuned, ours as well.",
)
FAILED = "it failed"
QUICK = "**A quick run: counts far too small for figures that mean anything.** It shows that the benchmark works."


def main(
    part_letters: Annotated[
        list[str] | None, typer.Option("--part", help=f"Only this part ({', '.join(PARTS)}); repeatable.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small counts: shows that the benchmark works, not how fast anything is.")
    ] = False,
    scale: Annotated[float, typer.Option(help="Measure this part of the full counts.", min=0.01, max=1.0)] = 1.0,
    report: Annotated[Path | None, typer.Option("--report", help="Write the report to this file as well.")] = None,
) -> None:
    """Measure this project against others on a Kafka started for it."""
    letters = part_letters or list(PARTS)
    if unknown := [letter for letter in letters if letter not in PARTS]:
        raise typer.BadParameter(
            f"there is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}", param_hint="--part"
        )
    console = Console()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of every retry
    at_start = machine()
    with started(
        quick=quick, scale=scale, say=lambda text: console.print(text, highlight=False, markup=False)
    ) as bench:
        sections = [_measured(letter, bench) for letter in PARTS if letter in letters]
    command = shlex.join(["python", "-m", "tests.bench", *sys.argv[1:]])
    text = markdown(command, at_start, (QUICK, *LIMITS) if quick else LIMITS, sections)
    if report is not None:
        report.write_text(text)
    console.print(Markdown(text))
    if any(bar.measured == FAILED for section in sections for bar in section.bars):
        raise typer.Exit(1)


def _measured(letter: str, bench: Bench) -> Section:
    """The part's section; where it fails, one that says so, so that the others are not lost."""
    try:
        return asyncio.run(part(letter)(bench))
    except (ContenderFailed, TimeoutError, KafkaError) as problem:
        bench.say(f"part {letter} failed: {problem!r}")
        return Section(f"({letter}) failed", f"    {problem}", bars=(Bar(f"({letter})", "to work", FAILED, False),))


app = typer.Typer(pretty_exceptions_enable=False)
app.command()(main)

if __name__ == "__main__":
    app()
