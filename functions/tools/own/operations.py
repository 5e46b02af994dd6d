"""The operations by name."""

from collections.abc import Mapping

from functions.tools.own.acting import Operation
from functions.tools.own.artifacts import WRITE, write
from functions.tools.own.notices import notify
from functions.tools.own.targets import add, append
from functions.tools.own.transform import apply

ACTS: Mapping[str, Operation] = {
    "assent/transform.apply": apply,
    WRITE: write,
    "assent/people.notify": notify,
    "assent/counter.add": add,
    "assent/ledger.append": append,
}
