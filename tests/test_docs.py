"""What the documents name exists: commands with the options they are shown with, targets, files, packages."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from worker.cli.app import COMMANDS, load

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "topics/README.md",
    ROOT / "deploy/README.md",
]


def commands(document: Path) -> list[str]:
    """What a document has to say to segment-worker: indented lines and inline code."""
    text = document.read_text()
    shown = re.findall(r"^ {4,}(?:\.venv/bin/)?segment-worker (.+)$", text, re.MULTILINE)
    shown += re.findall(r"`(?:\.venv/bin/)?segment-worker ([^`]+)`", text)
    return [re.sub(r"\s+#.*", "", line) for line in shown]


SHOWN = [(document.name, line) for document in DOCUMENTS for line in commands(document)]


def test_the_documents_show_commands() -> None:
    assert len(SHOWN) > 10


@pytest.mark.parametrize(("document", "line"), SHOWN)
def test_a_shown_command_exists(document: str, line: str) -> None:
    words = shlex.split(line)
    if words[0].startswith("-"):
        assert words[0] in ("--help", "--version")
        return
    assert words[0] in COMMANDS, f"{document}: there is no command {words[0]}"
    options = [word for word in words[1:] if word.startswith("--")]
    names = [word for word in words[1:] if re.fullmatch("[a-z]+", word)][:1]
    command = load(words[0])
    subcommands = getattr(get_command(command), "commands", {})
    path = [name for name in names if name in subcommands]
    answer = CliRunner().invoke(command, [*path, "--help"], terminal_width=200)
    assert answer.exit_code == 0
    for option in options:
        assert option in answer.output, f"{document}: {line}"


def test_make_targets_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make ([a-z-]+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("https://"):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    for named in re.findall(r"`((?:worker|tests|docs|deploy|topics)/[\w./-]+)`", document.read_text()):
        assert (ROOT / named).exists(), f"{document.name}: {named}"


def test_the_architecture_names_every_package_and_module() -> None:
    first_column = " ".join(re.findall(r"^\| (`.*?) \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE))
    named = {Path(name).name for name in re.findall(r"`([\w./]+)`", first_column)}
    there = {path.name for path in (ROOT / "worker").iterdir() if not path.name.startswith("__")}
    assert there <= named


def test_every_source_that_is_cited_is_told() -> None:
    page = (ROOT / "docs/sources.md").read_text()
    for source in ("segment_actions", "customerio_semantics"):
        table = page.partition(f"## {source}.md")[2].partition("\n## ")[0]
        told = {section for row in re.findall(r"^\| ([\d., ]+) \|", table, re.MULTILINE) for section in row.split(", ")}
        for path in sorted((ROOT / "worker").rglob("*.py")):
            for section in re.findall(rf"{source}\.md[\s#]+(\d+(?:\.\d+)?)", path.read_text()):
                assert section in told, f"{path}: {source}.md {section}"
