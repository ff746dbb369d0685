"""What SQLite's errors say of the file."""

import sqlite3


def is_damage(problem: sqlite3.Error) -> bool:
    """Whether it is the file that is wrong: damaged, or of another kind."""
    code: int = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_OK)  # the module's own errors have none
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
