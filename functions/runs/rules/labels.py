"""Labels follow values: what the arguments of a call were made of, and what it gave was made of.

A step's output has one set of labels, which each part of it has. A call has those of all that the
expressions of its step read: in its arguments, its condition and its list."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from events.invocations import InvocationView, Labelled
from events.labels import MOST_LABELS, UNTRUSTED, Labels, merged
from events.plan_content import Call, ModelStep, PlanStep, SkillCalls
from functions.runs.rules.calls import ConcreteCall, Prepared, Rejected
from functions.runs.rules.step_result import StepResult, result_id
from shared.kit.templates import condition, expressions_in

# Why a person is asked about calls that the plan has without that.
UNTRUSTED_EFFECT = "it is made of what is untrusted, and nothing undoes it"


class Sources(NamedTuple):
    """What expressions of a run read: the results of its steps, whose numbers are by their ids, and
    the labels of what decided that it runs at all."""

    run_id: str
    own: Labels
    numbers: Mapping[str, int]
    results: Mapping[str, StepResult]

    def of_step(self, step: PlanStep) -> Labels:
        """The labels of all that a step reads: whether it is done, how often, and with what."""
        texts = [each for each in (step.condition, step.for_each) if each is not None]
        places = [place for text in texts for place in condition(text).reads]
        return merged(self.own, self._of(places), self.of_template(_template(step)))

    def of_template(self, value: Any) -> Labels:
        """The labels of all that the expressions in a template read."""
        return self._of(place for _, each in expressions_in(value) for place in each.reads)

    def _of(self, places: Iterable[tuple[Any, ...]]) -> Labels:
        read = [place for place in places if place[0] == "steps"]
        named = {place[1] for place in read if len(place) > 1}
        # Which step a computed name is of, nobody knows before.
        is_any = any(len(place) == 1 or not isinstance(place[1], str) for place in read)
        steps = self.numbers if is_any else named & self.numbers.keys()
        return merged(*(self._of_output(self.numbers[each]) for each in steps))

    def _of_output(self, number: int) -> Labels:
        whole = self.results.get(result_id(self.run_id, number))
        if whole is None:
            return ()
        count = whole.iterations if whole.iterations is not None and whole.turns is None else 0
        ids = (result_id(self.run_id, number, each) for each in range(count))
        parts = (self.results[each].output.labels for each in ids if each in self.results)
        return merged(whole.output.labels, *parts)


def _template(step: PlanStep) -> Any:
    does = step.does
    if isinstance(does, Call):
        return does.arguments
    if isinstance(does, SkillCalls):
        return does.compute.arguments
    return does.template if isinstance(does, ModelStep) else None


def with_labels(prepared: Prepared, sources: Sources) -> Prepared:
    """The calls with the labels of their arguments. Where one of them needs a person who sees it,
    so do all that are made together with it. Raises Rejected for more labels than a token takes."""
    by_step = {each.placed.number: each.placed.step for each in prepared.calls}
    labels = {number: sources.of_step(step) for number, step in by_step.items()}
    calls = tuple(labelled_call(each, labels[each.placed.number]) for each in prepared.calls)
    if any(needs_a_person(each) for each in calls):
        calls = tuple(map(seen_by_a_person, calls))
    return prepared._replace(calls=calls)


def labelled_call(call: ConcreteCall, *labels: Iterable[str]) -> ConcreteCall:
    """The call with the labels of its arguments. Raises Rejected for more than a token takes: a
    policy would not see those that are left out."""
    found = merged(*labels)
    if len(found) > MOST_LABELS:
        detail = f"its arguments are made of what has {len(found)} labels; {MOST_LABELS} are taken"
        raise Rejected(call.step, "too_many_labels", detail)
    return call._replace(labels=found)


def needs_a_person(call: ConcreteCall) -> bool:
    """Whether a person has to see exactly this call: what is untrusted would do what nothing
    undoes. The platform's policy `untrusted-effect` holds `tools` to the same."""
    return UNTRUSTED in call.labels and call.call.is_irreversible


def seen_by_a_person(call: ConcreteCall) -> ConcreteCall:
    """The call, of a step to which somebody assents who sees its calls."""
    placed = call.placed
    return call._replace(placed=placed._replace(step=placed.step.but(assent="step")))


def labelled(view: InvocationView, call: ConcreteCall) -> Labelled:
    """What the call gave, with its target's labels and those of its arguments: a target may give
    back what it was sent."""
    given = view.output or Labelled()
    return given.but(labels=merged(given.labels, view.target_labels, call.labels))
