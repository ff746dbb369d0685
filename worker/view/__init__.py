"""The view: a copy of the workspace in SQLite, kept by one role and read by commands.

`role` reads topic workspace.changes; `intake` checks the records and drops repeats; `fold` says which rows each change
writes; `store` writes a batch as one transaction, with the position in the topic; `read` answers questions.
"""
