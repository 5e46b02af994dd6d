"""Notes the threshold of a tenant's room for files that a call of a tool reached."""

from functions.tools.own.act import Done
from shared.aggregates import Command
from shared.budgets.reached import note_threshold


def note_room(work: Command, done: Done) -> None:
    """Notes the reached threshold in the commit that keeps the file, for `runs` to publish; nothing
    for a call that reached none."""
    if done.reached is not None:
        note_threshold(work.change, "storage", done.reached, work.at)
