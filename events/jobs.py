"""What `runs` asks `capsules` for a job: to compile and to rehearse a capsule in somebody's name.
The bearer token of that request is an order, which `runs` signs."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from joserfc.jwk import KeySet
from pydantic import AfterValidator, Field, JsonValue, ValidationError

from events.capsules import InputName, Version
from events.plans import Denial
from events.specs import Name
from shared.kit.canonical import content_hash
from shared.kit.errors import SignatureInvalid
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, Model
from shared.kit.signing import verify

# The function that signs orders; its keys verify them.
RUNS_KEYS = "runs-public-keys"
LONGEST_LIFE = timedelta(seconds=60)

Inputs = Annotated[
    dict[InputName, JsonValue], Field(max_length=50), AfterValidator(JsonLimit(64 * 1024))
]


class JobBody(Model):
    """What is run: a version of a capsule, by default the highest that is published, with its
    inputs."""

    capsule: Name
    version: Version | None = None
    inputs: Inputs = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical JSON."""
        return content_hash(self.model_dump(mode="json"))


class OrderedJob(JobBody):
    """A job as `runs` orders it. `event` is the data of the event that started it, which is the
    input `event` where the capsule declares one."""

    event: dict[str, JsonValue] | None = None


class JobOrder(Data):
    """The word of `runs` that this principal, with these roles in this workspace, asks for exactly
    one job: the payload of a compact JWS."""

    order: Literal["job"] = "job"
    tenant_id: str
    workspace_id: str | None
    principal: str
    roles: tuple[str, ...]
    job: str
    expires_at: Instant


class JobDenial(Denial):
    """Why a step of the job, or without one its plan as a whole, would not be let act."""

    step: str | None = None


class JobPlan(Data):
    """The plan of a job, which may run unless its rehearsal gave `denials`."""

    plan_hash: str
    version: str
    denials: tuple[JobDenial, ...] = ()


def verify_order(token: str, keys: KeySet, at: datetime) -> JobOrder:
    """The order in a token. Raises SignatureInvalid for one that `runs` did not sign, or that is
    over."""
    try:
        order = JobOrder.model_validate(verify(token, keys))
    except ValidationError as error:
        raise SignatureInvalid("the token is no order for a job") from error
    if order.expires_at <= at or order.expires_at > at + 2 * LONGEST_LIFE:
        raise SignatureInvalid("the order for the job is over")
    return order
