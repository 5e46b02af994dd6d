"""What `capsules` publishes about plans: compiled, and rehearsed.

`runs` reads a plan's document (`PLANS`) where it lies, and believes it for its signature."""

from collections.abc import Mapping
from typing import Literal

from joserfc.jwk import KeySet

from events.effects import Effect, Risk
from events.registry import event
from shared.kit.errors import SignatureInvalid
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.signing import verify
from shared.kit.workspaces import InWorkspace

TOPIC = "capsules"
# The collection of plans, by the hash of their content. `capsules` alone writes it.
PLANS = "plans"

PlanStatus = Literal["compiled", "rehearsed"]
RehearsalMode = Literal["full", "fast", "security"]


class Denial(Data):
    """Why a step would not be let act, and the nearest change that would let it."""

    code: Literal["agent", "budget", "model", "operation", "policy", "rights"]
    detail: str
    change: str


class StepPrediction(Data):
    """What a rehearsal expects of a step: at most so many calls, for at most so much; what it
    leaves behind, and whether it can be taken back. `calls` is null where it goes through a list
    that an earlier step gives. `output` is the JSON Schema of its output."""

    step: str
    operation: str | None = None
    effect: Effect = "read"
    risk: Risk = "low"
    calls: int | None = 0
    cost_usd_micros: int = 0
    reversible: bool = True
    approval: bool = False
    output: Mapping[str, object] = {}
    denials: tuple[Denial, ...] = ()
    tolerance_percent: int = 0


class Prediction(Data):
    """What a rehearsal expects of the whole plan. `denials` are those of the plan as a whole;
    `point_of_no_return` is the first step after which not everything can be undone. A run halts
    where a step makes more calls than is predicted, or a call of it costs more by more than the
    step's `tolerance_percent`; that of the whole is the highest of its steps."""

    mode: RehearsalMode
    steps: tuple[StepPrediction, ...]
    cost_usd_micros: int
    risk: Risk
    approvals: int
    denials: tuple[Denial, ...] = ()
    point_of_no_return: str | None = None
    passes: bool
    tolerance_percent: int = 0


class PlanState(EventData):
    """A plan after the event. `plan_hash` names its content (`events.plan_content`),
    `prediction_hash` the newest full rehearsal's `Prediction`. `signature` is a compact JWS over a
    `SignedPlan`."""

    plan_hash: str
    status: PlanStatus
    capsule: str
    version: str
    agent_id: str
    agent_version: str
    needs_assent: bool
    estimate_usd_micros: int
    prediction_hash: str | None = None
    compiled_by: str
    compiled_at: Instant
    signature: str | None = None
    workspace_id: InWorkspace = None


class SignedPlan(Data):
    """What the signature of a plan covers."""

    tenant_id: str
    plan_hash: str
    status: PlanStatus
    agent_id: str
    needs_assent: bool
    estimate_usd_micros: int
    prediction_hash: str | None


def verify_plan(plan: PlanState, tenant_id: str, keys: KeySet) -> None:
    """Raises SignatureInvalid unless `capsules` signed all that a run believes of the plan, for
    this tenant."""
    fields = plan.model_dump(include=set(SignedPlan.model_fields))
    shown = SignedPlan(**fields, tenant_id=tenant_id).model_dump(mode="json")
    if verify(plan.signature or "", keys) != shown:
        raise SignatureInvalid(f"the plan {plan.plan_hash[:12]} is not as it was signed")


@event("assent.plan.compiled.v1")
class PlanCompiled(PlanState):
    """A capsule was compiled with its inputs, for the first time with this result."""


@event("assent.plan.rehearsed.v1")
class PlanRehearsed(PlanState):
    """The plan was rehearsed, and nothing in it is denied: it may run. A job's plan is compiled and
    rehearsed at once, and this is its first event."""
