"""Steps that are programs: what is refused of them, and what of them is in a plan's hash."""

from typing import Any

import pytest

from events.operations import OPERATIONS, SKILL
from events.plan_content import Call, SkillCalls
from functions.capsules.rules.ghostrun import rehearse
from functions.capsules.rules.skills import MOST_SKILLS
from tests.functions.capsules.agents import spec_of
from tests.functions.capsules.sources import HEAD, compiled, refused

BODY = "def run(lines, rate):\\n    return {'total': len(lines) * rate}\\n"


def _capsule(step: str = "", *, code: str = BODY, more: str = "") -> str:
    written = step or "with: {lines: '${{ inputs.lines }}', rate: 2}"
    return (
        f"{HEAD}inputs: {{lines: {{type: array}}}}\n{more}steps:\n"
        f'  - {{id: a, skill: "{code}", output: {{type: object, properties: {{total: number}}}},'
        f" {written}}}\n"
    ).replace("{total: number}", "{total: {type: number}}")


def _call(text: str, **options: Any) -> Call:
    found = compiled(text, {"lines": [1]}, **options).plan.steps[0].does
    assert isinstance(found, Call)
    return found


def test_a_skill_is_a_call_that_only_reads_with_its_code_and_its_shape() -> None:
    found = _call(_capsule())
    assert (found.operation, found.effect, found.undo) == (SKILL, "read", None)
    assert found.pin == OPERATIONS[SKILL].pin
    assert found.arguments == {
        "code": BODY.replace("\\n", "\n"),
        "inputs": {"lines": "${{ inputs.lines }}", "rate": 2},
        "output": {"type": "object", "properties": {"total": {"type": "number"}}},
    }


def test_each_part_of_a_skill_is_in_the_hash() -> None:
    texts = [
        _capsule(),
        _capsule(code=BODY.replace("rate}", "rate }")),
        _capsule("with: {lines: '${{ inputs.lines }}', rate: 3}"),
        _capsule().replace("type: number", "type: integer"),
    ]
    hashes = [compiled(each, {"lines": [1]}).plan.steps[0].model_dump_json() for each in texts]
    assert len(set(hashes)) == len(texts)
    once, again = (compiled(texts[0], {"lines": [1]}).content.hash for _ in range(2))
    assert once == again


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (_capsule(code="x = '${{ inputs.lines }}'"), "steps.0.skill", "nothing is filled into"),
        (_capsule("with: {a-b: 1}"), "steps.0.with.a-b", "no name of an argument"),
        (_capsule("with: {class: 1}"), "steps.0.with.class", "no name of an argument"),
        (_capsule("undo: {use: assent/counter.add}"), "steps.0.undo", "leave it out"),
        (_capsule("approval: required"), "steps.0.approval", "leave it out"),
        (_capsule("budget_usd: 1"), "steps.0.budget_usd", "leave it out"),
        (
            _capsule().replace("type: number", "type: numbers"),
            "steps.0.output",
            "is no JSON Schema",
        ),
        (
            _capsule().replace("type: number", "$ref: 'https://example.com/a'"),
            *("steps.0.output", "leads out of it"),
        ),
        (
            _capsule().replace("type: number", "pattern: '${{ inputs.lines }}'"),
            *("steps.0.output", "said beforehand"),
        ),
        (f"{HEAD}steps: [{{id: a, skill: x}}]", "steps.0", "does not say what it gives"),
        (f"{HEAD}steps: [{{id: a, use: {SKILL}, with: {{}}}}]", "steps.0.use", "write the program"),
        (
            f"{HEAD}steps: [{{id: a, agent: {{goal: b, tools: [{SKILL}]}}}}]",
            *("steps.0.agent.tools", "write the program"),
        ),
        (f"{HEAD}steps: [{{id: a, wait: {{for: 1s}}, output: string}}]", "steps.0.output", "leave"),
    ],
)
def test_what_is_wrong_with_a_skill_says_what_to_write(text: str, path: str, words: str) -> None:
    assert words in refused(text, {"lines": [1]})[path]


def test_a_capsule_has_some_skills_and_no_more() -> None:
    step = "  - {id: a%s, skill: x, output: string}\n"
    whole = HEAD + "steps:\n" + "".join(step % each for each in range(MOST_SKILLS + 1))
    assert "at most 20 skills" in refused(whole)[f"steps.{MOST_SKILLS}.skill"]


CALLS = "with: {lines: [], rate: 2}, calls: [assent/counter.add, assent/ledger.append]"


def test_what_a_skill_may_ask_for_is_in_the_plan_with_its_rights() -> None:
    bounds = "arguments: {assent/counter.add: {counter: [a]}}, most: 3"
    calls = f"{{operations: [assent/counter.add], {bounds}}}"
    text = _capsule(f"with: {{lines: [], rate: 2}}, calls: {calls}")
    plan = compiled(text, {"lines": []}).plan
    (step,) = plan.steps
    assert isinstance(step.does, SkillCalls)
    (call,) = step.does.calls
    assert (call.operation, call.effect, call.limits.only["counter"]) == (
        *("assent/counter.add", "change"),
        ("a",),
    )
    assert call.undo is not None
    assert step.does.most_calls == 3
    assert step.does.compute.arguments["calls"] == {
        "operations": ["assent/counter.add"],
        "answers": [],
    }
    (predicted,) = rehearse(plan, {}, "full", None).steps
    assert (predicted.calls, predicted.effect, predicted.reversible) == (3, "change", True)
    assert predicted.output == {"type": "object", "properties": {"total": {"type": "number"}}}
    short = compiled(_capsule(CALLS), {"lines": []}).plan.steps[0].does
    assert isinstance(short, SkillCalls)
    assert (len(short.calls), short.most_calls) == (2, 10)


def test_who_assents_to_a_skill_that_asks_for_calls() -> None:
    both = spec_of(rights={"alone": [SKILL, "assent/counter.add", "assent/ledger.append"]})
    assert compiled(_capsule(CALLS), {"lines": []}, spec=both).plan.steps[0].assent == "none"
    alone = {"alone": [SKILL, "assent/counter.add"], "with_approval": ["assent/ledger.append"]}
    asked = spec_of(rights=alone)
    assert compiled(_capsule(CALLS), {"lines": []}, spec=asked).plan.steps[0].assent == "plan"
    seen = _capsule(f"{CALLS}, approval: required")
    assert compiled(seen, {"lines": []}).plan.steps[0].assent == "step"


@pytest.mark.parametrize(
    ("step", "path", "words"),
    [
        (f"calls: [{SKILL}]", "steps.0.calls", "write the program"),
        ("calls: [assent/counter.sub]", "steps.0.skill", "nothing serves assent/counter.sub"),
        ("calls: [assent/people.notify]", "steps.0.skill", "has no right to assent/people.notify"),
        (f"{CALLS}, for_each: '[1]'", "steps.0.for_each", "let its code loop"),
        ("calls: {operations: [assent/counter.add], most: 51}", "steps.0.calls.most", "50"),
        ("calls: {operations: []}", "steps.0.calls.operations", "must not be empty"),
        (
            "calls: {operations: [assent/counter.add],"
            " arguments: {assent/ledger.append: {entry: [a]}}}",
            *("steps.0.skill", "which it does not list"),
        ),
    ],
)
def test_what_is_wrong_with_calls_says_what_to_write(step: str, path: str, words: str) -> None:
    rights = {"alone": [SKILL, "assent/counter.add", "assent/ledger.append"]}
    told = refused(_capsule(step), {"lines": [1]}, spec=spec_of(rights=rights))
    assert words in told[path], told


def test_a_step_without_a_skill_lists_no_calls() -> None:
    text = f"{HEAD}steps: [{{id: a, wait: {{for: 1s}}, calls: [assent/counter.add]}}]"
    assert "leave it out" in refused(text)["steps.0.calls"]


def test_later_steps_read_what_a_skill_declares() -> None:
    count = "use: assent/counter.add, with: {counter: a, amount: '${{ steps.a.output.%s }}'}"
    shape = _capsule().replace("type: number", "type: integer")
    good = (
        shape.replace("object,", "object, required: [total],")
        + f"  - {{id: b, {count % 'total'}}}\n"
    )
    assert len(compiled(good, {"lines": []}).plan.steps) == 2
    assert (
        "total" in refused(good.replace("output.total", "output.sum"), {"lines": []}).popitem()[1]
    )
    text = good.replace("type: integer", "type: string")
    assert "gives string, where integer" in refused(text, {"lines": []}).popitem()[1]


def test_a_skill_needs_the_agents_right_and_goes_through_lists() -> None:
    without = spec_of(rights={"alone": ["assent/transform.apply"]})
    told = refused(_capsule(), {"lines": [1]}, spec=without)
    assert f"has no right to {SKILL}: add it" in told["steps.0.skill"]
    each = _capsule("for_each: '${{ inputs.lines }}', with: {lines: ['${{ item }}'], rate: 1}")
    plan = compiled(each, {"lines": [1, 2]}).plan
    (predicted,) = rehearse(plan, {}, "full", None).steps
    assert (predicted.calls, predicted.effect, predicted.reversible) == (2, "read", True)
    assert predicted.output["type"] == "array"
    assert predicted.output["items"] == {
        "type": "object",
        "properties": {"total": {"type": "number"}},
    }


def test_nobody_assents_to_what_an_agent_computes_alone() -> None:
    assert compiled(_capsule(), {"lines": []}).plan.steps[0].assent == "none"
    asked = spec_of(rights={"with_approval": [SKILL]})
    assert compiled(_capsule(), {"lines": []}, spec=asked).plan.steps[0].assent == "plan"
