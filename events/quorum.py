"""Who must agree, who did, and in which capacity."""

from typing import Annotated, Literal

from pydantic import Field

from shared.kit.callers import Identifier
from shared.kit.instants import Instant
from shared.kit.models import Data, Model
from shared.kit.personal import PersonalText

MOST_PLACES = 16

# By a place in a rule, a governor without a place, a deputy's right, a broken glass, silence, a
# precedent, a withdrawal, the tenant's only human about their own request.
Capacity = Literal[
    "approver", "governor", "deputy", "break_glass", "silence", "precedent", "requester", "self"
]


class Place(Model):
    """Who may fill one place of a rule: everybody with a role, or one principal."""

    role: Identifier | None = None
    principal: Identifier | None = None


class Rule(Model):
    """How many places must be filled, by distinct principals: any one, all, or `m` of them
    (`m_of_n`)."""

    kind: Literal["any", "all", "m_of_n"]
    m: Annotated[int, Field(strict=True)] | None = None
    of: Annotated[tuple[Place, ...], Field(max_length=MOST_PLACES)]


class Vote(Data):
    """One principal's yes. `places` are the indices in the rule that the voter could fill,
    `added_places` those in the rule that the requester added. `on_behalf_of` is whose place a
    deputy fills, where somebody passed it on; `passkey_id` the passkey and `device_id` the device
    that signed it, if any."""

    principal: str
    capacity: Capacity
    on_behalf_of: str | None = None
    places: tuple[int, ...]
    added_places: tuple[int, ...] = ()
    at: Instant
    passkey_id: str | None = None
    device_id: str | None = None


class Grant(Data):
    """A deputy's right to fill one place that was `by`'s: delegated to a principal, or escalated to
    the role (`to` None)."""

    to: str | None
    by: str
    places: tuple[int, ...]
    at: Instant


class BreakGlass(Data):
    """An approval without the approvers that it skipped (`role:governor`, `principal:mara`)."""

    grounds: Literal["outage", "breach", "data_loss", "legal"]
    skipped: tuple[str, ...]


class Review(Data):
    """The review that a break-glass, a deputy's decision, or a refusal that came after its content
    may have acted requires, and its outcome. A governor
    may still overturn what somebody else upheld: within the time of the review where that was a
    governor too (`by_governor`), and always where it was not."""

    because: Literal["break_glass", "deputy", "late_refusal"]
    status: Literal["owed", "missed", "upheld", "overturned"]
    due_at: Instant
    reviewed_by: str | None = None
    by_governor: bool = False
    reviewed_at: Instant | None = None
    note: PersonalText = ""


# What lets somebody decide: the role of governor, a place in the policy's rule (or one that was
# passed on), or a place in the requester's rule.
Right = Literal["governor", "policy", "requester"]


# The refusals that say no to the request itself, and not only to this text.
LASTING = ("reject", "veto")


class LateDecision(Data):
    """A decision that was refused because it came too late, or after the request had ended
    otherwise."""

    principal: str
    decision: str
    right: Right
    at: Instant
    note: PersonalText = ""

    @property
    def counts_as_refused(self) -> bool:
        """Whether somebody refused whose word counts."""
        return self.decision in LASTING and self.right != "requester"
