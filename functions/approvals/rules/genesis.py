"""Genesis' review of a precedent: five named checks, each with its evidence.

All of them run; one failure rejects the precedent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from events.effects import RISKS
from events.precedents import (
    Condition,
    Finding,
    PrecedentStatus,
)
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.implications import contradiction, covers, covers_same
from functions.approvals.rules.precedent import ActivePrecedent, Precedent, name_of_precedent
from functions.approvals.rules.refusals import name_of_request
from functions.approvals.rules.weakening import weakened_rules
from shared.precedents.conditions import in_words, is_satisfied
from shared.precedents.coverable import COVERABLE_KINDS, COVERABLE_RISKS

SHORTEST_RATIONALE = 100
FEWEST_WORDS = 12
# As many of each are read for a review. Where there are more, it fails: what it did not read could
# speak against the precedent.
MOST_REFUSED = 50
MOST_ENDED = 50
_NEWER_EXAMPLE = "post it again with a newer example that a person approved"
_POSITIVE = ("eq", "in", "contains", "subset_of")


Unread = Literal["refused", "suspended", "deprecated"]


@dataclass(frozen=True)
class Facts:
    """The references of the review, all of the same tenant and kind: the precedent's example and
    its content (None where it was erased), the active precedents that may cover the same requests,
    the suspended ones that would hold where it lies and, in every workspace, those that vetoes
    deprecated since the example, and what the precedent covers of what people refused since then.
    `unread` says of which there are more than a review reads."""

    example: Approval | None = None
    example_content: Any = None
    active: Sequence[ActivePrecedent] = ()
    ended: Sequence[Precedent] = ()
    refused: Sequence[Approval] = ()
    unread: frozenset[Unread] = frozenset()


def review(precedent: Precedent, facts: Facts) -> tuple[Finding, ...]:
    """The five findings, in a fixed order."""
    checks = {
        "consistency": _inconsistency(precedent, facts),
        "specificity": _unspecificity(precedent),
        "justification": _unjustified(precedent, facts),
        "scope": _out_of_scope(precedent, facts),
        "weakening": _weakening(precedent, facts),
    }
    return tuple(
        Finding(check=name, verdict="pass" if holds else "fail", evidence=evidence)
        for name, (holds, evidence) in checks.items()
    )


def covers_request(precedent: Precedent, approval: Approval, content: Any) -> bool:
    """Whether the precedent covers a request with that content. One whose content was erased shows
    nothing that it could cover."""
    if RISKS.index(approval.risk) > RISKS.index(precedent.max_risk) or content is None:
        return False
    return bool(precedent.conditions) and all(
        is_satisfied(condition, content) for condition in precedent.conditions
    )


def twin_of(precedent: Precedent, active: Sequence[ActivePrecedent]) -> ActivePrecedent | None:
    """The other active precedent that approves exactly the same contents, if there is one. Two of
    them would need six vetoes to be deprecated, not three."""
    for other in active:
        is_other = other.precedent_id != precedent.precedent_id
        if is_other and covers_same(precedent.conditions, other.conditions):
            return other
    return None


def _inconsistency(precedent: Precedent, facts: Facts) -> tuple[bool, str]:
    within = precedent.workspace_id
    if clash := contradiction(precedent.conditions):
        return False, f"no content can satisfy both: {clash}"
    if twin := twin_of(precedent, facts.active):
        return False, f"{name_of_precedent(twin, within)} is active on the same ground"
    for other in _with_status(facts, "suspended"):
        is_other = other.precedent_id != precedent.precedent_id
        if is_other and covers_same(precedent.conditions, other.conditions):
            name = name_of_precedent(other, within)
            return False, f"{name} is suspended on the same ground: activate it again"
    for refused in _refused_since(precedent, facts):
        return False, f"it covers {name_of_request(refused, within)}, which a person refused since"
    if "refused" in facts.unread:
        return False, f"people refused over {MOST_REFUSED} requests since: {_NEWER_EXAMPLE}"
    if "suspended" in facts.unread:
        return False, f"over {MOST_ENDED} precedents are suspended: activate some, or have them end"
    return True, "no condition, active precedent or later human decision contradicts it"


def _unspecificity(precedent: Precedent) -> tuple[bool, str]:
    if not precedent.title.strip():
        return False, "it has no title"
    if not precedent.conditions:
        return False, "it has no conditions"
    for condition in precedent.conditions:
        if not condition.field.startswith("content.") or "" in condition.field.split("."):
            return False, f"{condition.field} is no path into the content"
        if condition.op in ("in", "not_in", "subset_of") and not isinstance(condition.value, list):
            return False, f"{in_words(condition)}: {condition.op} needs a list"
    if not any(_says_what_is(condition) for condition in precedent.conditions):
        return False, f"no condition says what the content is ({', '.join(_POSITIVE)})"
    return True, f"{len(precedent.conditions)} conditions say what the content is"


def _unjustified(precedent: Precedent, facts: Facts) -> tuple[bool, str]:
    rationale = precedent.rationale.strip()
    if len(rationale) < SHORTEST_RATIONALE or len(set(rationale.split())) < FEWEST_WORDS:
        return False, f"the rationale has under {SHORTEST_RATIONALE} characters, or says little"
    example = facts.example
    if precedent.example_approval_id is None:
        return True, "the rationale says why; it names no example"
    if example is None:
        return False, "the example approval does not exist"
    if not _assented_by_human(example):
        return False, f"no approver assented to {example.approval_id}"
    if example.kind != precedent.kind:
        return False, f"{example.approval_id} is {example.kind}, not {precedent.kind}"
    if facts.example_content is None:
        return False, f"the content of {example.approval_id} was erased"
    for condition in precedent.conditions:
        if not is_satisfied(condition, facts.example_content):
            return False, f"{example.approval_id} does not satisfy {in_words(condition)}"
    return True, f"a human assented to {example.approval_id}, which it covers"


def _out_of_scope(precedent: Precedent, facts: Facts) -> tuple[bool, str]:
    if precedent.kind not in COVERABLE_KINDS:
        return False, f"a veto cannot undo what is {precedent.kind}"
    if precedent.max_risk not in COVERABLE_RISKS:
        return False, f"{precedent.max_risk} risk is a human's to accept"
    example = facts.example
    if example is not None:
        if RISKS.index(example.risk) > RISKS.index(precedent.max_risk):
            return False, f"its example is of {example.risk} risk, above {precedent.max_risk}"
        if not example.precedents_allowed:
            return False, f"only a human may decide what is like {example.approval_id}"
        if example.barred:
            return False, f"its example fails: {example.barred[0]}"
    return True, f"reversible and permitted before, of at most {precedent.max_risk} risk"


def _weakening(precedent: Precedent, facts: Facts) -> tuple[bool, str]:
    if weakened := weakened_rules(precedent.conditions):
        return False, weakened[0]
    decided_at = facts.example.decided_at if facts.example else None
    for ended in _with_status(facts, "deprecated"):
        newly_assented = (
            decided_at is not None and ended.ended_at is not None and decided_at > ended.ended_at
        )
        if not newly_assented and covers(precedent.conditions, ended.conditions):
            name = name_of_precedent(ended, precedent.workspace_id)
            return False, f"it revives {name}, which vetoes deprecated"
    if "deprecated" in facts.unread:
        return False, f"vetoes ended over {MOST_ENDED} precedents since: {_NEWER_EXAMPLE}"
    return True, "it loosens no rule and revives no deprecated precedent"


def _refused_since(precedent: Precedent, facts: Facts) -> list[Approval]:
    """What people refused since the example, but vetoes of its own approvals, which are counted."""
    decided_at = facts.example.decided_at if facts.example else None
    return [
        approval
        for approval in facts.refused
        if approval.refused_at is not None
        and (decided_at is None or approval.refused_at > decided_at)
        and approval.precedent_id != precedent.precedent_id
    ]


def _assented_by_human(example: Approval) -> bool:
    return example.status == "approved" and example.capacity in ("approver", "deputy")


def _says_what_is(condition: Condition) -> bool:
    return condition.op in _POSITIVE and condition.value not in ("", None)


def _with_status(facts: Facts, status: PrecedentStatus) -> list[Precedent]:
    return [precedent for precedent in facts.ended if precedent.status == status]
