"""The precedent and its transitions: reviewed, active, suspended, superseded, deprecated."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from events.effects import ApprovalKind, Risk
from events.precedents import (
    Condition,
    Finding,
    PrecedentActivated,
    PrecedentAudited,
    PrecedentDeprecated,
    PrecedentEstablished,
    PrecedentReviewed,
    PrecedentState,
    PrecedentSuperseded,
    PrecedentSuspended,
    PrecedentVetoed,
    Probation,
)
from functions.approvals.rules.likeness import in_row
from functions.approvals.rules.probation import begun, why_not_established
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data, Model
from shared.kit.transitions import Transition
from shared.kit.workspaces import InWorkspace, includes, overlap

FALSE_POSITIVES_TO_DEPRECATE = 3
# A request is compared with as many at most.
MOST_ACTIVE_PER_KIND = 20
# The list of a kind, with those of all workspaces, is one document, of 1 MiB at most.
LARGEST_LIST_BYTES = 800_000
DRAFTED_BY = "approvals"
# The statuses from which a governor activates.
ACTIVATED = ("draft", "approved", "suspended")


class Precedent(PrecedentState):
    """The fields that events publish, and below them private ones."""

    likeness: str = ""
    # When a governor last acted on it.
    governed_at: Instant | None = None

    @property
    def row(self) -> str:
        """The row of decisions that would draft the same precedent."""
        return in_row(self.likeness, self.workspace_id)


class ActivePrecedent(Data):
    """The part of an active precedent that matching needs."""

    precedent_id: str
    reference: str
    title: str
    max_risk: Risk
    conditions: tuple[Condition, ...]
    author: str
    activated_by: str
    activated_at: Instant
    probation: Probation | None = None
    workspace_id: InWorkspace = None


class ActivePrecedents(Model):
    """The active precedents of one kind in one document, those of the tenant and those of its
    workspaces; `MOST_ACTIVE_PER_KIND` of them hold in one place at most."""

    kind: ApprovalKind
    precedents: tuple[ActivePrecedent, ...] = ()

    def holding_in(self, workspace_id: str | None) -> tuple[ActivePrecedent, ...]:
        """Those that a request there is compared with: the tenant's, and that workspace's."""
        return tuple(each for each in self.precedents if includes(each.workspace_id, workspace_id))

    def beside(self, workspace_id: str | None) -> tuple[ActivePrecedent, ...]:
        """Those that some request is compared with as well as with one that lies there."""
        return tuple(each for each in self.precedents if overlap(each.workspace_id, workspace_id))

    def without(self, precedent_id: str) -> "ActivePrecedents":
        """The others."""
        others = tuple(each for each in self.precedents if each.precedent_id != precedent_id)
        return self.but(precedents=others)

    def with_(self, precedent: Precedent) -> "ActivePrecedents":
        """The list with one more. Raises VersionConflict where the limit is reached."""
        added = ActivePrecedent.model_validate(precedent.model_dump())
        longer = self.but(precedents=(*self.precedents, added))
        places = {each.workspace_id for each in longer.precedents}
        if max(len(longer.holding_in(place)) for place in places) > MOST_ACTIVE_PER_KIND:
            raise VersionConflict(
                f"{MOST_ACTIVE_PER_KIND} precedents of this kind are active; suspend one first"
            )
        if len(longer.model_dump_json().encode()) > LARGEST_LIST_BYTES:
            raise VersionConflict(
                "the active precedents of this kind in all workspaces leave no room; suspend one "
                "first"
            )
        return longer


def reference(domain: str, precedent_id: str) -> str:
    """A short name for people: the domain's prefix and the end of the id (`GEN-7K3M9Q`)."""
    return f"{domain}-{precedent_id[-6:]}"


def name_of_precedent(other: Precedent | ActivePrecedent, workspace_id: str | None) -> str:
    """The precedent's name in a text that members of that workspace read: they learn no name of
    what lies outside of it."""
    is_seen = includes(workspace_id, other.workspace_id)
    return other.reference if is_seen else "a precedent outside of the workspace"


def post(precedent: Precedent, findings: tuple[Finding, ...]) -> Transition[Precedent]:
    """The verdict on a precedent that a person wrote: every finding must pass."""
    status = "approved" if _passed(findings) else "rejected"
    return _transition(precedent, PrecedentReviewed, status=status, findings=findings)


def activate(
    precedent: Precedent, by: str, at: datetime, findings: tuple[Finding, ...]
) -> Transition[Precedent]:
    """Lets it approve from `at` on, but nothing with text of `by` in it. `findings` are of a new
    review: a precedent that no longer passes is rejected instead, also a suspended one.

    Raises VersionConflict in any state but draft, approved, and suspended."""
    if precedent.status not in ACTIVATED:
        raise VersionConflict(
            f"it is {precedent.status}; a draft, approved or suspended precedent is activated"
        )
    reviewed = {"findings": findings, "governed_at": at}
    if not _passed(findings):
        return _transition(precedent, PrecedentReviewed, status="rejected", **reviewed)
    return _transition(
        precedent,
        PrecedentActivated,
        status="active",
        activated_by=by,
        activated_at=at,
        recall_id=None,
        probation=begun(precedent.probation, at),
        **reviewed,
    )


def audit(precedent: Precedent, approval_id: str, *, agreed: bool) -> Transition[Precedent] | None:
    """The precedent after a person decided what it would have approved: suspended where they
    refused. None where it is not on probation, or not active, any more."""
    probation = precedent.probation
    if probation is None or precedent.status != "active":
        return None
    counted = probation.but(audited=probation.audited + 1, agreed=probation.agreed + agreed)
    if not agreed:
        return _transition(precedent, PrecedentSuspended, status="suspended", probation=counted)
    step = _transition(precedent, PrecedentAudited, probation=counted)
    return replace(step, fields={"approval_id": approval_id})


def establish(precedent: Precedent, at: datetime) -> Transition[Precedent]:
    """The precedent without its probation. Raises VersionConflict where it is on none, is not
    active, or people have not agreed with it often enough."""
    probation = precedent.probation
    if probation is None:
        raise VersionConflict("it is on no probation")
    if precedent.status != "active":
        raise VersionConflict(f"it is {precedent.status}; only an active precedent is established")
    if why := why_not_established(probation, at):
        raise VersionConflict(why)
    return _transition(precedent, PrecedentEstablished, probation=None, governed_at=at)


def suspend(precedent: Precedent, at: datetime) -> Transition[Precedent]:
    """The precedent, suspended until it is activated again. Raises VersionConflict unless
    active."""
    if precedent.status != "active":
        raise VersionConflict(f"it is {precedent.status}; only an active precedent is suspended")
    return _transition(precedent, PrecedentSuspended, status="suspended", governed_at=at)


def supersede(precedent: Precedent, by: Precedent, at: datetime) -> Transition[Precedent]:
    """The precedent, replaced by a newer one of the same title and kind. A new precedent does not
    escape its false positives: `genesis` refuses the same conditions again."""
    return _transition(
        precedent,
        PrecedentSuperseded,
        status="superseded",
        superseded_by=by.precedent_id,
        ended_at=at,
    )


def count_false_positive(precedent: Precedent, at: datetime) -> Transition[Precedent]:
    """The precedent after a veto of one of its approvals; the third deprecates it, active or
    suspended, and the first one suspends it while it is on probation."""
    count = precedent.veto_count + 1
    may_end = precedent.status in ("active", "suspended")
    if count >= FALSE_POSITIVES_TO_DEPRECATE and may_end:
        return _transition(
            precedent, PrecedentDeprecated, status="deprecated", veto_count=count, ended_at=at
        )
    if precedent.probation is not None and precedent.status == "active":
        return _transition(precedent, PrecedentSuspended, status="suspended", veto_count=count)
    return _transition(precedent, PrecedentVetoed, veto_count=count)


def _passed(findings: tuple[Finding, ...]) -> bool:
    return bool(findings) and all(finding.verdict == "pass" for finding in findings)


def _transition(
    precedent: Precedent, event: type[PrecedentState], **fields: Any
) -> Transition[Precedent]:
    fields["version"] = precedent.version + 1
    return Transition(precedent.but(**fields), event)
