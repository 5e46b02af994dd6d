"""Events and timers in: decisions about what runs asked, waits that are over, runs whose process
died, recalls that may not have halted all runs."""

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.recalls import RECALL_DUE
from functions.runs.rules.run import RUN_DUE, RUN_LOST
from functions.runs.service.deciding import TYPES, act_on
from functions.runs.service.recalls import look_again
from functions.runs.service.waking import wake

__all__ = ["ABOUT", "HANDLERS", "RUN"]

# Decisions about others are not for this function.
ABOUT = {"approvals": RUNS.noun}
HANDLERS = {**dict.fromkeys(TYPES, act_on), RUN_DUE: wake, RUN_LOST: wake, RECALL_DUE: look_again}
