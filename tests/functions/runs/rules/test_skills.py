"""A program that asks for calls, committed as the function would commit it, in processes that die:
what is asked for is made once, and within what the plan and the rights have."""

from datetime import datetime
from typing import Any

import pytest

from events.invocations import InvocationView, Labelled, invocation_id
from events.labels import UNTRUSTED
from events.operations import SKILL
from events.plan_content import Call, PlanStep, Retry, SkillCalls
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.moves import Act, Halt, Rest
from functions.runs.rules.progress import Progress
from shared.agents.rights import HeldRight, KnownRights
from shared.kit.instants import format_instant
from shared.sandbox.asking import Answer, Gives, turn_of
from shared.sandbox.programs import Program
from tests.functions.runs.rules.plans import NOON
from tests.functions.runs.rules.thoughts import COUNTER, LEDGER, Died, Thoughts, call_of

CODE = """
import random
def run(times):
    drawn = [random.randint(1, 9) for _ in range(times)]
    made = []
    for each in drawn:
        try:
            gave = call("assent/counter.add", {"counter": "c", "amount": each})
            made.append([each, gave["value"]])
        except RuntimeError as error:
            made.append(str(error))
    return made
"""


def asking(code: str = CODE, *calls: Call, times: int = 2, most: int = 5, **step: Any) -> PlanStep:
    """A step whose program asks for these calls."""
    calls = calls or (call_of(),)
    named = [each.operation for each in calls]
    given: dict[str, Any] = {"code": code, "inputs": {"times": times}, "output": {}}
    given["calls"] = {"operations": named, "answers": []}
    compute = call_of(SKILL).but(arguments=given)
    return PlanStep(
        id="skill", does=SkillCalls(compute=compute, calls=calls, most_calls=most), **step
    )


class Skills(Thoughts):
    """What is stored of the run. `recorded` is what `tools` keeps of each call, `made` are those
    that acted, and `computed` says how often the program ran. A process dies after so many acts."""

    def __init__(self, *steps: PlanStep, **fields: Any) -> None:
        super().__init__(steps=steps or (asking(),), terms=None, **fields)
        self.made: dict[str, ConcreteCall] = {}
        self.recorded: dict[str, InvocationView] = {}
        self.refuses: dict[int, dict[str, Any]] = {}
        self.labels: tuple[str, ...] = ()
        self.computed = self.acts = self.dies_after = 0
        self.at: datetime = NOON

    def _acts(self, progress: Progress, move: Act, dies: str) -> Halt | Rest | None:
        outcome = super()._acts(progress, move, dies)
        self.acts += 1
        if self.acts == self.dies_after:
            raise Died
        return outcome

    def _view(self, call: ConcreteCall) -> InvocationView:
        id = invocation_id("run_1", call.step, call.iteration, call.call.operation, call.arguments)
        if id not in self.recorded or self.recorded[id].status == "refused":
            self.recorded[id] = self._done(id, call)
        return self.recorded[id]

    def _done(self, id: str, call: ConcreteCall) -> InvocationView:
        said: dict[str, Any] = {"status": "confirmed"}
        if call.call.operation == SKILL:
            self.computed += 1
            said["output"] = Labelled(value=self._computed(call.arguments))
        else:
            said |= self.refuses.pop(len(self.made), {})
            if said["status"] == "confirmed":
                assert id not in self.made
                self.made[id] = call
                said["output"] = Labelled(value={"value": len(self.made)}, labels=self.labels)
                said["cost_usd_micros"] = call.call.price_usd_micros
        return InvocationView(
            invocation_id=id,
            run_id="run_1",
            operation=call.call.operation,
            at=NOON,
            decision="dec",
            token_id="tok",
            **said,
        )

    def _computed(self, given: dict[str, Any]) -> dict[str, Any]:
        calls = given["calls"]
        seed = calls.get("seed", f"seed {self.computed}")
        program = Program(given["code"], given["inputs"], self.at, seed)
        answers = [Answer(**each) for each in calls["answers"]]
        turn = turn_of(program, calls["operations"], answers)
        if isinstance(turn, Gives):
            return {"gives": turn.value}
        asks = {"operation": turn.operation, "arguments": turn.arguments}
        again = {"at": format_instant(self.at), "seed": seed, "digest": turn.digest}
        return {"asks": asks, **again}


def _amounts(skills: Skills) -> list[Any]:
    return [each.arguments["amount"] for each in skills.made.values()]


def test_each_call_is_made_once_and_the_program_gives_what_it_makes_of_them() -> None:
    skills = Skills(outputs={"made": "${{ steps.skill.output }}"})
    skills.until_rest()
    assert skills.run.status == "completed", skills.run.failure
    assert skills.outputs == {"made": [[each, n + 1] for n, each in enumerate(_amounts(skills))]}
    assert [each.iteration for each in skills.made.values()] == [1, 3]
    assert skills.computed == 3


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_process_that_dies_after_any_act_repeats_no_call(number: int) -> None:
    skills = Skills(outputs={"made": "${{ steps.skill.output }}"})
    skills.dies_after = number
    with pytest.raises(Died):
        skills.burst()
    assert not skills.results
    skills.until_rest()
    assert skills.run.status == "completed"
    assert skills.outputs == {"made": [[each, n + 1] for n, each in enumerate(_amounts(skills))]}
    assert (len(skills.made), skills.computed) == (2, 3)


def test_what_is_refused_is_told_to_the_program_and_tried_again_where_the_step_says() -> None:
    refused = {"status": "refused", "reason": "the shop is closed", "may_be_repeated": True}
    skills = Skills(asking(), outputs={"made": "${{ steps.skill.output }}"})
    skills.refuses = {0: refused}
    skills.until_rest()
    assert skills.outputs["made"][0] == "the shop is closed"
    assert len(skills.made) == 1
    again = Skills(asking(retry=Retry(attempts=2)))
    again.refuses = {0: refused}
    again.until_rest()
    assert (again.run.waiting is not None, again.run.cursor.attempt) == (True, 2)


def test_a_call_beyond_a_right_is_asked_for_and_one_that_nobody_may_is_refused() -> None:
    bounded = call_of(only={"counter": ("other",)})
    right = HeldRight(operation=COUNTER, effect="change")
    skills = Skills(asking(CODE, bounded), rights=KnownRights({}, {COUNTER: right}, ()))
    skills.until_rest()
    assert skills.run.status == "awaiting_approval"
    assert (len(skills.asks), len(skills.made)) == (1, 0)
    skills.decide(yes=True)
    skills.until_rest()
    assert (len(skills.asks), len(skills.made)) == (2, 1)
    none = Skills(asking(CODE, bounded), outputs={"made": "${{ steps.skill.output }}"})
    none.until_rest()
    assert (none.outputs["made"], none.made) == (["the agent has no right to it"] * 2, {})
    never = Skills(rights=KnownRights({}, {}, (COUNTER,)))
    never.until_rest()
    assert (never.run.status, never.made) == ("completed", {})


def test_a_person_sees_each_call_where_the_capsule_says_so() -> None:
    skills = Skills(asking(assent="step"))
    for number in range(2):
        skills.until_rest()
        assert (skills.run.status, len(skills.made)) == ("awaiting_approval", number)
        skills.decide(yes=True)
    skills.until_rest()
    assert skills.run.status == "completed"


def test_what_a_program_makes_of_what_is_untrusted_does_nothing_for_good_unseen() -> None:
    code = """
def run(times):
    read = call("assent/counter.add", {"counter": "c", "amount": 1})
    return call("assent/people.notify", {"to": ["gala"], "text": str(read["value"])})
"""
    tell = call_of("assent/people.notify")
    skills = Skills(asking(code, call_of(), tell))
    skills.labels = (UNTRUSTED,)
    skills.until_rest()
    assert skills.run.status == "awaiting_approval"
    assert "untrusted" in (skills.asks[0].why or "")
    (seen,) = skills.asks[0].calls
    assert (seen.call.operation, seen.labels) == ("assent/people.notify", (UNTRUSTED,))
    skills.decide(yes=True)
    skills.until_rest()
    (result,) = [each for each in skills.results.values() if each.iteration is None]
    assert UNTRUSTED in result.output.labels


def test_an_operation_that_the_plan_does_not_have_is_refused_whatever_the_program_says() -> None:
    skills = Skills()
    asked = {"operation": LEDGER, "arguments": {"entry": "x"}}
    forged = {"asks": asked, "at": format_instant(NOON), "seed": "s", "digest": "0" * 64}
    skills._computed = lambda given: (  # type: ignore[method-assign]
        {"gives": given["calls"]["answers"]} if given["calls"]["answers"] else forged
    )
    skills.until_rest()
    (result,) = [each for each in skills.results.values() if each.iteration is None]
    told: Any = result.output.value
    assert (told[0]["refused"], skills.made) == ("it is not among the calls of the skill", {})


@pytest.mark.parametrize(("most", "budget"), [(1, None), (5, 2)])
def test_its_calls_and_what_they_cost_are_bounded(most: int, budget: int | None) -> None:
    dear = call_of().but(price_usd_micros=2)
    skills = Skills(asking(CODE, dear, most=most, budget_usd_micros=budget))
    code = "calls_exhausted" if budget is None else "spend_exhausted"
    skills.until_rest()
    assert skills.run.failure is not None
    assert (skills.run.failure.code, len(skills.made)) == (code, 1)
