"""The operations by name."""

from collections.abc import Mapping

from events.operations import SKILL
from functions.tools.own.acting import Operation
from functions.tools.own.artifacts import READ, WRITE, read, write
from functions.tools.own.notices import notify
from functions.tools.own.targets import add, append
from functions.tools.own.transform import apply
from functions.tools.skills.acting import run

ACTS: Mapping[str, Operation] = {
    "assent/transform.apply": apply,
    SKILL: run,
    READ: read,
    WRITE: write,
    "assent/people.notify": notify,
    "assent/counter.add": add,
    "assent/ledger.append": append,
}
