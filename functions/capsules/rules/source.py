"""The source of a capsule, as somebody writes it: YAML or JSON, with bounds for every part."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from events.capsules import InputName as Id
from events.capsules import Version
from events.plan_content import MOST_IN_A_GROUP
from events.rights import Named, Patterns
from events.specs import Name, Text, Usd
from functions.capsules.rules.values import Inputs
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.written_shapes import Shape

MOST_BYTES = 256 * 1024
MOST_PARTS = 30_000
MOST_STEPS = 1_000
MOST_SECONDS = 366 * 86_400
# Calls that one skill asks for.
MOST_ASKED = 50

Operation = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=201,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*/[A-Za-z0-9][A-Za-z0-9._:-]*$",
    ),
]
SubCapsule = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=101,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*@(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$",
    ),
]
Expression = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2_100)]
Templates = Annotated[dict[Named, JsonValue], AfterValidator(JsonLimit(64 * 1024))]
Count = Annotated[int, Field(ge=1, le=1_000, strict=True)]
# How much more than predicted a call may cost: eleven times as much at most.
Percent = Annotated[int, Field(ge=0, le=1_000, strict=True)]

_DURATION = re.compile(r"([0-9]{1,9})(s|m|h|d)\Z")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _DURATION.match(value)
    if found is None:
        raise ValueError("must be a number of seconds, or a time such as 30s, 5m, 2h or 3d")
    return int(found[1]) * _UNITS[found[2]]


Duration = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=MOST_SECONDS, strict=True)]


class RetryBody(Model):
    """How often a call is tried, and how long before the second try."""

    attempts: Annotated[int, Field(ge=1, le=10, strict=True)]
    backoff: Duration = 1.0


class UndoBody(Model):
    """What undoes the step, where its operation's own undo does not."""

    model_config = ConfigDict(populate_by_name=True)

    use: Operation
    arguments: Templates = Field(default_factory=dict, alias="with")


def _wait(value: Any) -> Any:
    return value if isinstance(value, str) and "${{" in value else _seconds(value)


class WaitBody(Model):
    """How long to wait, or until when; each may be an expression."""

    seconds: Annotated[Duration | Expression | None, BeforeValidator(_wait)] = Field(
        default=None, alias="for"
    )
    until: Expression | None = None


# The patterns of the arguments of some operations.
Bounded = Annotated[
    dict[Operation, Annotated[dict[Named, Patterns], Field(max_length=20)]],
    Field(max_length=50),
]


class AgentBody(Model):
    """What a model may do to reach a goal: calls of these tools, each argument as its patterns
    allow, so many calls and turns, for so much. `model` names the model, which by default is the
    one that is configured."""

    goal: Text
    tools: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=50)]
    arguments: Bounded = Field(default_factory=dict)
    calls: Count = 10
    turns: Count = 10
    spend_usd: Usd = 0.5
    model: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)] | None = (
        None
    )


class CallsBody(Model):
    """What a skill may ask for: calls of these operations, each argument as its patterns allow, so
    many in all."""

    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=50)]
    arguments: Bounded = Field(default_factory=dict)
    most: Annotated[int, Field(ge=1, le=MOST_ASKED, strict=True)] = 10


def _listed(value: Any) -> Any:
    return {"operations": value} if isinstance(value, list) else value


class InnerStep(Model):
    """One step. It does one thing: `use`, `wait`, `capsule`, `agent` or `skill`, a program whose
    function `run` takes what is given `with` it and gives an `output` of that shape. It may ask for
    `calls` while it runs: a list of operations, or those with their bounds. Its Python is that of
    its `runtime`: Monty's, or all of it (`cpython`), where the tenant has that turned on."""

    model_config = ConfigDict(populate_by_name=True)

    id: Id
    condition: Expression | None = Field(default=None, alias="if")
    for_each: Expression | None = None
    use: Operation | None = None
    arguments: Templates = Field(default_factory=dict, alias="with")
    wait: WaitBody | None = None
    capsule: SubCapsule | None = None
    agent: AgentBody | None = None
    skill: Annotated[str, StringConstraints(min_length=1, max_length=32_000)] | None = None
    calls: (
        Annotated[
            CallsBody, BeforeValidator(_listed, json_schema_input_type=CallsBody | list[Operation])
        ]
        | None
    ) = None
    runtime: Literal["monty", "cpython"] | None = None
    output: Shape | None = None
    approval: Literal["required"] | None = None
    retry: RetryBody | None = None
    timeout: Duration | None = None
    undo: UndoBody | None = None
    budget_usd: Usd | None = None
    tolerance_percent: Percent | None = None

    @property
    def deeds(self) -> tuple[str, ...]:
        """The keys that say what it does."""
        return tuple(name for name in DEEDS if getattr(self, name, None) is not None)

    @property
    def asks(self) -> bool:
        """Whether the capsule wants somebody to see what it does before it does it."""
        return self.approval == "required"


class Step(InnerStep):
    """One step of the sequence, or a group of steps that do not wait for each other."""

    needs: Annotated[tuple[Id, ...], Field(max_length=50)] | None = None
    parallel: (
        Annotated[tuple[InnerStep, ...], Field(min_length=1, max_length=MOST_IN_A_GROUP)] | None
    ) = None


DEEDS = ("use", "wait", "capsule", "agent", "skill", "parallel")


class CapsuleBody(Model):
    """A capsule: what it takes, the steps in their order, and what it gives."""

    capsule: Name
    version: Version
    summary: Text = ""
    agent: Name
    inputs: Inputs = Field(default_factory=dict)
    tools: Annotated[tuple[Operation, ...], Field(max_length=300)] | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS)]
    outputs: Templates = Field(default_factory=dict)
    budget_usd: Usd | None = None
    tolerance_percent: Percent = 0

    @property
    def input_schema(self) -> Mapping[str, Any]:
        """The JSON Schema of its inputs together."""
        return {
            "type": "object",
            "properties": {name: each.schema_of for name, each in self.inputs.items()},
            "required": [name for name, each in self.inputs.items() if not each.has_default],
            "additionalProperties": False,
        }

    def tolerance_of(self, step: InnerStep) -> int:
        """How much more than predicted, in percent, a call of the step may cost; a run that it
        starts says so itself."""
        if step.use is None and step.agent is None:
            return 0
        own = step.tolerance_percent
        return self.tolerance_percent if own is None else own

    @property
    def capsules(self) -> tuple[str, ...]:
        """The capsules that steps name, each once."""
        named = (step.capsule for _, step in self.with_places)
        return tuple(dict.fromkeys(each for each in named if each is not None))

    @property
    def with_places(self) -> tuple[tuple[str, InnerStep], ...]:
        """Its steps and those of its groups, each with its path in the source."""
        found: list[tuple[str, InnerStep]] = []
        for number, step in enumerate(self.steps):
            found.append((f"steps.{number}", step))
            inner = enumerate(step.parallel or ())
            found += [(f"steps.{number}.parallel.{each}", inside) for each, inside in inner]
        return tuple(found)
