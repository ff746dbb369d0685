"""The workspace as its changes tell it, in memory: changes in, per-entity documents out.

Used by `simulate` and by tests; worker/view does the same in a database. Changes of one subject must come in their
order, those of different subjects may come in any; a repeated change does no harm.
"""

from worker.workspace.picture.picture import Picture
from worker.workspace.picture.shown import shown

__all__ = ["Picture", "shown"]
