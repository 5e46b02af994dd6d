"""A step with `model/complete`: what compiles, what its plan pins, and what each refusal says."""

from typing import Any

import pytest

from events.models import ModelRouteState, Prices, route_part
from events.plan_content import ComparedPrompt, Completion, PromptPart, models_in, stack_model_of
from events.prompts import PromptContent
from functions.capsules.rules.ghostrun import estimate_of, rehearse
from functions.capsules.rules.prompts import Prompt
from shared.kit.contents import Content
from tests.functions.capsules.agents import spec_of
from tests.functions.capsules.rules.test_ghostrun import now_of
from tests.functions.capsules.sources import HEAD, MODEL, compiled, refused

CONTENT = PromptContent.model_validate(
    {
        "messages": [
            {"role": "system", "content": "You sum up for ${{ variables.reader }}."},
            {"role": "user", "content": "${{ variables.text }}"},
        ],
        "variables": {
            "text": {"type": "string"},
            "reader": {"type": "string", "default": "editors"},
        },
    }
)
HASH = Content.of(CONTENT.model_dump(mode="json")).hash
# The version 5 says more to the same variables; 6 takes others.
SHORTER = PromptContent.model_validate(
    {
        "messages": [
            {"role": "user", "content": "In ${{ variables.words }}: ${{ variables.text }}"}
        ],
        "variables": {
            "text": {"type": "string"},
            "words": {"type": "integer", "default": 50},
        },
    }
)
OTHER = PromptContent.model_validate(
    {**CONTENT.model_dump(), "variables": {"text": {"type": "integer"}}}
)
PROMPTS = {
    "sum-up@3": Prompt("active", HASH, CONTENT),
    "sum-up@4": Prompt("draft", HASH, CONTENT),
    "sum-up@2": Prompt("deprecated", HASH, CONTENT),
    "sum-up@1": Prompt("active", HASH, None),
    "sum-up@5": Prompt("active", "5" * 64, SHORTER),
    "sum-up@6": Prompt("active", "6" * 64, OTHER),
}
ROUTE = ModelRouteState(
    name="own",
    provider="openai",
    base_url="https://models.clinic.example/v1",
    credential="models",
    model="clinics-own",
    privacy="own",
    prices=Prices(tokens_in_usd_micros=2_000_000),
    most_tokens_out=300,
    set_by="gala",
    set_at="2026-11-20T08:00:00Z",
)
ROUTES = {"own": ROUTE, "claude": ROUTE.but(name="claude", provider="anthropic")}
INPUTS = "inputs: {text: string, many: {type: array, items: string, default: []}}\n"
ASKS = "messages: [{role: user, content: 'Say ${{ inputs.text }}'}]"


def _capsule(arguments: str, more: str = "", head: str = INPUTS, later: str = "") -> str:
    step = f"  - {{id: a, use: model/complete, with: {{{arguments}}}{more}}}\n"
    return f"{HEAD}{head}steps:\n{step}{later}"


def _completion(text: str) -> Completion:
    does = compiled(text, {"text": "x"}, prompts=PROMPTS).plan.steps[0].does
    assert isinstance(does, Completion)
    return does


def test_a_plan_pins_the_model_the_prompt_and_what_it_says() -> None:
    text = _capsule("prompt: sum-up@3, text: '${{ inputs.text }}', max_tokens: 90")
    plan = compiled(text, {"text": "x"}, prompts=PROMPTS).plan
    does = _completion(text)
    assert models_in(plan) == (MODEL,)
    assert does.prompt == PromptPart(name="sum-up", version=3, sha256=HASH)
    assert does.messages == CONTENT.messages
    assert does.variables == {"text": "${{ inputs.text }}", "reader": "editors"}
    assert (does.most_tokens, does.envelope.most_turns, does.envelope.calls) == (90, 1, ())
    assert plan.steps[0].assent == "none"


def test_another_content_of_the_prompt_is_another_plan() -> None:
    text = _capsule("prompt: sum-up@3, text: a")
    other = {"sum-up@3": PROMPTS["sum-up@3"]._replace(sha256="0" * 64)}
    hashes = {compiled(text, {"text": "x"}, prompts=each).content.hash for each in (PROMPTS, other)}
    assert len(hashes) == 2


def _comparing(version: int = 5, percent: object = 20) -> str:
    compare = f"{{version: {version}, percent: {percent}}}"
    return (
        f"prompt: {{name: sum-up, version: 3, compare: {compare}}}, text: '${{{{ inputs.text }}}}'"
    )


def test_a_plan_pins_both_versions_that_are_compared_and_their_share() -> None:
    does = _completion(_capsule(_comparing()))
    assert does.prompt == PromptPart(name="sum-up", version=3, sha256=HASH)
    assert does.compared == ComparedPrompt(
        prompt=PromptPart(name="sum-up", version=5, sha256="5" * 64),
        messages=SHORTER.messages,
        variables={"text": "${{ inputs.text }}", "words": 50},
        variable_schema=SHORTER.schema_of,
        percent=20,
    )
    # Whoever assents to one of these has not assented to another one.
    other = PROMPTS | {"sum-up@5": PROMPTS["sum-up@5"]._replace(sha256="0" * 64)}
    plain = _capsule("prompt: sum-up@3, text: '${{ inputs.text }}'")
    texts = [(plain, PROMPTS), (_capsule(_comparing()), other)]
    texts += [(_capsule(_comparing(percent=each)), PROMPTS) for each in (20, 21)]
    found = [compiled(text, {"text": "x"}, prompts=each).content for text, each in texts]
    assert len({each.hash for each in found}) == 4
    assert "compared" not in found[0].text
    written_out = _capsule("prompt: {name: sum-up, version: 3}, text: '${{ inputs.text }}'")
    assert _completion(written_out) == _completion(plain)


def test_a_rehearsal_predicts_the_same_whichever_version_is_taken() -> None:
    texts = ("prompt: sum-up@3, text: a", _comparing(percent=1), _comparing(percent=99))
    results = [compiled(_capsule(each), {"text": "x"}, prompts=PROMPTS) for each in texts]
    assert {estimate_of(each) for each in results} == {500_000}


def test_what_it_gives_is_read_later_in_its_shape() -> None:
    later = (
        "  - {id: b, use: assent/counter.add, with: {counter: a, amount: "
        "'${{ steps.a.output.value.count }}'}}\n"
    )
    shape = ", output: {type: object, required: [count], properties: {count: {type: integer}}}"
    compiled(_capsule(ASKS, shape, later=later), {"text": "x"})
    wrong = later.replace("value.count", "text")
    assert (
        "gives string" in refused(_capsule(ASKS, later=wrong), {"text": "x"})["steps.1.with.amount"]
    )
    assert refused(_capsule(ASKS, later=later), {"text": "x"}).keys() == {"steps.1.with.amount"}


def test_a_rehearsal_predicts_what_the_step_may_spend_and_asks_nobody() -> None:
    result = compiled(_capsule(ASKS, ", budget_usd: 0.05"), {"text": "x"})
    assert estimate_of(result) == 50_000
    prediction = rehearse(result.plan, {result.content.hash: result.plan}, "fast", None)
    (step,) = prediction.steps
    assert (step.cost_usd_micros, step.calls, step.effect, step.reversible) == (
        50_000, 0, "read", True,
    )  # fmt: skip
    assert prediction.point_of_no_return is None


def test_whoever_assents_to_the_plan_assents_to_a_step_that_asks_for_that() -> None:
    plan = compiled(_capsule(ASKS, ", approval: required"), {"text": "x"}).plan
    assert plan.needs_assent


@pytest.mark.parametrize(
    ("arguments", "more", "field", "words"),
    [
        ("", "", "steps.0.with", "write either `prompt`, as name@version, or `messages`"),
        (f"prompt: sum-up@3, {ASKS}", "", "steps.0.with", "write either"),
        ("prompt: sum-up", "", "steps.0.with.prompt", "like weekly-summary@3"),
        ("prompt: '${{ inputs.text }}'", "", "steps.0.with.prompt", "like weekly-summary@3"),
        ("messages: []", "", "steps.0.with.messages", "must not be empty"),
        ("messages: [{role: tool, content: a}]", "", "steps.0.with.messages.0.role", "system"),
        (f"{ASKS}, text: a", "", "steps.0.with.text", "write it in `messages`"),
        (f"{ASKS}, max_tokens: 0", "", "steps.0.with.max_tokens", "at least 1"),
        (f"{ASKS}, model: other", "", "steps.0.with.model", f"write {MODEL}"),
        (ASKS, ", for_each: inputs.many", "steps.0.for_each", "leave it out"),
        (ASKS, ", output: {type: nothing}", "steps.0.output", "is no JSON Schema"),
        (ASKS, ", output: {type: '${{ inputs.text }}'}", "steps.0.output", "said beforehand"),
        ("prompt: sum-up@9, text: a", "", "steps.0.use", "POST /v1/prompts"),
        ("prompt: sum-up@4, text: a", "", "steps.0.use", "versions/4/activate"),
        ("prompt: sum-up@2, text: a", "", "steps.0.use", "is deprecated"),
        ("prompt: sum-up@1, text: a", "", "steps.0.use", "was erased"),
        (_comparing(9), "", "steps.0.with.prompt.compare.version", "POST /v1/prompts"),
        (_comparing(4), "", "steps.0.with.prompt.compare.version", "versions/4/activate"),
        (_comparing(2), "", "steps.0.with.prompt.compare.version", "is deprecated"),
        (_comparing(3), "", "steps.0.with.prompt", "compares version 3 with itself"),
        (_comparing(5, 0), "", "steps.0.with.prompt.compare.percent", "at least 1"),
        (_comparing(5, 100), "", "steps.0.with.prompt.compare.percent", "at most 99"),
        (_comparing(5, "half"), "", "steps.0.with.prompt.compare.percent", "whole number"),
        (_comparing(6), "", "steps.0.with.text", "(in sum-up@6)"),
        (f"{_comparing()}, reader: you", "", "steps.0.with", "(in sum-up@5)"),
        (f"{_comparing()}, words: 9", "", "steps.0.with", "'words' was unexpected"),
        ("prompt: {name: sum-up}, text: a", "", "steps.0.with.prompt.version", "must be given"),
        ("prompt: sum-up@3", "", "steps.0.with", '"text" is a required property'),
        ("prompt: sum-up@3, text: 1", "", "steps.0.with.text", "is not of type"),
        ("prompt: sum-up@3, text: '${{ inputs.many }}'", "", "steps.0.with.text", "gives array"),
        ("prompt: sum-up@3, text: a, txt: b", "", "steps.0.with", "unexpected"),
    ],
)
def test_what_does_not_compile_says_what_to_write(
    arguments: str, more: str, field: str, words: str
) -> None:
    said = refused(_capsule(arguments, more), {"text": "x"}, prompts=PROMPTS)
    assert words in said[field], said
    assert "(line 6, column " in said[field]


def test_without_a_model_it_does_not_compile() -> None:
    assert "none is configured" in refused(_capsule(ASKS), {"text": "x"}, model="")["steps.0.use"]


def test_an_agent_that_may_never_ask_a_model_asks_none() -> None:
    rights: Any = {"alone": [], "never": ["model/*"]}
    said = spec_of(rights=rights)
    assert "out of `never`" in refused(_capsule(ASKS), {"text": "x"}, said)["steps.0.use"]


def test_a_capsule_that_lists_its_tools_lists_it() -> None:
    head = f"{INPUTS}tools: [assent/counter.add]\n"
    told = refused(_capsule(ASKS, head=head), {"text": "x"})["steps.0.use"]
    assert "add model/complete to `tools`" in told


def test_a_plan_has_the_route_by_which_it_asks_and_no_model_of_the_stack() -> None:
    text = _capsule(f"route: own, {ASKS}")
    plan = compiled(text, {"text": "x"}, model="", routes=ROUTES).plan
    (step,) = plan.steps
    assert isinstance(step.does, Completion)
    assert step.does.route == route_part(ROUTE)
    assert (step.does.envelope.model, step.does.most_tokens) == ("clinics-own", 300)
    assert (models_in(plan), stack_model_of(step)) == (("clinics-own",), None)
    shorter = compiled(_capsule(f"route: own, max_tokens: 9, {ASKS}"), {"text": "x"}, routes=ROUTES)
    assert isinstance(shorter.plan.steps[0].does, Completion)
    assert shorter.plan.steps[0].does.most_tokens == 9
    assert "route" not in compiled(_capsule(ASKS), {"text": "x"}).content.text


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"privacy": "open"}, False),
        ({"base_url": "https://elsewhere.example/v1"}, False),
        ({"credential": None}, False),
        ({"model": "another"}, False),
        ({"prices": Prices()}, False),
        ({"most_tokens_out": 9}, False),
        ({"fallbacks": ("claude",), "cache_seconds": 9}, True),
        ({"set_by": "goran", "set_at": "2026-11-21T08:00:00Z"}, True),
    ],
)
def test_a_route_that_was_set_anew_is_another_plan(changed: Any, is_same: bool) -> None:
    text = _capsule(f"route: own, {ASKS}")
    other = ModelRouteState.model_validate({**ROUTE.model_dump(), **changed})
    first, second = (compiled(text, {"text": "x"}, routes={"own": each}) for each in (ROUTE, other))
    assert (first.content.hash == second.content.hash) == is_same
    plans = {first.content.hash: first.plan}
    told = rehearse(first.plan, plans, "full", now_of(first)._replace(routes={"own": other}))
    assert [each.code for each in told.steps[0].denials] == ([] if is_same else ["model"])


@pytest.mark.parametrize(
    ("arguments", "at", "told"),
    [
        ("route: missing", "steps.0", "there is no model route missing: set it first"),
        ("route: claude", "steps.0", "speaks the wire of anthropic"),
        ("route: Own", "steps.0.with.route", "must have the form"),
        ("route: own, model: other", "steps.0.with.model", "write clinics-own"),
    ],
)
def test_a_route_that_a_step_cannot_ask_by_is_refused_at_its_line(
    arguments: str, at: str, told: str
) -> None:
    said = refused(_capsule(f"{arguments}, {ASKS}"), {"text": "x"}, routes=ROUTES)
    assert [told in message for field, message in said.items() if field.startswith(at)] == [True]
