"""Damages files as a failing disk does."""

import sqlite3
from pathlib import Path


def damage_values(file: Path) -> None:
    """Overwrite the root page of the values in a file of `DiskPartitionState`; the rest stays readable."""
    connection = sqlite3.connect(file)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'state'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xaa" * size)
