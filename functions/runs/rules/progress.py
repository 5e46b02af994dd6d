"""One burst of a run: what it does from where it stands until it waits or ends, and what came of
it. Decides everything and touches nothing: others make the calls and report what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.invocations import InvocationView, Labelled
from events.plan_content import AgentTurns, ModelStep, PlanContent, SkillCalls
from events.plans import Prediction
from events.receipts import Receipt
from events.runs import Waiting
from functions.runs.rules import chosen_calls
from functions.runs.rules.allowance import held_first, why_not
from functions.runs.rules.calls import (
    NOT_EVALUATED,
    ConcreteCall,
    Prepared,
    Rejected,
    prepare,
)
from functions.runs.rules.cards import content_of_calls
from functions.runs.rules.context import context_after
from functions.runs.rules.history import counted
from functions.runs.rules.labels import (
    UNTRUSTED_EFFECT,
    Sources,
    needs_a_person,
    with_labels,
)
from functions.runs.rules.moves import (
    Act,
    Ask,
    Finish,
    Move,
    Rest,
    failed,
    gravity,
    paused,
    try_again,
)
from functions.runs.rules.order import MOST_TOGETHER, Placed, Unit, units_of
from functions.runs.rules.overrun import costs_more, more_calls, note_cost
from functions.runs.rules.receipts import receipt_of
from functions.runs.rules.results import result_of
from functions.runs.rules.run import Run
from functions.runs.rules.skills import StepOfSkill
from functions.runs.rules.step_result import LONGEST_OUTPUT, StepResult, result_id, result_in
from functions.runs.rules.step_under_way import Mind, Noted
from functions.runs.rules.subruns import move_of
from functions.runs.rules.thinking import Turn
from functions.runs.rules.turns import StepOfTurns
from functions.runs.rules.under_way import wait_for
from functions.runs.rules.waits import until_of
from shared.kit.templates import filled

# What is committed at once.
MOST_OUTCOMES, MOST_BYTES = 50, 2_000_000


@dataclass
class Progress:
    """A run on its way. `results` are those of earlier bursts that its expressions read, by their
    ids; `made` are new, and so are `answered` turns and the receipts of calls (`receipts`) and of
    `questions` to a model. `most_usd_micros` is the most
    that it may have spent with what is held for it; `no_more` says why nothing more is held."""

    run: Run
    plan: PlanContent
    prediction: Prediction | None = None
    results: dict[str, StepResult] = field(default_factory=dict)
    made: list[StepResult] = field(default_factory=list)
    answered: list[Turn] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    questions: list[Receipt] = field(default_factory=list)
    most_usd_micros: int | None = None
    no_more: str | None = None
    mind: Mind = field(default_factory=Mind)
    _bytes: int = 0
    _units: tuple[Unit, ...] = ()
    _numbers: dict[str, int] = field(default_factory=dict)
    _prepared: tuple[int, Prepared] | None = None

    def __post_init__(self) -> None:
        self._units = units_of(self.plan)
        self._numbers = {each.step.id: each.number for unit in self._units for each in unit}

    @property
    def reported(self) -> tuple[Receipt, ...]:
        """All receipts that others are told of."""
        return (*self.questions, *self.receipts)

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        if len(self.receipts) >= MOST_OUTCOMES or len(self.made) >= 4 * MOST_OUTCOMES:
            return True
        return self._bytes >= MOST_BYTES

    def next(self, at: datetime) -> Move:
        """What the run does now."""
        if (halt := costs_more(self.run)) is not None:
            return halt
        try:
            while self.run.cursor.unit < len(self._units):
                if (move := self._of_unit(self._units[self.run.cursor.unit], at)) is not None:
                    # Where no more can be held, each move already costs no more than what is.
                    most = self.most_usd_micros if self.no_more is None else None
                    return held_first(self.run, move, most)
                if self.is_full and self.run.cursor.unit < len(self._units):
                    return Act(())
            outputs = filled(dict(self.plan.outputs), self._context())
            return Finish(outputs, self._sources.of_template(dict(self.plan.outputs)))
        except Rejected as error:
            return failed(error.step, error.code, error.detail)
        except NOT_EVALUATED as error:
            return failed(None, "expression_failed", str(error))

    def _of_unit(self, unit: Unit, at: datetime) -> Move | None:
        """What is left to do of a unit; None once it is done."""
        if unit[0].step.does.kind == "wait":
            return self._wait(unit[0], at)
        prepared = self._prepare(unit)
        if isinstance(unit[0].step.does, ModelStep | SkillCalls) and not prepared.skipped:
            return self._chosen(unit[0], at)
        known = self.results, self.prediction, self._sources
        if (delegated := move_of(self.run, unit[0], prepared, *known)) is not None:
            return delegated
        left = prepared.calls[self.run.cursor.call :]
        if not left:
            self._end_unit(unit, prepared, at)
            return None
        halt = more_calls(self.run, self.prediction, unit, prepared)
        if halt is not None:
            return halt
        if left[0].placed.step.assent == "step":
            content = content_of_calls(self.run, prepared.calls)
            given = self.run.step_assent
            if given is None or given.content_hash != content.hash:
                is_untrusted = any(map(needs_a_person, prepared.calls))
                return Ask(prepared.calls, content, UNTRUSTED_EFFECT if is_untrusted else None)
        together = left[: MOST_TOGETHER if len(unit) > 1 else 1]
        return why_not(self.run, together, self._most, self.no_more) or Act(tuple(together))

    def _chosen(self, placed: Placed, at: datetime) -> Move | None:
        """What is left to do of a step in which a model, or a program, chooses."""
        context, labels = self._context(), self._sources.of_step(placed.step)
        kind = StepOfSkill if isinstance(placed.step.does, SkillCalls) else StepOfTurns
        while True:
            step = kind(
                self.run, self.plan, placed, self.mind, self.results, context, self._most, labels
            )
            if not isinstance(move := step.next(at), Noted):
                return move
            self._keep(move.result)
            if move.ends:
                self._pass()
                return None
            cursor = self.run.cursor
            self.run = self.run.but(cursor=cursor.but(call=cursor.call + 1))

    def _wait(self, placed: Placed, at: datetime) -> Move | None:
        waiting = self.run.waiting
        if waiting is not None and waiting.step == placed.step.id:
            assert waiting.until is not None
            if waiting.until > at:
                return Rest(placed.step.id, waiting.until)
        elif prepare((placed,), self._context()).skipped:
            self._keep(self._decided(placed, "skipped", at))
            self._pass()
            return None
        else:
            until = until_of(placed.step, self._context(), at)
            if until > at:
                return Rest(placed.step.id, until)
        self._keep(result_in(self.run, placed, at, status="completed"))
        self._pass()
        return None

    def _pass(self) -> None:
        cursor, run = self.run.cursor, self.run
        moved = cursor.but(unit=cursor.unit + 1, call=0, attempt=1)
        self.run = run.but(
            cursor=moved,
            waiting=None,
            step_assent=None,
            answer=None,
            thinking=None,
            done=sum(map(len, self._units[: moved.unit])),
        )

    def _end_unit(self, unit: Unit, prepared: Prepared, at: datetime) -> None:
        for placed in prepared.skipped:
            self._keep(self._decided(placed, "skipped", at))
        for placed in unit:
            if placed.number in prepared.iterations:
                result = self._decided(placed, "completed", at)
                self._keep(result.but(iterations=prepared.iterations[placed.number]))
        self._prepared = None
        self._pass()

    @property
    def _most(self) -> int:
        """The most that it may have spent, with what may be held for it yet."""
        plan, most = self.plan.budget_usd_micros, self.most_usd_micros
        return plan if most is None or self.no_more is None else min(plan, most)

    def take(
        self, outcomes: Iterable[tuple[ConcreteCall, InvocationView]], at: datetime
    ) -> Move | None:
        """Notes what became of calls that were made together. None where the run goes on."""
        self.run = self.run.but(tries=0)
        moves = [self._take(call, view, at) for call, view in outcomes]
        grave = [each for each in moves if each is not None]
        if not grave:
            cursor = self.run.cursor
            self.run = self.run.but(cursor=cursor.but(call=cursor.call + len(moves), attempt=1))
            return None
        # A doubt first, then what failed, then what is tried again.
        return min(grave, key=gravity)

    def _take(self, call: ConcreteCall, view: InvocationView, at: datetime) -> Move | None:
        if view.status in ("intended", "dispatched"):
            move = wait_for(self.run, call, view, at)
            if isinstance(move, Rest):
                self.run = self.run.but(tries=1)
            return move
        result = result_of(self.run, self.prediction, call, view, at)
        receipt = receipt_of(self.run, call, view, result)
        if view.status == "confirmed":
            size = len(result.output.model_dump_json())
            if size > LONGEST_OUTPUT:
                self.receipts.append(receipt)
                detail = f"it gave {size} bytes; at most {LONGEST_OUTPUT} are kept"
                return failed(call.step, "output_too_large", detail)
            self._bytes += size
            if result.id not in self.results:
                self._keep(result)
                run = counted(self.run, call, view.cost_usd_micros)
                self.run = note_cost(run, self.prediction, call, view.cost_usd_micros)
                self.receipts.append(receipt)
            return None
        self.receipts.append(receipt)
        if view.status == "doubtful":
            waiting = Waiting(kind="doubt", step=call.step, invocation_id=view.invocation_id)
            detail = view.reason or "its answer never came"
            return paused(call.step, "doubtful", detail, waiting)
        cursor, moved = self.run.cursor, try_again(call, view, self.run.cursor.attempt, at)
        is_over = isinstance(call.placed.step.does, AgentTurns) or not isinstance(moved, Rest)
        if chosen_calls.is_chosen(call) and is_over:
            self._keep(chosen_calls.noted_refusal(result, view))
            return None
        if isinstance(moved, Rest):
            self.run = self.run.but(cursor=cursor.but(attempt=cursor.attempt + 1))
        return moved

    def _prepare(self, unit: Unit) -> Prepared:
        at = self.run.cursor.unit
        if self._prepared is None or self._prepared[0] != at:
            prepared = prepare(unit, self._context())
            self._prepared = at, with_labels(prepared, self._sources)
        return self._prepared[1]

    @property
    def _sources(self) -> Sources:
        """What its expressions read, for the labels of that."""
        return Sources(self.run.run_id, self.run.labels, self._numbers, self.results)

    def made_in(self, unit: int) -> tuple[ConcreteCall, ...]:
        """The calls of a unit that were made and noted, in their order. Raises Rejected."""
        prepared = prepare(self._units[unit], self._context(unit))
        run_id = self.run.run_id
        made = (
            each
            for each in prepared.calls
            if result_id(run_id, each.placed.number, each.iteration) in self.results
        )
        return (*made, *chosen_calls.chosen_in(self._units[unit][0], self.results))

    def _context(self, unit: int | None = None) -> dict[str, Any]:
        """What the expressions of a unit read, by default of the one under way."""
        before = self._units[: self.run.cursor.unit if unit is None else unit]
        ended = [each for unit in before for each in unit]
        return context_after(ended, self.plan.inputs, self.run.run_id, self.results)

    def _decided(self, placed: Placed, status: str, at: datetime) -> StepResult:
        """A result that says only what the step's expressions decided."""
        labels = self._sources.of_step(placed.step)
        output = Labelled(labels=labels)
        return result_in(self.run, placed, at, status=status, output=output)

    def _keep(self, result: StepResult) -> None:
        self.results[result.id] = result
        self.made.append(result)
