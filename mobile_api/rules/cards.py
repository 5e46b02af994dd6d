"""From an approval's events to its card and its timeline."""

from typing import Any

from events.approvals import ApprovalState, Card, DecisionState
from events.buckets import bucket_of, open_until
from mobile_api.rules.documents import CARDS, TIMELINES, Fields, Step, newest_step
from mobile_api.rules.facts import Fact
from mobile_api.rules.health import agents_overdue_after, approvals_overdue_after
from mobile_api.views import TimelineEntry
from shared.kit.instants import format_instant
from shared.kit.models import part_of
from shared.kit.workspaces import placed


def card_step(fact: Fact, state: ApprovalState) -> Step:
    """The approval's card after the fact."""
    return newest_step(fact, (CARDS, state.approval_id), _card_fields(state))


def timeline_step(fact: Fact, state: ApprovalState) -> Step:
    """The fact's own entry in the approval's timeline; late facts enter it too."""
    entry = TimelineEntry(
        sequence=fact.sequence,
        event=fact.name,
        at=fact.time,
        by=fact.actor,
        note=state.note,
        **(_read(state) if isinstance(state, DecisionState) else {}),
    )
    fields = {
        "approval_id": state.approval_id,
        "sequence": fact.sequence,
        "entry": entry.model_dump_json(),
    }

    def after(before: Fields | None) -> Fields:
        return before or fields

    return Step((TIMELINES, fact.id), after)


def _read(decision: DecisionState) -> dict[str, Any]:
    signed = decision.device_signature
    return {
        "read_ms": decision.read_ms,
        "device_id": signed.device_id if signed is not None else None,
    }


def card_of(state: ApprovalState) -> Card:
    """The fields of a card of an approval."""
    return part_of(Card, state, id=state.approval_id)


def _card_fields(state: ApprovalState) -> dict[str, Any]:
    vetoed_at = state.decided_at if state.veto_reason else None
    return {
        "bucket": bucket_of(state),
        "open_until": open_until(state),
        "requested_at": format_instant(state.requested_at),
        "vetoed_at": format_instant(vetoed_at) if vetoed_at else None,
        "precedent_id": state.precedent_id,
        "compared_with": list(state.considered),
        "overdue_after_approvals": approvals_overdue_after(state),
        "overdue_after_agents": agents_overdue_after(state),
        "card": card_of(state).model_dump_json(),
        "evidence_hash": state.evidence_hash,
        "assessment_hash": state.assessment_hash,
        "matches_hash": state.matches_hash,
        "evidence_files": [each.artifact_id for each in state.evidence_files],
        "attachments": [each.artifact_id for each in state.attachments],
        **placed(state.workspace_id),
    }
