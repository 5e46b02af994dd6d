"""A step in which a model answers messages: what it is told, which answer is taken, and what it
costs whatever dies."""

from typing import Any

import pytest

from events.invocations import Labelled
from events.model_messages import ModelMessage
from events.plan_content import (
    ComparedPrompt,
    Completion,
    Envelope,
    PlanStep,
    PromptPart,
    Retry,
)
from functions.runs.rules.completions import Judged, judged, prompt_of
from functions.runs.rules.conversation import CUT, EMPTY
from functions.runs.rules.prices import ModelTerms
from shared.models.messages import Answer, ModelFailed
from tests.functions.runs.rules.plans import HASH, add
from tests.functions.runs.rules.thoughts import (
    ANSWER_COST,
    TERMS,
    Died,
    Thoughts,
    chosen,
    saying,
)

SHAPE = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}


def completing(
    *messages: str, turns: int = 1, spend: int = 50_000, id: str = "say", **fields: Any
) -> PlanStep:
    """A step in which a model answers these messages of a user."""
    of_step = {name: fields.pop(name) for name in list(fields) if name in PlanStep.model_fields}
    envelope = Envelope(
        model=TERMS.name, calls=(), most_calls=0, most_turns=turns, spend_usd_micros=spend
    )
    said = tuple(ModelMessage(role="user", content=each) for each in messages or ("hello",))
    return PlanStep(id=id, does=Completion(envelope=envelope, messages=said, **fields), **of_step)


def prompted(content: str, schema: Any, **variables: Any) -> PlanStep:
    """A step with a prompt of one message."""
    prompt = PromptPart(name="sum-up", version=1, sha256=HASH)
    given = {"prompt": prompt, "variables": variables, "variable_schema": schema}
    return completing(content, **given)


def _thoughts(*answers: Answer | ModelFailed, step: PlanStep, **fields: Any) -> Thoughts:
    thoughts = Thoughts(*answers, steps=(step,), **fields)
    thoughts.until_rest()
    return thoughts


def _said(thoughts: Thoughts) -> list[tuple[str, str]]:
    return [(each.role, each.text) for each in thoughts.asked[-1].said.messages]


def test_a_model_answers_messages_and_is_offered_nothing_to_call() -> None:
    step = completing("sum up ${{ inputs.week }}", "and ${{ [1, 2] }}")
    outputs = {"said": "${{ steps.say.output.text }}"}
    thoughts = _thoughts(saying("done"), step=step, inputs={"week": "W3"}, outputs=outputs)
    assert (thoughts.run.status, thoughts.outputs) == ("completed", {"said": "done"})
    assert _said(thoughts) == [("user", "sum up W3"), ("user", "and [1,2]")]
    assert thoughts.asked[0].said.tools == ()
    assert thoughts.results["run_1.0"].output == Labelled(
        value={"text": "done"}, labels=("model:scripted",)
    )
    assert thoughts.run.spent_usd_micros == ANSWER_COST
    assert thoughts.questions() == [(0, "confirmed", ANSWER_COST)]


def test_what_a_variable_holds_is_never_an_expression() -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    step = prompted("about ${{ variables.text }}", schema, text="${{ inputs.text }}")
    inputs = {"text": "${{ inputs.secret }}", "secret": "s3"}
    thoughts = _thoughts(saying(), step=step, inputs=inputs)
    assert _said(thoughts) == [("user", "about ${{ inputs.secret }}")]


def test_a_variable_that_the_prompt_does_not_take_asks_nobody() -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    thoughts = _thoughts(step=prompted("${{ variables.text }}", schema, text="${{ [1] }}"))
    assert thoughts.failure == ("failed", "variables_unfit")
    assert "with.text: does not keep" in thoughts.run.failure.detail  # type: ignore[union-attr]
    assert thoughts.asked == []


def compared(percent: int, turns: int = 1, **fields: Any) -> PlanStep:
    """A step that says A in its own version and B in the other."""
    step = prompted("A ${{ variables.text }}", {}, text="${{ inputs.text }}")
    assert isinstance(step.does, Completion)
    other = ComparedPrompt(
        prompt=PromptPart(name="sum-up", version=2, sha256=HASH),
        messages=(
            ModelMessage(role="system", content="B"),
            ModelMessage(role="user", content="${{ variables.b }}"),
        ),
        variables={"b": "${{ inputs.text }}!"},
        percent=percent,
    )
    envelope = step.does.envelope.but(most_turns=turns)
    return step.but(does=step.does.but(compared=other, envelope=envelope, **fields))


def test_each_share_of_runs_takes_its_version_and_always_the_same() -> None:
    step = compared(20)
    taken = {f"run_{each}": prompt_of(f"run_{each}", step) for each in range(1_000)}
    assert {prompt_of(run_id, step) == named for run_id, named in taken.items()} == {True}
    assert 160 <= list(taken.values()).count("sum-up@2") <= 240
    # A larger share takes more runs to the other version, and brings none back.
    more = {run_id for run_id in taken if prompt_of(run_id, compared(60)) == "sum-up@2"}
    assert more > {run_id for run_id, named in taken.items() if named == "sum-up@2"}
    # Another step of the same run decides for itself.
    assert {prompt_of(run_id, step.but(id="b")) == named for run_id, named in taken.items()} == {
        True,
        False,
    }


@pytest.mark.parametrize("is_other", [False, True])
def test_a_run_says_one_version_in_each_turn_and_names_it(is_other: bool) -> None:
    # Of the run of these tests, which has one id.
    step = compared(99 if is_other else 1, turns=2, output=SHAPE)
    thoughts = _thoughts(saying("a"), saying('{"count": 2}'), step=step, inputs={"text": "x"})
    assert thoughts.run.status == "completed"
    first = [("system", "B"), ("user", "x!")] if is_other else [("user", "A x")]
    assert [_said(thoughts)[1 : 1 + len(first)]] == [first]
    named = "sum-up@2" if is_other else "sum-up@1"
    assert [each.prompt for each in thoughts.turns.values()] == [named] * 2
    assert thoughts.results["run_1.0"].prompt == named
    assert [each.model.prompt for each in thoughts.receipts if each.model] == [named] * 2


def test_an_answer_has_the_labels_of_what_it_was_made_of() -> None:
    thoughts = Thoughts(
        saying(),
        steps=(add("count"), completing("see ${{ steps.count.output.value }}")),
    )
    thoughts.of_steps = {"count": {"output": Labelled(value={"value": 1}, labels=("untrusted",))}}
    thoughts.until_rest()
    assert thoughts.run.status == "completed"
    assert thoughts.results["run_1.1"].output.labels == ("model:scripted", "untrusted")


@pytest.mark.parametrize(
    ("answer", "output", "judgement"),
    [
        (saying("a"), None, Judged({"text": "a"})),
        (saying('{"count": 2}'), SHAPE, Judged({"text": '{"count": 2}', "value": {"count": 2}})),
        (
            saying('```json\n{"count": 2}\n```'),
            SHAPE,
            Judged({"text": '```json\n{"count": 2}\n```', "value": {"count": 2}}),
        ),
        (saying("a", is_cut=True), None, Judged(why_not=CUT)),
        (saying(" "), None, Judged(why_not=EMPTY)),
        (saying("", calls=(chosen(1),)), None, Judged(why_not=EMPTY)),
    ],
)
def test_an_answer_is_taken_that_is_what_the_step_gives(
    answer: Answer, output: Any, judgement: Judged
) -> None:
    does = completing(output=output).does
    assert isinstance(does, Completion)
    assert judged(does, answer) == judgement


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("two", "is not JSON"),
        ('{"count": "a secret"}', "answer.count: does not keep properties/count/type"),
        ('{"count": 1, "count": 2}', "is not JSON"),
        ("[" * 500, "is not JSON"),
    ],
)
def test_an_answer_that_does_not_fit_is_asked_for_anew_and_told_why(text: str, told: str) -> None:
    step = completing(output=SHAPE, turns=2)
    thoughts = _thoughts(saying(text), saying('{"count": 2}'), step=step)
    assert thoughts.run.status == "completed"
    first, *_, last = _said(thoughts)
    assert first[0] == "system"
    assert '"required":["count"]' in first[1]
    assert told in last[1]
    assert "a secret" not in last[1]
    assert thoughts.results["run_1.0"].output.value["value"] == {"count": 2}  # type: ignore[index, call-overload]
    assert thoughts.run.spent_usd_micros == 2 * ANSWER_COST


def test_no_more_answers_are_asked_for_than_the_plan_says() -> None:
    thoughts = _thoughts(saying("a"), saying("b"), step=completing(output=SHAPE, turns=2))
    assert thoughts.failure == ("failed", "answer_unfit")
    assert len(thoughts.asked) == 2


def test_an_answer_is_no_longer_than_the_step_says_and_its_budget_pays() -> None:
    assert _thoughts(saying(), step=completing(most_tokens=9)).asked[0].most_tokens == 9
    dear = _thoughts(step=completing(spend=50))
    assert dear.failure == ("failed", "spend_exhausted")
    poor = _thoughts(step=completing(), budget_usd_micros=50)
    assert poor.failure == ("paused", "budget_exhausted")


def test_no_other_model_is_asked_than_the_plan_names() -> None:
    thoughts = _thoughts(step=completing(), terms=ModelTerms("another"))
    assert thoughts.failure == ("paused", "model_changed")
    assert thoughts.asked == []


def test_a_model_that_is_busy_is_asked_as_often_as_the_step_says() -> None:
    busy = ModelFailed("model_busy", "503", may_pass=True)
    thoughts = Thoughts(busy, saying(), steps=(completing(retry=Retry(attempts=2)),))
    thoughts.until_rest()
    assert thoughts.run.waiting is not None
    assert [each[1] for each in thoughts.questions()] == ["refused"]


@pytest.mark.parametrize("dies", ["before", "answered"])
def test_a_lost_answer_is_spent_and_said_and_asked_for_once_more(dies: str) -> None:
    thoughts = Thoughts(*([saying()] * 2), steps=(completing(),))
    thoughts.begin()
    thoughts.burst()
    with pytest.raises(Died):
        thoughts.burst(dies=dies)
    thoughts.until_rest()
    assert thoughts.run.status == "completed"
    lost, kept = thoughts.questions()
    assert (lost[1], kept) == ("doubtful", (0, "confirmed", ANSWER_COST))
    assert lost[2] > ANSWER_COST
    assert thoughts.run.spent_usd_micros == lost[2] + ANSWER_COST


def test_a_kept_answer_is_never_asked_for_again() -> None:
    thoughts = Thoughts(saying("one"), steps=(completing(), add("later")))
    thoughts.begin()
    for _ in range(2):
        thoughts.burst()
    assert [each.answer.text for each in thoughts.turns.values()] == ["one"]
    with pytest.raises(Died):
        thoughts.burst(dies="acted")
    thoughts.until_rest()
    assert (thoughts.run.status, len(thoughts.asked)) == ("completed", 1)
    assert thoughts.run.spent_usd_micros == ANSWER_COST
