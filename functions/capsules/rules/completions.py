"""Steps that use `model/complete`: what they say in `with`, and what is compiled from that."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints, ValidationError

from events.model_messages import ModelMessage
from events.models import ModelRouteState, route_part
from events.operations import COMPLETE
from events.plan_content import ComparedPrompt, Completion, Envelope
from events.prompts import MOST_MESSAGES, OWN_NAMES
from functions.capsules.rules.graph import Node
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.problems import Problem
from functions.capsules.rules.prompts import NamedPrompt, PromptBody, Prompts, active
from functions.capsules.rules.schemas import Schema, problem_with
from functions.capsules.rules.scope import Scope
from functions.capsules.rules.source import CapsuleBody, InnerStep
from functions.capsules.rules.turns import ANSWER, why_no_model
from shared.agents.rights import KnownRights
from shared.kit.models import Model
from shared.kit.money import usd_micros
from shared.kit.templates import OPENING, texts_in
from shared.kit.wording import field_errors
from shared.models.message_body import MessageBody

_SPEND_USD = 0.5
MOST_TOKENS = 4_096
ROUTE = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$"


class CompletionBody(Model):
    """What a completion says of itself; the rest of its `with` are variables of its prompt."""

    prompt: NamedPrompt | None = None
    messages: (
        Annotated[tuple[MessageBody, ...], Field(min_length=1, max_length=MOST_MESSAGES)] | None
    ) = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    route: Annotated[str, StringConstraints(max_length=64, pattern=ROUTE)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS, strict=True)] | None = None


Routes = Mapping[str, ModelRouteState]
# The wire on which a step asks.
_PROVIDER = "openai"


class Models(NamedTuple):
    """Whom a completion may ask: the `stack`'s model, empty where none is configured, and the
    tenant's own routes that a source names, by their names."""

    stack: str = ""
    routes: Routes = MappingProxyType({})


def prompts_in(body: CapsuleBody) -> tuple[str, ...]:
    """The versions of prompts that a source names, as `name@version`, each once."""
    named = [each.prompt for each in _completions_in(body) if each.prompt is not None]
    return _each_once(id for each in named for id in (each.id, each.other_id))


def routes_in(body: CapsuleBody) -> tuple[str, ...]:
    """The routes that a source names, each once."""
    return _each_once(each.route for each in _completions_in(body))


def _each_once(named: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _completions_in(body: CapsuleBody) -> Iterator[CompletionBody]:
    for _, step in body.with_places:
        if step.use == COMPLETE:
            # What is wrong with one is said where it is compiled.
            with suppress(ValidationError):
                yield read_completion(step)


def completion_problems(path: str, step: InnerStep) -> Iterator[Problem]:
    """What is wrong with a step that uses `model/complete`, by itself."""
    for key in ("for_each", "undo"):
        if key in step.model_fields_set:
            told = f"says nothing of a step with {COMPLETE}: leave it out"
            yield Problem(f"{path}.{key}", told)
    try:
        body = read_completion(step)
    except ValidationError as error:
        for each in field_errors(error):
            yield Problem(f"{path}.with.{each.field}", each.message)
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
    """The completion that the step is compiled to, for the model of its route or else of the stack,
    with the problems of the step. Raises Refused for a prompt that is not active, and a route that
    a step cannot ask by."""
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
        "messages": tuple(ModelMessage(**dict(each)) for each in body.messages or ()),
        "most_tokens": body.max_tokens,
        "output": step.output,
    }
    if route is not None:
        most = min(body.max_tokens or MOST_TOKENS, route.most_tokens_out)
        said |= {"route": route_part(route), "most_tokens": most}
    if body.prompt is not None:
        filling = _Filling(path, variables_of(step), prompts, scope)
        filled, wrong = filling.of_version(body.prompt.id)
        compared, wrong_too = filling.compared(body.prompt)
        problems += wrong
        for each in (each for each in wrong_too if each not in wrong):
            problems.append(each._replace(message=f"{each.message} (in {body.prompt.other_id})"))
        said |= {**filled, "compared": compared}
    return Completion(**said), problems


class _Filling(NamedTuple):
    """The variables that a step at the `path` gives its prompt."""

    path: str
    variables: Mapping[str, Any]
    prompts: Prompts
    scope: Scope

    def of_version(self, named: str) -> tuple[dict[str, Any], list[Problem]]:
        """What a plan has of the version, and which variables do not fit. Raises Refused for one
        that is not active."""
        content, part = active(named, self.prompts)
        wrong = self.scope.arguments(self.path, content.schema_of, self.variables, None)
        said = {
            "prompt": part,
            "messages": content.messages,
            "variables": content.with_defaults(self.variables),
            "variable_schema": content.schema_of,
        }
        return said, [*wrong]

    def compared(self, body: PromptBody) -> tuple[ComparedPrompt | None, list[Problem]]:
        """The version that it is compared with, where there is one, and what is wrong with it."""
        if body.compare is None or body.other_id is None:
            return None, []
        try:
            said, wrong = self.of_version(body.other_id)
        except Refused as refusal:
            return None, [Problem(f"{self.path}.prompt.compare.version", str(refusal))]
        return ComparedPrompt(**said, percent=body.compare.percent), wrong


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
