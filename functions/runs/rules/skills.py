"""What a run does next in a step whose program asks for calls: it computes, makes the call that the
program asks for, and computes again with what that gave, until the program gives a value.

What is computed and what is called have their place among both as their iteration, in turn: the
even ones compute. So each is the same invocation after a crash, and a call that has an outcome is
never made again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.invocations import ARGUMENTS, Labelled
from events.labels import Labels, merged
from events.plan_content import SkillCalls
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.choices import Bounds, Denied, judge_call
from functions.runs.rules.chosen_calls import changed_operation, too_dear
from functions.runs.rules.conversation import REFUSED
from functions.runs.rules.gate import Unwanted, gated
from functions.runs.rules.labels import labelled_call
from functions.runs.rules.moves import Act, Ask, Halt, failed
from functions.runs.rules.order import Placed
from functions.runs.rules.step_result import StepResult, result_in
from functions.runs.rules.step_under_way import Noted, StepUnderWay
from shared.kit.canonical import canonical_json
from shared.kit.templates import filled


class StepOfSkill(StepUnderWay):
    """Such a step. `labels` are those of what the program is given and of what decided that it
    runs."""

    def next(self, at: datetime) -> Act | Ask | Halt | Noted:
        """What comes next. Raises ExpressionFailed where an argument has no value, Rejected for
        more labels than a token takes."""
        does = self._does
        if (halt := changed_operation(self._id, does.calls, self.mind.operations)) is not None:
            return halt
        number, given = self.run.cursor.call, self._given()
        if number % 2 == 0:
            return self._compute(number, given)
        said: Any = given[-1].output.value
        if "gives" in said:
            return Noted(self._end(said["gives"], given, at), ends=True)
        if number // 2 >= does.most_calls:
            detail = f"it asks for more than {does.most_calls} calls: raise `most` in its `calls`"
            return failed(self._id, "calls_exhausted", detail)
        return self._call(number, said["asks"], given, at)

    @property
    def _does(self) -> SkillCalls:
        does = self.placed.step.does
        assert isinstance(does, SkillCalls)
        return does

    def _compute(self, number: int, given: list[StepResult]) -> Act | Halt:
        """The program from its start, answered what its calls gave so far."""
        compute, step = self._does.compute, self.placed.step
        arguments = filled(compute.arguments, self.context)
        asked, answered = given[0::2], given[1::2]
        if asked:
            first: Any = asked[0].output.value
            again = {
                "answers": list(map(_answer, asked, answered)),
                "at": first["at"],
                "seed": first["seed"],
            }
            arguments = {**arguments, "calls": {**arguments["calls"], **again}}
        if (problem := ARGUMENTS.problem(arguments)) is not None:
            detail = f"its program and what its calls gave {problem}: let its calls give less"
            return failed(self._id, "calls_too_long", detail)
        # People see the calls that it asks for. What it computes touches nothing.
        step = step.but(assent="none") if step.assent == "step" else step
        call = ConcreteCall(Placed(self.placed.number, step), compute, number, arguments)
        return Act((labelled_call(call, self._read(answered)),))

    def _call(
        self, number: int, asks: Mapping[str, Any], given: list[StepResult], at: datetime
    ) -> Act | Ask | Halt | Noted:
        operation = asks["operation"]
        if operation not in (each.operation for each in self._does.calls):
            return self._refused(number, "it is not among the calls of the skill", at)
        arguments = canonical_json(asks["arguments"]).decode()
        choice = judge_call(operation, arguments, self._bounds())
        if isinstance(choice, Denied):
            return self._refused(number, choice.why, at)
        if (halt := self._too_dear(choice.call.price_usd_micros, given)) is not None:
            return halt
        move = gated(self.run, self.placed, number, choice, self._read(given))
        if isinstance(move, Unwanted):
            return self._refused(number, "a person was asked, and refused it", at)
        return move

    def _bounds(self) -> Bounds:
        return self.mind.bounds(self._does.calls, self.run, self.plan)

    def _read(self, given: list[StepResult]) -> Labels:
        return merged(self.labels, *(each.output.labels for each in given))

    def _too_dear(self, price: int, given: list[StepResult]) -> Halt | None:
        own = self.placed.step.budget_usd_micros
        left = None if own is None else own - sum(each.cost_usd_micros for each in given)
        return too_dear(self._id, price, left, self.most_usd_micros - self.run.spent_usd_micros)

    def _end(self, value: Any, given: list[StepResult], at: datetime) -> StepResult:
        output = Labelled(value=value, labels=self._read(given))
        # It has no turn of a model; what it gives is no list of what its iterations gave.
        fields = {"output": output, "iterations": self.run.cursor.call, "turns": 0}
        return result_in(self.run, self.placed, at, status="completed", **fields)


def _answer(asked: StepResult, answered: StepResult) -> dict[str, Any]:
    said: Any = asked.output.value
    told: Any = answered.output.value
    if answered.status == REFUSED:
        return {"asked": said["digest"], "refused": told[REFUSED]}
    return {"asked": said["digest"], "gave": told}
