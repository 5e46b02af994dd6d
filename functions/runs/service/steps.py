"""What people see of a run's steps."""

import re
from itertools import islice
from typing import NamedTuple

from events.plan_content import MOST_IN_A_GROUP
from functions.runs.aggregates import RESULTS, TURNS
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_id
from functions.runs.rules.thinking import turn_id
from functions.runs.service.retention import read_run
from functions.runs.views.steps import StepPage, StepView
from shared.kit.callers import Caller
from shared.kit.parsing import refused_cursor
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

AT_ONCE = 16
# One step may have given half a megabyte, which is shown however much it is.
MOST_BYTES = 900_000
_CURSOR = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})\Z", re.ASCII)


class Position(NamedTuple):
    """A document of a step: what it gave or, of one that has `turns` of a model or iterations
    (`of`), one of these, the turns first."""

    number: int = 0
    part: int = 0
    turns: int = 0
    of: int = 0

    @property
    def is_turn(self) -> bool:
        """Whether a turn of a model lies here."""
        return self.part < self.turns

    def place(self, run_id: str) -> tuple[str, str]:
        """Where its document lies."""
        if self.is_turn:
            return TURNS.collection, turn_id(run_id, self.number, self.part)
        iteration = self.part - self.turns if self.of else None
        return RESULTS.collection, result_id(run_id, self.number, iteration)

    def after(self, turns: int, iterations: int) -> "Position":
        """The next one, where this one's step turned out to have so many turns and iterations."""
        parts = self.turns + self.of
        if not parts and (turns or iterations):
            return Position(self.number, 0, turns, iterations)
        if self.part + 1 < parts:
            return self._replace(part=self.part + 1)
        return Position(self.number + 1)

    def expected(self, last: int) -> "list[Position]":
        """This one and those after it, before the step `last`, as far as nothing unread may come
        between."""
        parts = self.turns + self.of
        if parts:
            return [self._replace(part=each) for each in range(self.part, parts)]
        return [Position(number) for number in range(self.number, last)]


async def list_steps(caller: Caller, run_id: str, limit: int, cursor: str | None) -> StepPage:
    """The results of a run in the order of its plan, each step before the turns of its model and
    its iterations. Reads at most `limit` of them, and shows as many of these as fit into 900 KB,
    but always one. Raises NotFound, Invalid."""
    run = await read_run(caller, run_id)
    store = TenantStore(caller.tenant_id)
    # Nothing is there of what comes after the group under way.
    last = min(run.steps, run.done + MOST_IN_A_GROUP)
    position, size = _position_in(cursor), 0
    known: dict[tuple[str, str], Document | None] = {}
    shown: list[StepView] = []
    while position.number < last:
        if position.place(run_id) not in known:
            more = min(AT_ONCE, limit - len(known))
            if more == 0:
                break
            places = [each.place(run_id) for each in islice(position.expected(last), more)]
            known |= dict(zip(places, await store.get_many(places), strict=True))
        document = known[position.place(run_id)]
        result = None
        if document is not None:
            size += len(document.data["state"].encode())
            if shown and size > MOST_BYTES:
                break
            result = _result_in(position, document)
            shown.append(_shown(position, document, result))
        position = position.after(*_parts(run, position, result))
    following = ".".join(map(str, position)) if position.number < last else None
    return StepPage(items=tuple(shown), next_cursor=following)


def _result_in(position: Position, document: Document) -> StepResult | None:
    return None if position.is_turn else RESULTS.state_in(document.data)


def _shown(position: Position, document: Document, result: StepResult | None) -> StepView:
    return StepView.of(result) if result else StepView.of_turn(TURNS.state_in(document.data))


def _parts(run: Run, position: Position, result: StepResult | None) -> tuple[int, int]:
    """How many turns and iterations the step has; one under way has no result of its own yet."""
    if result is not None:
        return result.turns or 0, result.iterations or 0
    if position.number != run.done:
        return 0, 0
    return run.thinking.turns if run.thinking is not None else 0, run.cursor.call


def _position_in(cursor: str | None) -> Position:
    if cursor is None:
        return Position()
    found = _CURSOR.match(cursor)
    if found is None:
        raise refused_cursor()
    return Position(*map(int, found.groups()))
