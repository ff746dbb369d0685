"""The tables of the view.

Each table has one statement that writes it (worker/view/rows.py), so that a batch of changes is written table by table.
Rows refer to what caused them by `number`, that of the change in table activities: a later change has a higher one.
Nothing refers to rows that must be there before: changes of different subjects come in any order.
"""

from typing import Final

VERSION: Final = 3
"""PRAGMA user_version of the file. Raise it with every change of the tables or of what they mean."""

FAILURES: Final = (
    "failed_attribute_change",
    "merge_refused",
    "attribute_refused",
    "ignored_suppressed",
    "ignored_deleted",
    "ignored_unknown_cio_id",
    "ignored_anonymous_identify",
    "anonymous_expired",
)
"""Changes that tell that something did not happen."""

FAILURES_SQL: Final = ", ".join(f"'{name}'" for name in FAILURES)

TABLES: Final = f"""
-- Whose copy this is, and the number of the last change. Each process that writes takes the next generation and stops
-- when it is no longer the newest.
CREATE TABLE source (topic TEXT NOT NULL, generation INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;

-- The next offset to read, and the highest mark seen of each origin partition (worker/runtime/origin.py).
CREATE TABLE positions (partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL) STRICT;
CREATE TABLE marks (
    partition INTEGER, origin TEXT, origin_offset INTEGER NOT NULL, origin_index INTEGER NOT NULL,
    PRIMARY KEY (partition, origin)
) STRICT, WITHOUT ROWID;

-- Every change of a subject (its Kafka key), as it was published; `arrived`: when the event did that caused it.
CREATE TABLE activities (
    number INTEGER PRIMARY KEY, subject TEXT NOT NULL, type TEXT NOT NULL, arrived REAL NOT NULL, change TEXT NOT NULL
) STRICT;
CREATE INDEX activities_of ON activities (subject, arrived, number);
CREATE INDEX activities_failed ON activities (type) WHERE type IN ({FAILURES_SQL});

-- `named` and `fate`: the changes that last set the identifiers, and merged, restored or deleted the person.
CREATE TABLE people (
    cio_id TEXT PRIMARY KEY, created REAL, identified INTEGER NOT NULL,
    named INTEGER, id TEXT, email TEXT, email_key TEXT,
    fate INTEGER, merged_into TEXT, deleted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_id ON people (id) WHERE id IS NOT NULL;
CREATE INDEX people_by_email ON people (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX people_merged ON people (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX people_newest ON people (created, cio_id) WHERE merged_into IS NULL AND NOT deleted;

-- Attributes of a person (cio:C), an object (object:T/I) or a relationship (relationship/C/T/I) as JSON; NULL: removed.
-- `source`: the merged profile that they came from.
CREATE TABLE attributes (
    subject TEXT, name TEXT, value TEXT, number INTEGER NOT NULL, source TEXT,
    PRIMARY KEY (subject, name)
) STRICT, WITHOUT ROWID;

-- `number` is the activity with the event itself, `digest` that of what tells two events apart.
CREATE TABLE events (
    number INTEGER PRIMARY KEY, cio_id TEXT NOT NULL, digest INTEGER NOT NULL, anonymous_id TEXT, at REAL NOT NULL,
    UNIQUE (cio_id, digest)
) STRICT;
CREATE INDEX events_under ON events (anonymous_id, at) WHERE anonymous_id IS NOT NULL;

-- Whose events are that were received for somebody else: worker/view/moving.py.
CREATE TABLE moved_events (number INTEGER PRIMARY KEY, owner TEXT NOT NULL) STRICT;
CREATE INDEX moved_events_of ON moved_events (owner);

-- Whose an anonymousId was from `since` to before `until` (unix seconds); `forgotten`: the person was deleted later.
CREATE TABLE spans (
    anonymous_id TEXT, since REAL, until REAL NOT NULL, cio_id TEXT NOT NULL, forgotten INTEGER NOT NULL,
    PRIMARY KEY (anonymous_id, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE relationships (
    cio_id TEXT, object_type_id TEXT, object_id TEXT, related INTEGER NOT NULL, since INTEGER, number INTEGER NOT NULL,
    PRIMARY KEY (cio_id, object_type_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relationships_of_object ON relationships (object_type_id, object_id, cio_id) WHERE related;

CREATE TABLE anonymous_ids (
    cio_id TEXT, anonymous_id TEXT, number INTEGER NOT NULL, PRIMARY KEY (cio_id, anonymous_id)
) STRICT, WITHOUT ROWID;

-- `link`: the change that last set `linked_to`.
CREATE TABLE anonymous (
    anonymous_id TEXT PRIMARY KEY, link INTEGER, linked_to TEXT, waiting INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX anonymous_waiting ON anonymous (waiting) WHERE waiting > 0;

CREATE TABLE objects (
    object_type_id TEXT, object_id TEXT, present INTEGER NOT NULL, created INTEGER, number INTEGER NOT NULL,
    PRIMARY KEY (object_type_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE object_types (
    object_type_id TEXT PRIMARY KEY, name TEXT NOT NULL, number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `attributes` is a JSON object, bounded as the device itself is.
CREATE TABLE devices (
    token TEXT PRIMARY KEY, cio_id TEXT, platform TEXT NOT NULL, last_used ANY NOT NULL, attributes TEXT NOT NULL,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of ON devices (cio_id) WHERE cio_id IS NOT NULL;

CREATE TABLE handles (
    handle TEXT PRIMARY KEY, suppressed INTEGER NOT NULL, number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX handles_suppressed ON handles (handle) WHERE suppressed;

-- Ids and emails (as handles) that people have had; `number` is the change by which they gave them up.
CREATE TABLE formers (
    handle TEXT, cio_id TEXT, number INTEGER NOT NULL, PRIMARY KEY (handle, cio_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX formers_of ON formers (cio_id);

-- A handle (its digest) whose person was deleted: of what arrived before then its log has forgotten all.
CREATE TABLE forgotten (handle INTEGER PRIMARY KEY, arrived REAL NOT NULL) STRICT;
"""
