"""Steps that use `model/complete`: what they say in `with`, and what is compiled from that."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints, ValidationError

from events.models import ModelRouteState, route_part
from events.operations import COMPLETE
from events.plan_content import Completion, Envelope, PromptPart, Said
from events.prompts import MOST_MESSAGES, OWN_NAMES, PromptContent, PromptStatus
from functions.capsules.rules.graph import Node
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.problems import Problem
from functions.capsules.rules.schemas import Schema, problem_with
from functions.capsules.rules.scope import Scope
from functions.capsules.rules.source import CapsuleBody, InnerStep
from functions.capsules.rules.turns import ANSWER, why_no_model
from shared.agents.rights import KnownRights
from shared.kit.models import Model
from shared.kit.money import usd_micros
from shared.kit.templates import OPENING, texts_in
from shared.models.written import MessageBody

_SPEND_USD = 0.5
MOST_TOKENS = 4_096
ROUTE = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$"
PROMPT = r"^[a-z0-9]+(-[a-z0-9]+)*@[1-9][0-9]{0,5}$"


class CompletionBody(Model):
    """What a completion says of itself; the rest of its `with` are variables of its prompt."""

    prompt: Annotated[str, StringConstraints(max_length=70, pattern=PROMPT)] | None = None
    messages: (
        Annotated[tuple[MessageBody, ...], Field(min_length=1, max_length=MOST_MESSAGES)] | None
    ) = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    route: Annotated[str, StringConstraints(max_length=64, pattern=ROUTE)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS, strict=True)] | None = None


class Prompt(NamedTuple):
    """A version of a prompt as it is now. `sha256` is the hash of its content, which is None once
    it was erased."""

    status: PromptStatus
    sha256: str
    content: PromptContent | None


Prompts = Mapping[str, Prompt]
Routes = Mapping[str, ModelRouteState]
# The wire on which a step asks.
_PROVIDER = "openai"


class Models(NamedTuple):
    """Whom a completion may ask: the `stack`'s model, empty where none is configured, and the
    tenant's own routes that a source names, by their names."""

    stack: str = ""
    routes: Routes = MappingProxyType({})


def prompts_in(body: CapsuleBody) -> tuple[str, ...]:
    """The prompts that a source names, as `name@version`, each once."""
    return _named_in(body, "prompt")


def routes_in(body: CapsuleBody) -> tuple[str, ...]:
    """The routes that a source names, each once."""
    return _named_in(body, "route")


def _named_in(body: CapsuleBody, field: str) -> tuple[str, ...]:
    named = (step.arguments.get(field) for _, step in body.with_places if step.use == COMPLETE)
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str)))


def completion_problems(path: str, step: InnerStep) -> Iterator[Problem]:
    """What is wrong with a step that uses `model/complete`, by itself."""
    for key in ("for_each", "undo"):
        if key in step.model_fields_set:
            told = f"says nothing of a step with {COMPLETE}: leave it out"
            yield Problem(f"{path}.{key}", told)
    try:
        body = read_completion(step)
    except ValidationError as error:
        for each in error.errors():
            at = ".".join(map(str, ("with", *each["loc"])))
            yield Problem(f"{path}.{at}", each["msg"])
        return
    if (body.prompt is None) == (body.messages is None):
        told = "write either `prompt`, as name@version, or `messages`"
        yield Problem(f"{path}.with", told)
    elif body.prompt is None:
        for name in variables_of(step):
            told = f"is no part of {COMPLETE} without a prompt: write it in `messages`"
            yield Problem(f"{path}.with.{name}", told)
    yield from _of_shape(path, step.output)


def read_completion(step: InnerStep) -> CompletionBody:
    """What the step says of itself. Raises ValidationError."""
    own = {name: each for name, each in step.arguments.items() if name in OWN_NAMES}
    return CompletionBody.model_validate(own)


def variables_of(step: InnerStep) -> dict[str, Any]:
    """The templates of the variables that the step gives its prompt."""
    return {name: each for name, each in step.arguments.items() if name not in OWN_NAMES}


def completion_of(
    node: Node, models: Models, prompts: Prompts, scope: Scope
) -> tuple[Completion, list[Problem]]:
    """What is compiled of the step for the model of its route or, without one, of the stack, and
    what is wrong with that. Raises Refused for a prompt that is not active, and a route that a step
    cannot ask by."""
    step, body, path = node.step, read_completion(node.step), f"{node.path}.with"
    problems = []
    route = None if body.route is None else _asked_by(body.route, models.routes)
    model = models.stack if route is None else route.model
    if (why := why_no_model(body.model, model)) is not None:
        at = f"{node.path}.use" if body.model is None else f"{path}.model"
        problems.append(Problem(at, why))
    spend = _SPEND_USD if step.budget_usd is None else step.budget_usd
    envelope = Envelope(
        model=model,
        calls=(),
        most_calls=0,
        most_turns=step.retry.attempts if step.retry is not None else 1,
        spend_usd_micros=usd_micros(spend),
    )
    said: dict[str, Any] = {
        "envelope": envelope,
        "messages": tuple(Said(**dict(each)) for each in body.messages or ()),
        "most_tokens": body.max_tokens,
        "output": step.output,
    }
    if route is not None:
        most = min(body.max_tokens or MOST_TOKENS, route.most_tokens_out)
        said |= {"route": route_part(route), "most_tokens": most}
    if body.prompt is not None:
        content, sha256 = _active(body.prompt, prompts)
        name, _, version = body.prompt.partition("@")
        variables = variables_of(step)
        problems += scope.arguments(path, content.schema_of, variables, None)
        said |= {
            "prompt": PromptPart(name=name, version=int(version), sha256=sha256),
            "messages": content.messages,
            "variables": content.with_defaults(variables),
            "variable_schema": content.schema_of,
        }
    return Completion(**said), problems


def _asked_by(name: str, routes: Routes) -> ModelRouteState:
    """The route of that name. Raises Refused where there is none, or none that a step asks by."""
    route = routes.get(name)
    if route is None:
        raise Refused(f"there is no model route {name}: set it first (PUT /v1/model-routes/{name})")
    if route.provider != _PROVIDER:
        raise Refused(
            f"the route {name} speaks the wire of {route.provider}, and a step asks on that of"
            f" {_PROVIDER}: name another route"
        )
    return route


def _active(named: str, prompts: Prompts) -> tuple[PromptContent, str]:
    """The content of the prompt, and its hash. Raises Refused where it is not active."""
    found = prompts.get(named)
    name, _, version = named.partition("@")
    if found is None:
        raise Refused(f"there is no prompt {named}: write it first (POST /v1/prompts)")
    if found.status == "draft":
        raise Refused(
            f"the prompt {named} is a draft: a governor activates it"
            f" (POST /v1/prompts/{name}/versions/{version}/activate)"
        )
    if found.status == "deprecated":
        raise Refused(f"the prompt {named} is deprecated: name a version that is active")
    if found.content is None:
        raise Refused(f"the prompt {named} was erased: write it anew, as the next version")
    return found.content, found.sha256


def may_complete(rights: KnownRights, agent: str) -> None:
    """Raises Refused where the agent may never ask a model. It needs no right to: whoever asks
    changes nothing."""
    if (entry := rights.forbidding(COMPLETE)) is not None:
        raise Refused(
            f"{agent} may never do {COMPLETE}: leave the step out, or take {entry} out of `never`"
            " in the agent's spec"
        )


def given_by(completion: Completion) -> Schema:
    """The schema of what the step gives."""
    if completion.output is None:
        return ANSWER
    properties = {**ANSWER["properties"], "value": completion.output}
    return {"type": "object", "required": ["text", "value"], "properties": properties}


def _of_shape(path: str, shape: Schema | None) -> Iterator[Problem]:
    if shape is None:
        return
    if any(texts_in(shape)):
        told = f"holds {OPENING}: what a model answers is said beforehand"
        yield Problem(f"{path}.output", told)
    elif (wrong := problem_with(shape)) is not None:
        yield Problem(f"{path}.output", wrong)
