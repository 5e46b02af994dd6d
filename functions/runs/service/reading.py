"""What people see of a run's steps."""

import re
from itertools import islice
from typing import NamedTuple

from events.plan_content import MOST_IN_A_GROUP
from functions.runs.aggregates import RESULTS
from functions.runs.rules.run import Run, StepResult, result_id
from functions.runs.service.retention import read_run
from functions.runs.views.steps import StepPage, StepView
from shared.kit.callers import Caller
from shared.kit.parsing import refused_cursor
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

AT_ONCE = 16
# One step may have given half a megabyte, which is shown however much it is.
MOST_BYTES = 900_000
_CURSOR = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})\Z", re.ASCII)


class Position(NamedTuple):
    """A result of a run: that of a step, or that of one of its iterations, of which there are
    `of`."""

    number: int = 0
    iteration: int = 0
    of: int = 0

    def id(self, run_id: str) -> str:
        """The id of its document."""
        return result_id(run_id, self.number, self.iteration if self.of else None)

    def after(self, iterations: int) -> "Position":
        """The next one, where this one's step turned out to have so many iterations."""
        if not self.of and iterations:
            return Position(self.number, 0, iterations)
        if self.iteration + 1 < self.of:
            return Position(self.number, self.iteration + 1, self.of)
        return Position(self.number + 1)

    def expected(self, last: int) -> "list[Position]":
        """This one and those after it, before the step `last`, as far as nothing unread may come
        between."""
        if self.of:
            return [Position(self.number, each, self.of) for each in range(self.iteration, self.of)]
        return [Position(number) for number in range(self.number, last)]


async def list_steps(caller: Caller, run_id: str, limit: int, cursor: str | None) -> StepPage:
    """The results of a run in the order of its plan, each step before its iterations. Reads at most
    `limit` of them, and shows as many of these as fit into 900 KB, but always one. Raises NotFound,
    Invalid."""
    run = await read_run(caller, run_id)
    store = TenantStore(caller.tenant_id)
    # Nothing is there of what comes after the group under way.
    last = min(run.steps, run.done + MOST_IN_A_GROUP)
    position, size = _position_in(cursor), 0
    known: dict[str, Document | None] = {}
    shown: list[StepView] = []
    while position.number < last:
        if position.id(run_id) not in known:
            more = min(AT_ONCE, limit - len(known))
            if more == 0:
                break
            ids = [each.id(run_id) for each in islice(position.expected(last), more)]
            documents = await store.get_many([(RESULTS.collection, id) for id in ids])
            known |= dict(zip(ids, documents, strict=True))
        document = known[position.id(run_id)]
        result = RESULTS.state_in(document.data) if document is not None else None
        if document is not None and result is not None:
            size += len(document.data["state"].encode())
            if shown and size > MOST_BYTES:
                break
            shown.append(StepView.of(result))
        position = position.after(_iterations(run, position, result))
    following = ".".join(map(str, position)) if position.number < last else None
    return StepPage(items=tuple(shown), next_cursor=following)


def _iterations(run: Run, position: Position, result: StepResult | None) -> int:
    """How many iterations the step has given; one under way has no result of its own yet."""
    if result is not None:
        return result.iterations or 0
    return run.cursor.call if position.number == run.done else 0


def _position_in(cursor: str | None) -> Position:
    if cursor is None:
        return Position()
    found = _CURSOR.match(cursor)
    if found is None:
        raise refused_cursor()
    return Position(*map(int, found.groups()))
