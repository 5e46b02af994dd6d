"""Notes what a tenant has of its room for files by a call that kept one."""

from functions.tools.own.act import Done
from shared.aggregates import Command
from shared.budgets.reached import note_reached


def note_room(work: Command, done: Done) -> None:
    """Notes, in the commit that keeps the file, the threshold that was reached by it, for `runs` to
    tell of; nothing for a call that reached none."""
    if done.reached is not None:
        note_reached(work.change, "storage", done.reached, work.at)
