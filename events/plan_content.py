"""The content of a plan: all that its hash covers. `capsules` compiles it, a governor assents to
it, `runs` executes it.

Its hash is the SHA-256 of its canonical JSON (RFC 8785), so nothing in it depends on the machine,
the time, or who asked. Arguments are templates: `${{ … }}` holds a CEL expression over `inputs`,
`steps` (those before it, each with its `output`) and, in an iteration, `item`."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from events.effects import HARMLESS, Effect
from events.model_messages import ModelMessage
from events.operations import OPERATIONS, Undo
from events.rights import RightLimits
from shared.kit.models import Data

FORMAT: Literal["assent.plan/1"] = "assent.plan/1"
# Who has to assent to a step: nobody, who assents to the plan, or somebody who sees its calls.
Assent = Literal["none", "plan", "step"]


class CapsulePart(Data):
    """The version of the capsule that was compiled."""

    name: str
    version: str
    checksum: str


class AgentPart(Data):
    """The agent whose rights the plan has, and the version of it that was judged."""

    agent_id: str
    name: str
    version: str
    spec_hash: str
    mode: Literal["production", "trial"]


class Retry(Data):
    """How often a call is tried, and the seconds before the second try; each further one waits
    twice as long, with jitter."""

    attempts: int = 1
    backoff_seconds: float = 1.0


class Call(Data):
    """One operation with the templates of its arguments. `pin` is its definition's hash; `limits`
    are those of the agent's right to it."""

    kind: Literal["call"] = "call"
    operation: str
    arguments: dict[str, JsonValue]
    effect: Effect
    undo: Undo | None = None
    idempotent: bool
    pin: str
    limits: RightLimits = RightLimits()
    price_usd_micros: int = 0

    @property
    def is_irreversible(self) -> bool:
        """Whether it leaves something behind that nothing undoes. The definition of an operation of
        Assent's own says that; for a connector's the plan does."""
        definition = OPERATIONS.get(self.operation)
        if definition is not None:
            return definition.is_irreversible
        return self.undo is None and self.effect not in HARMLESS


class Wait(Data):
    """Waits for seconds, or until an instant; each may be an expression."""

    kind: Literal["wait"] = "wait"
    seconds: JsonValue = None
    until: JsonValue = None


class SubRun(Data):
    """Runs another plan, whose content has the hash and holds its inputs, as a part of this run."""

    kind: Literal["capsule"] = "capsule"
    plan_hash: str


class Envelope(Data):
    """What a model may choose: calls of these operations, each with what its arguments must match,
    at most so many calls and turns, for at most so much. `model` is the name of the one that
    is asked; a plan that was compiled before plans named it has none, and runs no more."""

    model: str = ""
    calls: tuple[Call, ...]
    most_calls: int
    most_turns: int
    spend_usd_micros: int


class ModelStep(Data):
    """A step in which a model is asked, within the envelope."""

    envelope: Envelope

    @property
    def template(self) -> Any:
        """What of it holds expressions over inputs and earlier steps."""
        raise NotImplementedError


class AgentTurns(ModelStep):
    """A model thinks, acts and observes inside the envelope until it gives an answer."""

    kind: Literal["agent"] = "agent"
    goal: JsonValue

    @property
    def template(self) -> Any:
        """The goal."""
        return self.goal


class PromptPart(Data):
    """The version of a prompt that was compiled, and the hash of its content."""

    name: str
    version: int
    sha256: str


class ComparedPrompt(Data):
    """Another version of the prompt of a step, which `percent` of a hundred runs take instead, with
    all that stands in it."""

    prompt: PromptPart
    messages: tuple[ModelMessage, ...]
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    variable_schema: dict[str, JsonValue] = Field(default_factory=dict)
    percent: int


class RoutePart(Data):
    """The tenant's own route by which a model is asked: where that is, by which of the tenant's
    credentials, who may read what is said there, and the prices of a million tokens, in
    micro-dollars; one that is None counts as the dearest. `sha256` is the hash of all that the
    route says of this: a route that was set anew is another one."""

    name: str
    base_url: str | None
    credential: str | None
    privacy: str
    tokens_in_usd_micros: int | None
    tokens_out_usd_micros: int | None
    sha256: str


class Completion(ModelStep):
    """A model answers these messages in text, and calls nothing. With a `prompt` they are the
    prompt's own, and the templates of `variables` fill them, each as `variable_schema` says. With
    `output`, a JSON Schema, the answer is JSON that fits; one that does not is asked for anew, as
    often as the envelope has turns. Some runs take the version in `compared` instead of `prompt`.
    With a `route` the model is the tenant's own, and no other one is ever asked; without one it is
    the stack's."""

    kind: Literal["completion"] = "completion"
    prompt: PromptPart | None = None
    messages: tuple[ModelMessage, ...]
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    variable_schema: dict[str, JsonValue] = Field(default_factory=dict)
    most_tokens: int | None = None
    output: dict[str, JsonValue] | None = None
    compared: ComparedPrompt | None = Field(default=None, exclude_if=lambda other: other is None)
    route: RoutePart | None = Field(default=None, exclude_if=lambda route: route is None)

    @property
    def template(self) -> Any:
        """The variables of the prompt, in each version that may be taken, or, without one, the
        messages."""
        if self.compared is not None:
            return [self.variables, self.compared.variables]
        if self.prompt is not None:
            return self.variables
        return [each.content for each in self.messages]

    envelope: Envelope


class SkillCalls(Data):
    """A program that asks for calls while it runs: `compute` runs it from its start, with what the
    calls gave that it has asked for, until it asks for the next one or gives a value. It may ask
    for the operations of `calls`, `most_calls` times in all."""

    kind: Literal["skill"] = "skill"
    compute: Call
    calls: tuple[Call, ...]
    most_calls: int


# A plan's group has no groups in it.
MOST_IN_A_GROUP = 100


class Parallel(Data):
    """Steps that do not wait for each other."""

    kind: Literal["parallel"] = "parallel"
    steps: tuple["PlanStep", ...]


class PlanStep(Data):
    """One step. `needs` are all steps that it waits for. `condition` and `for_each` are
    expressions; where the condition is false, the step is skipped. A call of it may cost more than
    was predicted by `tolerance_percent` before the run rests."""

    id: str
    needs: tuple[str, ...] = ()
    condition: str | None = None
    for_each: str | None = None
    does: Annotated[
        Call | Wait | SubRun | AgentTurns | Completion | SkillCalls | Parallel,
        Field(discriminator="kind"),
    ]
    assent: Assent = "none"
    retry: Retry = Retry()
    timeout_seconds: float | None = None
    budget_usd_micros: int | None = None
    # What a plan does not use is not in its hash, which was the same before.
    tolerance_percent: int = Field(default=0, exclude_if=lambda percent: percent == 0)


class PlanContent(Data):
    """The whole plan. `policies` is the digest of the policies that determined it. Spending of one
    run is bounded by `budget_usd_micros`, which the agent's spec says or the capsule narrows."""

    format: Literal["assent.plan/1"] = FORMAT
    capsule: CapsulePart
    agent: AgentPart
    inputs: dict[str, Any]
    steps: tuple[PlanStep, ...]
    outputs: dict[str, JsonValue]
    budget_usd_micros: int
    policies: str
    # By the ids that inputs and arguments name: the SHA-256 of each file. No other bytes are ever
    # read under such an id, so whoever assents to the plan assents to these.
    artifacts: dict[str, str] = Field(default_factory=dict, exclude_if=lambda named: not named)

    @property
    def needs_assent(self) -> bool:
        """Whether somebody has to assent to the whole before it runs."""
        return any(step.assent == "plan" for step in all_steps(self.steps))


def all_steps(steps: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """The steps and those in their parallel groups, in the order in which they are written."""
    found: list[PlanStep] = []
    for step in steps:
        found.append(step)
        if isinstance(step.does, Parallel):
            found += all_steps(step.does.steps)
    return tuple(found)


def model_of(step: PlanStep) -> str | None:
    """The model that is asked in a step; None of a step in which none is."""
    return step.does.envelope.model if isinstance(step.does, ModelStep) else None


def route_of(step: PlanStep) -> RoutePart | None:
    """The tenant's own route by which a step asks its model; None of one that asks none, or the
    stack's."""
    return step.does.route if isinstance(step.does, Completion) else None


def stack_model_of(step: PlanStep) -> str | None:
    """The model of the stack that is asked in a step; None of a step that asks none, or the
    tenant's own."""
    return None if route_of(step) is not None else model_of(step)


def models_in(plan: PlanContent) -> tuple[str, ...]:
    """The models that are asked in the steps of a plan, each once."""
    found = (model_of(each) for each in all_steps(plan.steps))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def calls_in(step: PlanStep) -> tuple[Call, ...]:
    """The call that a step makes, or those that a model or a program may choose in it; none of a
    step that does something else."""
    does = step.does
    if isinstance(does, Call):
        return (does,)
    if isinstance(does, SkillCalls):
        return (does.compute, *does.calls)
    return does.envelope.calls if isinstance(does, ModelStep) else ()
