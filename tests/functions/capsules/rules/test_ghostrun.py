"""A rehearsal says of each step what it would do and why it would not be let act; it touches
nothing."""

from typing import Any

import pytest

from events.plans import Prediction, RehearsalMode
from functions.capsules.rules.compiler import Compiled
from functions.capsules.rules.denials import Now, Policy
from functions.capsules.rules.ghostrun import rehearse
from functions.capsules.rules.requested_calls import calls_of
from tests.functions.capsules.agents import part_of, rights_of, spec_of
from tests.functions.capsules.sources import HEAD, MODEL, compiled, source_of
from tests.functions.capsules.worlds import COUNT_AND_LIST, INPUTS

EACH = """inputs: {all: {type: array, items: string}}
steps:
  - {id: a, use: assent/counter.add, for_each: inputs.all, with: {counter: a, amount: 1}}
  - {id: b, use: assent/transform.apply, with: {data: 1, expression: '[1]'}}
  - id: c
    use: assent/ledger.append
    for_each: steps.b.output.result
    with: {ledger: a, line: x}
"""


def now_of(result: Compiled, spec: Any = None, **policies: Policy) -> Now:
    """What the agent may now, with policies that allow all but these (by the operation's noun)."""
    spec = spec or spec_of()
    part = part_of(spec)
    agents = {part.agent_id: (part.version, part.spec_hash, rights_of(spec))}
    plans = {each.content.hash: each.plan for each in result.every}
    named = {
        each: policies.get(each.operation.partition("/")[2].partition(".")[0], Policy(allows=True))
        for each in calls_of(result.plan, plans)
    }
    return Now(agents, {}, named, model=MODEL)


def predicted(result: Compiled, now: Now | None = None, mode: RehearsalMode = "full") -> Prediction:
    """The prediction of a plan of which nothing has changed since."""
    plans = {each.content.hash: each.plan for each in result.every}
    return rehearse(result.plan, plans, mode, now or now_of(result))


def test_each_step_has_its_effect_risk_calls_cost_approval_and_output() -> None:
    prediction = predicted(compiled(COUNT_AND_LIST, INPUTS))
    count, listed = prediction.steps
    assert (count.effect, count.risk, count.calls, count.reversible, count.approval) == (
        "change", "medium", 1, True, False,
    )  # fmt: skip
    assert count.output["required"] == ["value"]
    assert (listed.reversible, listed.approval) == (False, True)
    assert (prediction.approvals, prediction.risk, prediction.passes) == (1, "medium", True)
    assert prediction.point_of_no_return == "list"


def test_calls_are_counted_where_the_list_is_known() -> None:
    result = compiled(HEAD + EACH, {"all": ["x", "y", "z"]})
    a, _, c = predicted(result).steps
    assert (a.calls, c.calls) == (3, None)
    assert a.output["type"] == "array"


def test_a_plan_that_can_be_undone_has_no_point_of_no_return() -> None:
    steps = "steps: [{id: a, use: assent/counter.add, with: {counter: a, amount: 1}}]\n"
    assert predicted(compiled(HEAD + steps)).point_of_no_return is None


def test_what_the_agent_may_no_longer_do_is_denied_with_what_would_pass() -> None:
    result = compiled(COUNT_AND_LIST, INPUTS)
    narrowed = spec_of(rights={"alone": ["assent/counter.add"]})
    prediction = predicted(result, now_of(result, narrowed))
    assert not prediction.passes
    (denial,) = prediction.steps[1].denials
    assert denial.code == "rights"
    assert denial.change.startswith("add it to `with_approval`")
    (whole,) = prediction.denials
    assert (whole.code, whole.change) == ("agent", "compile the capsule again")


def test_an_agent_that_is_stopped_is_denied() -> None:
    result = compiled(COUNT_AND_LIST, INPUTS)
    stopped = now_of(result)._replace(
        agents={}, stopped={part_of(spec_of()).agent_id: "stock-keeper is suspended"}
    )
    prediction = predicted(result, stopped)
    assert [each.detail for each in prediction.denials] == ["stock-keeper is suspended"]


@pytest.mark.parametrize(
    ("policy", "detail", "change"),
    [
        (
            Policy(False, ("tenant/night",)),
            "the policy tenant/night forbids",
            "change tenant/night",
        ),
        (Policy(False), "no policy permits", "publish a policy"),
        (Policy(False, ("tenant/x",), True), "the policy tenant/x", "`approval: required`"),
    ],
)
def test_what_policies_do_not_allow_is_denied_with_what_would_pass(
    policy: Policy, detail: str, change: str
) -> None:
    result = compiled(COUNT_AND_LIST, INPUTS)
    prediction = predicted(result, now_of(result, counter=policy))
    (denial,) = prediction.steps[0].denials
    assert (denial.code, prediction.passes) == ("policy", False)
    assert detail in denial.detail
    assert change in denial.change
    assert prediction.steps[1].denials == ()


def test_a_fast_rehearsal_judges_nothing() -> None:
    result = compiled(COUNT_AND_LIST, INPUTS)
    plans = {each.content.hash: each.plan for each in result.every}
    prediction = rehearse(result.plan, plans, "fast", None)
    assert prediction.passes
    assert prediction.mode == "fast"


def test_a_sub_run_is_predicted_as_a_step_with_all_that_it_does() -> None:
    inner = source_of(COUNT_AND_LIST)
    outer = (
        "inputs: {shelf: string}\nsteps:\n"
        "  - {id: s, capsule: count-stock@1.0.0, with: {shelf: '${{ inputs.shelf }}', amount: 2}}\n"
    )
    result = compiled(HEAD + outer, {"shelf": "a"}, others={"count-stock@1.0.0": inner})
    (step,) = predicted(result).steps
    assert (step.calls, step.effect, step.reversible) == (2, "change", False)
    denied = now_of(result, counter=Policy(allows=False))
    assert not predicted(result, denied).passes


def test_what_may_cost_more_than_a_run_may_is_denied() -> None:
    agent = "agent: {goal: x, tools: [assent/counter.add], spend_usd: 0.4}"
    steps = f"budget_usd: 0.5\nsteps: [{{id: a, {agent}}}, {{id: b, {agent}}}]\n"
    prediction = predicted(compiled(HEAD + steps))
    assert prediction.cost_usd_micros == 800_000
    assert [each.code for each in prediction.denials] == ["budget"]


def test_another_model_than_the_plan_was_compiled_with_is_denied() -> None:
    agent = "{id: a, agent: {goal: x, tools: [assent/counter.add]}}"
    plan = compiled(f"{HEAD}steps: [{agent}]\n")
    assert predicted(plan).passes
    for model, told in (("large-1", "large-1 is configured now"), ("", "none is configured now")):
        found = predicted(plan, now_of(plan)._replace(model=model))
        (denial,) = found.steps[0].denials
        assert (found.passes, denial.code, denial.change) == (
            False,
            "model",
            "compile the capsule again",
        )
        assert denial.detail == f"the plan was compiled with the model {MODEL}; {told}"
