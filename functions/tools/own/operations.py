"""The operations by name."""

from collections.abc import Mapping

from events.memories import CORRECT, FORGET, RECALL, REMEMBER
from events.operations import SKILL
from events.schedules import CREATE, END
from functions.tools.own.act import Operation
from functions.tools.own.artifacts import READ, WRITE, read, write
from functions.tools.own.memories import ask_knowledge
from functions.tools.own.notices import notify
from functions.tools.own.schedules import ask_runs
from functions.tools.own.targets import add, append
from functions.tools.own.transform import apply
from functions.tools.skills.run import run

ACTS: Mapping[str, Operation] = {
    "assent/transform.apply": apply,
    SKILL: run,
    READ: read,
    WRITE: write,
    "assent/people.notify": notify,
    CREATE: ask_runs,
    END: ask_runs,
    REMEMBER: ask_knowledge,
    RECALL: ask_knowledge,
    CORRECT: ask_knowledge,
    FORGET: ask_knowledge,
    "assent/counter.add": add,
    "assent/ledger.append": append,
}
