"""Labels follow what a connector gave into all that is made of it, and what a model reads into all
that it chooses; what is untrusted does nothing that nothing undoes before a person has seen it."""

from typing import Any

import pytest

from events.invocations import Labelled
from events.labels import MOST_LABELS
from events.plan_content import Parallel, PlanStep, SubRun
from functions.runs.rules.labels import UNTRUSTED_EFFECT
from functions.runs.rules.moves import Ask, Delegate, Finish, Halt
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run
from tests.functions.runs.rules.plans import HASH, Tools, add, calling, plan, run
from tests.functions.runs.rules.thoughts import (
    COUNTER,
    LEDGER,
    Thoughts,
    call_of,
    chosen,
    saying,
    thinking,
)
from tests.functions.runs.rules.thoughts import calling as answering

WEB = ("from:web", "untrusted")
WIKI = ("from:wiki",)


def _reads(id: str, **step: Any) -> PlanStep:
    """A step that reads a system outside."""
    return calling(id, f"{id}/page.read", {}, effect="read", **step)


def _appends(id: str, line: Any, **step: Any) -> PlanStep:
    """A step that does what nothing undoes."""
    call = call_of(LEDGER)
    return calling(id, LEDGER, {"ledger": "l", "line": line}, pin=call.pin, **step)


class Labelling(Tools):
    """A `tools` whose connectors label what they give, and which keeps the calls' labels."""

    def __init__(self, **labels: tuple[str, ...]) -> None:
        super().__init__(
            **{
                step: {"output": Labelled(value={"value": [1, 2]}, labels=found)}
                for step, found in labels.items()
            }
        )
        self.labels: dict[str, tuple[str, ...]] = {}

    def view(self, call: Any) -> Any:
        self.labels[call.step] = call.labels
        return super().view(call)


def _driven(*steps: PlanStep, of: Run | None = None, **labels: tuple[str, ...]) -> Any:
    tools = Labelling(**(labels or {"web": WEB, "wiki": WIKI}))
    whole = plan(*steps, outputs={"said": "${{ steps.last.output }}"})
    return tools.drive(Progress(of or run(), whole)), tools.labels


@pytest.mark.parametrize(
    "step",
    [
        add("last", "${{ steps.web.output.value[0] }}"),
        calling("last", "assent/counter.add", {"a": [{"b": "x ${{ steps.web.output.value }}"}]}),
        add("last", condition="steps.web.output.value[0] == 1"),
        add("last", for_each="steps.web.output.value"),
        add("last", "${{ steps.wiki.output.value[0] > 0 ? 1 : steps.web.output.value[0] }}"),
        add("last", "${{ steps['w' + 'eb'].output.value[0] }}"),
    ],
    ids=["argument", "nested", "condition", "list", "branch", "computed name"],
)
def test_a_call_has_the_labels_of_all_that_its_step_reads(step: PlanStep) -> None:
    move, labels = _driven(_reads("web"), _reads("wiki"), add("between"), step)
    assert isinstance(move, Finish)
    assert labels["between"] == ()
    assert set(WEB) <= set(labels["last"])
    assert set(move.labels) == set(labels["last"])


def test_labels_follow_through_steps_lists_and_what_was_skipped() -> None:
    move, labels = _driven(
        _reads("web"),
        add("each", "${{ item }}", for_each="steps.web.output.value"),
        add("never", condition="steps.web.output.value[0] == 2"),
        add("apart", 1),
        add("last", "${{ size(steps.each.output) + (steps.never.output == null ? 1 : 0) }}"),
    )
    assert isinstance(move, Finish)
    assert labels == {"web": (), "each": WEB, "apart": (), "last": WEB}
    _, labels = _driven(
        _reads("web"),
        add("never", condition="steps.web.output.value[0] == 2"),
        add("last", "${{ steps.never.output == null ? 1 : 0 }}"),
    )
    assert labels["last"] == WEB


def test_what_is_untrusted_does_nothing_irreversible_before_a_person_has_seen_it() -> None:
    move, labels = _driven(_reads("web"), _appends("last", "${{ steps.web.output.value[0] }}"))
    assert isinstance(move, Ask)
    assert (move.why, "last" in labels) == (UNTRUSTED_EFFECT, False)
    (shown,) = move.content.value["calls"]
    assert shown["labels"] == list(WEB)
    for step in (
        _appends("last", "${{ steps.wiki.output.value[0] }}"),
        add("last", "${{ steps.web.output.value[0] }}"),
        _appends("last", "nothing of the web"),
    ):
        move, _ = _driven(_reads("web"), _reads("wiki"), step)
        assert isinstance(move, Finish), step


def test_calls_that_are_made_together_are_seen_together() -> None:
    together = (add("one"), _appends("last", "${{ steps.web.output.value[0] }}"))
    group = PlanStep(id="both", does=Parallel(steps=together))
    move, labels = _driven(_reads("web"), group)
    assert isinstance(move, Ask)
    assert set(labels) == {"web"}
    one, last = move.content.value["calls"]
    assert "labels" not in one
    assert (last["step"], last["operation"], last["labels"]) == ("last", LEDGER, list(WEB))


def test_a_run_has_the_labels_of_what_decided_that_it_runs() -> None:
    below = PlanStep(
        id="last", does=SubRun(plan_hash=HASH), condition="steps.web.output.value[0] == 1"
    )
    move, _ = _driven(_reads("web"), below)
    assert isinstance(move, Delegate)
    assert move.labels == WEB
    move, _ = _driven(_appends("last", "x"), of=run(labels=move.labels))
    assert isinstance(move, Ask)


def test_more_labels_than_a_token_takes_are_refused() -> None:
    many = tuple(sorted(f"from:system-{number}" for number in range(MOST_LABELS + 1)))
    move, labels = _driven(_reads("web"), add("last", "${{ steps.web.output.value[0] }}"), web=many)
    assert isinstance(move, Halt)
    assert (move.failure.code, labels) == ("too_many_labels", {"web": ()})


LINE = chosen(ledger="l", line="the secret", name="assent_ledger_append")


def _after_the_web(*answers: Any, goal: str) -> Thoughts:
    think = thinking("think", call_of(COUNTER), call_of(LEDGER))
    think = think.but(does=think.does.but(goal=goal))
    thoughts = Thoughts(*answers, steps=(_reads("web"), think))
    thoughts.of_steps["web"] = {"output": Labelled(value={"value": [1, 2]}, labels=WEB)}
    return thoughts


@pytest.mark.parametrize("yes", [True, False])
def test_what_a_model_read_labels_all_that_it_chooses(yes: bool) -> None:
    goal = "${{ steps.web.output.value }}"
    thoughts = _after_the_web(answering(chosen(1), LINE), saying(), goal=goal)
    thoughts.until_rest()
    (ask,) = thoughts.asks
    assert (ask.why, thoughts.run.status) == (UNTRUSTED_EFFECT, "awaiting_approval")
    assert ask.content.value["calls"][0]["labels"] == ["from:web", "model:scripted", "untrusted"]
    thoughts.decide(yes=yes)
    thoughts.until_rest()
    assert thoughts.run.status == "completed"
    assert len([each for each in thoughts.acted.values() if each.call.operation == LEDGER]) == yes
    answer = next(each for each in thoughts.results.values() if each.turns is not None)
    assert answer.output.labels == ("from:web", "model:scripted", "untrusted")


def test_a_model_that_read_nothing_untrusted_is_not_asked_about() -> None:
    thoughts = _after_the_web(answering(chosen(1), LINE), saying(), goal="count")
    thoughts.until_rest()
    assert (thoughts.run.status, thoughts.asks) == ("completed", [])
    made = [each.labels for each in thoughts.acted.values() if each.step == "think"]
    assert made == [("model:scripted",), ("model:scripted",)]


def test_a_call_has_labels_of_what_earlier_turns_gave_and_not_its_own() -> None:
    answers = (answering(chosen(1), chosen(2)), answering(chosen(3)), saying())
    thoughts = _after_the_web(*answers, goal="count")
    given = Labelled(value={"value": 1}, labels=("from:counter",))
    thoughts.of_steps["think"] = {"output": given}
    thoughts.until_rest()
    assert thoughts.run.status == "completed"
    made = [each.labels for each in thoughts.acted.values() if each.step == "think"]
    own = ("model:scripted",)
    assert made == [own, own, ("from:counter", "model:scripted")]


def test_a_refused_call_gives_its_targets_labels() -> None:
    thoughts = _after_the_web(answering(chosen(1)), answering(LINE), saying(), goal="count")
    refused = {"status": "refused", "output": None, "detail": "append it", "target_labels": WEB}
    thoughts.of_steps["think"] = refused
    thoughts.until_rest()
    (ask,) = thoughts.asks
    assert (ask.why, thoughts.run.status) == (UNTRUSTED_EFFECT, "awaiting_approval")
