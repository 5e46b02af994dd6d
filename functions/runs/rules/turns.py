"""What a run does next in a step in which a model thinks, acts and observes: it asks the model,
makes the calls of its answer one by one, and ends with the first answer without a call.

A call's place among all calls of the step is its iteration, so that it is the same invocation after
a crash. What a turn answered is kept before anything follows from it."""

from datetime import datetime
from typing import Any

from events.invocations import Labelled
from events.labels import Labels, by_model, merged
from events.plan_content import (
    AgentTurns,
    Completion,
    ModelStep,
    route_of,
)
from functions.runs.rules.choices import Allowed, Bounds, Denied, Outside, judge
from functions.runs.rules.chosen_calls import changed_operation, too_dear
from functions.runs.rules.completions import (
    completion_said,
    judged,
    prompt_of,
    why_not_given,
    with_version,
)
from functions.runs.rules.conversation import (
    MOST_BYTES,
    Conversation,
    calls_in,
    conversation,
)
from functions.runs.rules.gate import Unwanted, gated
from functions.runs.rules.models import why_not_asked
from functions.runs.rules.moves import Act, Ask, Halt, Think, failed, paused
from functions.runs.rules.prices import LEAST_TOKENS, ModelTerms
from functions.runs.rules.step_result import StepResult, result_in
from functions.runs.rules.step_under_way import Noted, StepUnderWay
from functions.runs.rules.thinking import Thinking, Turn, turn_id
from shared.kit.templates import filled

# A model that was asked so often for one turn without a known answer is not asked again by itself.
MOST_ASKED = 2


class StepOfTurns(StepUnderWay):
    """Such a step. `labels` are those of the goal and of what decided that the step is done."""

    def next(self, at: datetime) -> Act | Ask | Think | Halt | Noted:
        """What comes next. Raises ExpressionFailed where the goal has no value."""
        tools, known = self._does.envelope.calls, self.mind.operations
        if (problem := changed_operation(self._id, tools, known)) is not None:
            return problem
        if isinstance(self._does, Completion):
            return self._completed(self._does, at)
        calls, number = calls_in(self._turns), self.run.cursor.call
        if number < len(calls):
            return self._choice(judge(calls[number], self._bounds()), number, at)
        last = self._turns[-1].answer if self._turns else None
        if last is not None and not last.calls and not last.is_cut and last.text.strip():
            return Noted(self._end({"text": last.text}, at), ends=True)
        return self._think()

    def _completed(self, does: Completion, at: datetime) -> Think | Halt | Noted:
        """The step ends with the first answer that is what it gives."""
        if not self._turns:
            return self._think()
        answer = judged(does, self._turns[-1].answer)
        if answer.is_given:
            return Noted(self._end(answer.value, at), ends=True)
        if answer.why_not is None or len(self._turns) >= does.envelope.most_turns:
            return failed(self._id, *why_not_given(answer, len(self._turns)))
        return self._think()

    @property
    def _does(self) -> ModelStep:
        return with_version(self.run.run_id, self.placed.step)

    @property
    def _thinking(self) -> Thinking:
        return self.run.thinking or Thinking()

    @property
    def _turns(self) -> tuple[Turn, ...]:
        """Those of this step: another one may have been under way before."""
        return tuple(each for each in self.mind.turns if each.number == self.placed.number)

    @property
    def _is_ours(self) -> bool:
        """Whether who would ask the model has committed that already."""
        return self._thinking.asked > 0 and self._thinking.asker == self.mind.asker

    def _bounds(self) -> Bounds:
        return self.mind.bounds(self._does.envelope.calls, self.run, self.plan)

    def _choice(
        self, choice: Allowed | Outside | Denied, number: int, at: datetime
    ) -> Act | Ask | Halt | Noted:
        if isinstance(choice, Denied):
            return self._refused(number, choice.why, at)
        made = sum(each.invocation_id is not None for each in self._given())
        if made >= self._does.envelope.most_calls:
            detail = f"the model wants more than {made} calls, which is all that the step allows"
            return failed(self._id, "calls_exhausted", detail)
        price = choice.call.price_usd_micros
        if (halt := self._too_dear(price)) is not None:
            return halt
        move = gated(self.run, self.placed, number, choice, self._read_before(number))
        if isinstance(move, Unwanted):
            return self._refused(number, "a person was asked, and refused it", at)
        return move

    def _read_before(self, number: int) -> Labels:
        """The labels of all that the model had read when it chose the call with that number, and
        its own: what several calls of one turn gave, it reads after it chose them all."""
        first = 0
        for turn in self._turns:
            if first + len(turn.answer.calls) > number:
                break
            first += len(turn.answer.calls)
        read = (each.output.labels for each in self._given()[:first])
        return merged(self.labels, (by_model(turn.model),), *read)

    def _think(self) -> Think | Halt:
        envelope, thinking, terms = self._does.envelope, self._thinking, self._terms()
        if terms is None or terms.name != envelope.model:
            why = why_not_asked(envelope.model, terms.name if terms is not None else "")
            return paused(self._id, "model_changed", why)
        key = turn_id(self.run.run_id, self.placed.number, thinking.turns)
        is_lost = not self._is_ours and key not in self.mind.known
        if thinking.asked >= MOST_ASKED and is_lost:
            detail = f"the model was asked {thinking.asked} times for a turn, and nobody knows what"
            return failed(self._id, "model_unanswered", f"{detail} it answered")
        if thinking.turns >= envelope.most_turns:
            detail = f"the model gave no answer in {envelope.most_turns} turns"
            return failed(self._id, "turns_exhausted", detail)
        said = self._said()
        if said.size > MOST_BYTES:
            detail = f"what the model would be told has {said.size} bytes; it may have {MOST_BYTES}"
            return failed(self._id, "conversation_too_long", detail)
        return self._within_budgets(said, terms)

    def _terms(self) -> ModelTerms | None:
        """Those of the model that the step asks: the tenant's own or, without one, the stack's."""
        route = route_of(self.placed.step)
        if route is None:
            return self.mind.terms
        return ModelTerms.of_route(self._does.envelope.model, route)

    def _said(self) -> Conversation:
        does = self._does
        if isinstance(does, Completion):
            return completion_said(self._id, does, self.context, self._turns)
        assert isinstance(does, AgentTurns)
        goal, known = filled(does.goal, self.context), self.mind.operations
        return conversation(goal, does.envelope, known, self._turns, self._given())

    def _within_budgets(self, said: Conversation, terms: ModelTerms) -> Think | Halt:
        own, whole = self._left()
        most = terms.tokens_for(min(own, whole), said.most_tokens)
        if isinstance(self._does, Completion) and self._does.most_tokens is not None:
            most = min(most, self._does.most_tokens)
        if most == 0:
            halt = self._too_dear(terms.cost(said.most_tokens, LEAST_TOKENS))
            assert halt is not None
            return halt
        reserved = terms.cost(said.most_tokens, most)
        return Think(self.placed, said, terms, most, reserved, self._is_ours)

    def _left(self) -> tuple[int, int]:
        """What the step and the whole run may still spend."""
        step, run = self.placed.step, self.run
        calls = sum(each.cost_usd_micros for each in self._given())
        spent = self._thinking.spent_usd_micros + calls
        bounds = [self._does.envelope.spend_usd_micros]
        bounds += [] if step.budget_usd_micros is None else [step.budget_usd_micros]
        return min(bounds) - spent, self.most_usd_micros - run.spent_usd_micros

    def _too_dear(self, price: int) -> Halt | None:
        return too_dear(self._id, price, *self._left())

    def _end(self, value: Any, at: datetime) -> StepResult:
        read = (each.output.labels for each in self._given())
        labels = merged(self.labels, (by_model(self._turns[-1].model),), *read)
        written = Labelled(value=value, labels=labels)
        return result_in(
            self.run,
            self.placed,
            at,
            status="completed",
            output=written,
            iterations=self.run.cursor.call,
            turns=len(self._turns),
            prompt=prompt_of(self.run.run_id, self.placed.step),
            cost_usd_micros=self._thinking.spent_usd_micros,
        )
