"""What does not hold does not compile, and each refusal says where and what to write instead."""

from typing import Any

import pytest

from events.plan_content import Call, Parallel, Wait, models_in
from tests.functions.capsules.agents import spec_of
from tests.functions.capsules.sources import HEAD, compiled, refused, source_of, steps
from tests.functions.capsules.worlds import COUNT_AND_LIST, INPUTS

COUNT = "use: assent/counter.add, with: {counter: a, amount: 1}"
LIST = "use: assent/ledger.append, with: {ledger: a, line: b}"
SHELVES = {"operation": "assent/counter.add", "only": {"counter": ["shelf-*"]}}
EACH = "for_each: inputs.all, with: {counter: '${{ item }}', amount: 1}"


def _capsule(*lines: str, more: str = "") -> str:
    listed = "".join(f"  - {each}\n" for each in lines)
    return f"{HEAD}{more}steps:\n{listed}"


def _count(amount: str, counter: str = "a", id: str = "a", more: str = "") -> str:
    arguments = f"{{counter: '{counter}', amount: {amount}}}"
    return f"{{id: {id}, use: assent/counter.add, with: {arguments}{more}}}"


def _list(line: str, id: str = "b", more: str = "") -> str:
    return f"{{id: {id}, use: assent/ledger.append, with: {{ledger: a, line: '{line}'}}{more}}}"


def test_a_plan_names_capsule_agent_inputs_steps_effects_and_undo() -> None:
    plan = compiled(COUNT_AND_LIST, INPUTS).plan
    assert (plan.capsule.name, plan.capsule.version) == ("count-stock", "1.0.0")
    assert (plan.agent.name, plan.agent.version, plan.agent.mode) == (
        "stock-keeper", "1.0.0", "production",
    )  # fmt: skip
    assert plan.inputs == INPUTS
    count, listed = plan.steps
    assert isinstance(count.does, Call)
    assert (count.does.effect, count.does.idempotent, count.assent) == ("change", True, "none")
    assert count.does.undo is not None
    assert count.does.undo.operation == "assent/counter.add"
    assert (listed.needs, listed.assent) == (("count",), "step")


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (_capsule(f"{{id: a, {COUNT}, if: 'inputs.no'}}"), "steps.0.if", "there is no no"),
        (_capsule(f"{{id: a, {COUNT}, needs: [b]}}"), "steps.0.needs.0", "there is no step b"),
        (
            _capsule(_count("'${{ steps.b.output.value }}'", 'a', 'a')),
            "steps.0.with.amount",
            "there is no step b",
        ),
        (
            _capsule(
                _count("'${{ steps.b.output.value }}'", 'a', 'a'),
                f"{{id: b, {COUNT}}}",
            ),
            "steps.0.with.amount",
            "b, which is not before a",
        ),
        (
            _capsule(f"{{id: a, {COUNT}, needs: [b]}}", f"{{id: b, {COUNT}, needs: [a]}}"),
            "steps.0.needs.0",
            "write b above a",
        ),
        (
            _capsule(_count("'${{ steps.a.output.value }}'", 'a', 'a')),
            "steps.0.with.amount",
            "its own output",
        ),
        (_capsule(f"{{id: a, {COUNT}}}", f"{{id: a, {COUNT}}}"), "steps.1.id", "rename it"),
        (
            _capsule("{id: a, use: assent/counter.add, with: {counter: a}}"),
            "steps.0.with",
            '"amount" is a required property',
        ),
        (
            _capsule(_count('two', 'a', 'a')),
            "steps.0.with.amount",
            'not of type "integer"',
        ),
        (
            _capsule(_count("'x${{ 1 }}'", 'a', 'a')),
            "steps.0.with.amount",
            "gives string, where integer is wanted",
        ),
        (
            _capsule(
                f"{{id: a, {COUNT}}}",
                _list('${{ steps.a.output.value }}', 'b'),
            ),
            "steps.1.with.line",
            "gives integer, where string is wanted",
        ),
        (
            _capsule(
                f"{{id: a, {COUNT}}}",
                _list('x ${{ steps.a.output.sum }}', 'b'),
            ),
            "steps.1.with.line",
            "there is no sum: there is value",
        ),
        (
            _capsule(f"{{id: a, {COUNT}}}", f"{{id: b, {COUNT}, if: steps.a.output.value}}"),
            "steps.1.if",
            "gives integer, where boolean is wanted",
        ),
        (
            _capsule(f"{{id: a, {COUNT}}}", f"{{id: b, {COUNT}, for_each: steps.a.output.value}}"),
            "steps.1.for_each",
            "gives integer, where array is wanted",
        ),
        (_capsule(f"{{id: a, {COUNT}, if: '1 +'}}"), "steps.0.if", "is no CEL expression"),
        (_capsule(f"{{id: a, {COUNT}, if: item.x}}"), "steps.0.if", "there is inputs, steps"),
        (_capsule(f"{{id: a, {COUNT}, if: secrets.x}}"), "steps.0.if", "there is inputs, steps"),
        (
            _capsule(f"{{id: a, {COUNT}}}", f"{{id: b, {COUNT}, if: 'steps.all(x, true)'}}"),
            "steps.1.if",
            "write steps.<id>.output",
        ),
        (
            _capsule(f"{{id: a, {COUNT}}}", more="outputs: {x: '${{ steps.b.output }}'}\n"),
            "outputs.x",
            "write steps.<id>.output",
        ),
        (_capsule("{id: a}"), "steps.0", "write one of use, wait"),
        (_capsule(f"{{id: a, {COUNT}, wait: {{for: 1s}}}}"), "steps.0", "does use and wait"),
        (
            _capsule("{id: a, wait: {for: 1s, until: '2030-01-01T00:00:00Z'}}"),
            "steps.0.wait",
            "either",
        ),
        (_capsule("{id: a, wait: {for: soon}}"), "steps.0.wait.for", "30s, 5m, 2h or 3d"),
        (
            _capsule(f"{{id: a, {COUNT}}}", more="tools: [assent/ledger.append]\n"),
            "steps.0.use",
            "add assent/counter.add to `tools`",
        ),
        (_capsule("{id: a, use: assent/counter.ad}"), "steps.0.use", "use assent/counter.add"),
        (_capsule(f"{{id: a-b, {COUNT}}}"), "steps.0.id", "lower-case"),
        (_capsule(f"{{id: a, {COUNT}, untill: x}}"), "steps.0.untill", "is not known here"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_its_place_and_what_to_write(
    text: str, field: str, words: str
) -> None:
    said = refused(text)
    assert field in said, said
    assert words in said[field]
    assert "(line " in said[field]


def test_the_place_is_that_of_the_mistake() -> None:
    text = _capsule(
        f"{{id: a, {COUNT}}}",
        "id: b\n    use: assent/counter.add\n    with:\n      amount: x\n      counter: a",
    )
    assert refused(text) == {
        "steps.1.with.amount": '"x" is not of type "integer" (line 9, column 7)'
    }


@pytest.mark.parametrize(
    ("use", "spec", "change"),
    [
        ("people.notify, with: {to: [a], text: b}", {}, "take assent/people.notify out of `never`"),
        (
            "counter.add, with: {counter: a, amount: 1}",
            {"rights": {"alone": ["assent/transform.apply"]}},
            "add it to `with_approval` in the agent's spec",
        ),
        (
            "counter.add, with: {counter: a, amount: 1}",
            {"mode": "trial"},
            "let the agent go live",
        ),
        (
            "counter.add, with: {counter: secret, amount: 1}",
            {"rights": {"alone": [SHELVES]}},
            "counter may only be shelf-*",
        ),
    ],
)  # fmt: skip
def test_what_the_agent_may_not_do_does_not_compile(
    use: str, spec: dict[str, Any], change: str
) -> None:
    said = refused(_capsule(f"{{id: a, use: assent/{use}}}"), spec=spec_of(**spec))
    assert change in said["steps.0.use"]


def test_more_calls_than_a_run_may_make_do_not_compile_where_they_are_certain() -> None:
    rights = {"alone": [{"operation": "assent/counter.add", "per_run": 2}]}
    spec = spec_of(rights=rights)
    more = "inputs: {all: {type: array, items: string}}\n"
    each = f"{{id: a, use: assent/counter.add, {EACH}}}"
    assert (
        "of which the agent may make 2"
        in refused(_capsule(each, more=more), {"all": ["a", "b", "c"]}, spec)["steps.0.use"]
    )
    assert len(steps(_capsule(each, more=more), {"all": ["a", "b"]}, spec)) == 1


def test_who_assents_follows_from_the_right_and_from_what_is_known() -> None:
    known = _list("${{ inputs.line }}", "a")
    more = "inputs: {line: string}\n"
    assert steps(_capsule(known, more=more), {"line": "x"})["a"].assent == "plan"
    unknown = _list("x ${{ steps.a.output.value }}", "b")
    assert steps(_capsule(f"{{id: a, {COUNT}}}", unknown))["b"].assent == "step"
    asked = f"{{id: a, {COUNT}, approval: required}}"
    assert steps(_capsule(asked))["a"].assent == "step"
    assert compiled(_capsule(known, more=more), {"line": "x"}).plan.needs_assent
    assert not compiled(_capsule(asked)).plan.needs_assent


def test_above_its_limits_an_agent_needs_the_approval_that_its_spec_says() -> None:
    limited = {"operation": "assent/counter.add", "only": {"counter": ["shelf-*"]}}
    spec = spec_of(rights={"alone": [limited], "with_approval": ["assent/counter.add"]})
    within = _count("1", "shelf-1", "a")
    assert steps(_capsule(within), spec=spec)["a"].assent == "none"
    assert steps(_capsule(f"{{id: a, {COUNT}}}"), spec=spec)["a"].assent == "plan"


def test_steps_wait_for_those_before_them_for_those_they_need_and_for_those_they_read() -> None:
    plan = steps(
        _capsule(
            f"{{id: a, {COUNT}}}",
            f"{{id: b, {COUNT}}}",
            f"{{id: c, {COUNT}, needs: []}}",
            _list("x${{ steps.a.output.value }}", "d", ", needs: [c]"),
        )
    )
    assert {id: each.needs for id, each in plan.items()} == {
        "a": (), "b": ("a",), "c": (), "d": ("c", "a"),
    }  # fmt: skip


def test_steps_are_in_an_order_in_which_they_can_run() -> None:
    text = _capsule(f"{{id: a, {COUNT}, needs: [b]}}", f"{{id: b, {COUNT}, needs: []}}")
    assert [each.id for each in compiled(text).plan.steps] == ["b", "a"]


def test_a_group_has_steps_that_do_not_wait_for_each_other() -> None:
    inner = "        - {id: x, use: assent/counter.add, with: {counter: a, amount: 1}}\n"
    second = f"        - {_list('${{ steps.x.output.value }}', 'y')}\n"
    head = f"{HEAD}steps:\n  - id: g\n    parallel:\n"
    (group,) = steps(head + inner).values()
    assert isinstance(group.does, Parallel)
    assert [each.id for each in group.does.steps] == ["x"]
    said = refused(head + inner + second)
    assert "a step of its own group" in said["steps.0.parallel.1.with.line"]
    after = f"  - {_list('x ${{ steps.x.output.value }}', 'z')}\n"
    assert steps(head + inner + after)["z"].needs == ("g",)
    assert (
        "a group gives nothing"
        in refused(head + inner + after.replace("steps.x.", "steps.g."))["steps.1.with.line"]
    )


def test_a_wait_is_for_seconds_or_until_an_instant() -> None:
    plan = steps(
        _capsule(
            "{id: a, wait: {for: 2h}}",
            "{id: b, wait: {until: '${{ inputs.at }}'}}",
            more="inputs: {at: string}\n",
        ),
        {"at": "2030-01-01T00:00:00Z"},
    )
    assert plan["a"].does == Wait(seconds=7200)
    assert plan["b"].does == Wait(until="${{ inputs.at }}")


def test_inputs_are_checked_against_what_is_declared() -> None:
    week = "week: {type: string, pattern: '^[0-9]{4}-W[0-9]{2}$'}"
    more = f"inputs: {{{week}, n: {{type: integer, default: 2}}}}\n"
    text = _capsule(
        _count("'${{ inputs.n }}'", "${{ inputs.week }}", "a"),
        more=more,
    )
    assert compiled(text, {"week": "2026-W03"}).plan.inputs == {"week": "2026-W03", "n": 2}
    assert "inputs.week" in refused(text, {"week": "soon"})
    assert "required" in refused(text, {})["inputs"]
    assert "unexpected" in refused(text, {"week": "2026-W03", "x": 1})["inputs"]
    assert "inputs.n" in refused(text, {"week": "2026-W03", "n": "2"})


def test_an_argument_that_inputs_make_unfit_does_not_compile() -> None:
    more = "inputs: {all: {type: array, items: string}}\n"
    each = f"{{id: a, use: assent/counter.add, {EACH}}}"
    assert (
        "(item 1)" in refused(_capsule(each, more=more), {"all": ["a", ""]})["steps.0.with.counter"]
    )


def test_a_regular_expression_of_a_stranger_takes_no_time() -> None:
    more = "inputs: {x: {type: string, pattern: '^(a+)+$'}}\n"
    text = _capsule(_count("1", "${{ inputs.x }}", "a"), more=more)
    assert "inputs.x" in refused(text, {"x": "a" * 5_000 + "!"})


def test_a_sub_run_is_a_plan_of_its_own_with_inputs_that_are_known() -> None:
    inner = source_of(
        _capsule(
            _list("${{ inputs.line }}", "a"),
            more="inputs: {line: string}\n",
        )
    )
    others = {"inner-one@1.0.0": inner}
    outer = _capsule(
        "{id: s, capsule: inner-one@1.0.0, with: {line: '${{ inputs.line }}'}}",
        more="inputs: {line: string}\n",
    )
    result = compiled(outer, {"line": "b"}, others=others)
    (first, second) = result.every
    assert first.plan.inputs == {"line": "b"}
    assert second.plan.steps[0].does.plan_hash == first.content.hash  # type: ignore[union-attr]
    assert second.plan.needs_assent
    assert "publish it first" in refused(outer, {"line": "b"})["steps.0.capsule"]
    unknown = _capsule(
        f"{{id: a, {COUNT}}}",
        "{id: s, capsule: inner-one@1.0.0, with: {line: '${{ string(steps.a.output.value) }}'}}",
    )
    assert "known before the run" in refused(unknown, others=others)["steps.1.capsule"]
    wrong = outer.replace("{line: '${{ inputs.line }}'}", "{}")
    assert (
        "inner-one@1.0.0: inputs" in refused(wrong, {"line": "b"}, others=others)["steps.0.capsule"]
    )


def test_capsules_that_run_each_other_do_not_compile() -> None:
    text = _capsule("{id: s, capsule: a-test@1.0.0}")
    said = refused(text, others={"a-test@1.0.0": source_of(text)})
    assert "nested more than 5 deep" in said["steps.0.capsule"]


def test_an_agent_chooses_inside_an_envelope_of_its_rights() -> None:
    bounds = "arguments: {assent/counter.add: {counter: [shelf-*]}}, calls: 3, turns: 5"
    named = "tools: [assent/counter.add, assent/transform.apply]"
    tools = f"agent: {{goal: count, {named}, {bounds}, spend_usd: 0.2}}"
    (step,) = steps(_capsule(f"{{id: a, {tools}}}")).values()
    envelope = step.does.envelope  # type: ignore[union-attr]
    assert (envelope.most_calls, envelope.most_turns, envelope.spend_usd_micros) == (3, 5, 200_000)
    assert envelope.calls[0].limits.only == {"counter": ("shelf-*",)}
    assert step.assent == "none"
    ledger = "agent: {goal: count, tools: [assent/ledger.append]}"
    assert steps(_capsule(f"{{id: a, {ledger}}}"))["a"].assent == "plan"
    limited = {"operation": "assent/counter.add", "only": {"counter": ["shelf-1"]}}
    said = refused(
        _capsule(f"{{id: a, {tools}}}"),
        spec=spec_of(rights={"alone": [limited, "assent/transform.apply"]}),
    )
    assert "shelf-*" in said["steps.0.agent"]


def test_the_model_is_in_the_hash_of_a_plan_in_which_it_chooses_and_of_no_other() -> None:
    agent = "agent: {goal: count, tools: [assent/counter.add]}"
    text = _capsule(f"{{id: a, {agent}}}")
    small, large = (compiled(text, model=each) for each in ("small-1", "large-1"))
    assert [models_in(each.plan) for each in (small, large)] == [("small-1",), ("large-1",)]
    assert small.content.hash != large.content.hash
    named = compiled(text.replace("goal: count", "goal: count, model: small-1"))
    assert models_in(named.plan) == ("small-1",)
    without = [compiled(COUNT_AND_LIST, INPUTS, model=each) for each in ("small-1", "large-1", "")]
    assert len({each.content.hash for each in without}) == 1


def test_a_model_that_is_not_configured_does_not_compile() -> None:
    agent = "agent: {goal: count, model: large-1, tools: [assent/counter.add]}"
    text = _capsule(f"{{id: a, {agent}}}")
    assert refused(text)["steps.0.agent.model"].startswith(
        "large-1 is not configured: write small-1, or leave `model` out (line "
    )
    said = refused(text.replace("model: large-1, ", ""), model="")
    assert "none is configured: set `assent:model_url`" in said["steps.0.agent"]


def test_a_step_may_say_how_it_is_undone_by_what_the_agent_may_do() -> None:
    given = "{counter: '${{ arguments.ledger }}', amount: '${{ output.position }}'}"
    undo = f"undo: {{use: assent/counter.add, with: {given}}}"
    (step,) = steps(_capsule(f"{{id: a, {LIST}, {undo}}}")).values()
    assert step.does.undo.operation == "assent/counter.add"  # type: ignore[union-attr]
    never = undo.replace("assent/counter.add", "assent/people.notify")
    assert "out of `never`" in refused(_capsule(f"{{id: a, {LIST}, {never}}}"))["steps.0.use"]
    reads = undo.replace("arguments.ledger", "inputs.x")
    assert (
        "more than the arguments"
        in refused(_capsule(f"{{id: a, {LIST}, {reads}}}"))["steps.0.undo.with.counter"]
    )


def test_a_capsule_narrows_the_budget_of_a_run_and_never_widens_it() -> None:
    assert compiled(_capsule(f"{{id: a, {COUNT}}}")).plan.budget_usd_micros == 500_000
    assert (
        compiled(_capsule(f"{{id: a, {COUNT}}}", more="budget_usd: 0.1\n")).plan.budget_usd_micros
        == 100_000
    )
    assert (
        compiled(_capsule(f"{{id: a, {COUNT}}}", more="budget_usd: 9\n")).plan.budget_usd_micros
        == 500_000
    )


def test_a_step_tolerates_what_it_says_or_its_capsule_says_for_all() -> None:
    own = f"{{id: b, {LIST}, tolerance_percent: 0}}"
    given = f"{{id: a, {COUNT}}}", own, "{id: w, wait: {for: 1m}}"
    capsule = _capsule(*given, more="tolerance_percent: 25\n")
    found = {id: each.tolerance_percent for id, each in steps(capsule).items()}
    assert found == {"a": 25, "b": 0, "w": 0}
    content = compiled(capsule).content
    assert content.text.count("tolerance_percent") == 1


def test_what_no_capsule_says_is_not_in_the_hash_and_what_it_says_is() -> None:
    plain = compiled(_capsule(f"{{id: a, {COUNT}}}")).content
    assert "tolerance_percent" not in plain.text
    step = f"{{id: a, {COUNT}, tolerance_percent: %d}}"
    tolerating = compiled(_capsule(step % 10)).content
    assert (
        compiled(_capsule(step % 0)).plan.steps
        == compiled(_capsule(f"{{id: a, {COUNT}}}")).plan.steps
    )
    assert len({plain.hash, tolerating.hash, compiled(_capsule(step % 11)).content.hash}) == 3
