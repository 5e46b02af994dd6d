"""Putting transitions, their signatures, events and timers into one change."""

from collections.abc import Sequence
from dataclasses import replace

from events.approvals import Kind
from functions.approvals.rules import approval as approvals
from functions.approvals.rules import precedent as precedents
from functions.approvals.rules.approval import Approval, Transition, next_timer, statement_to_sign
from functions.approvals.rules.precedent import ActivePrecedent, Precedent, PrecedentTransition
from functions.approvals.settings import SIGNING_KEY
from functions.approvals.store import (
    ACTIVE,
    APPROVALS,
    PRECEDENTS,
    Actives,
    Kept,
    actives_fields,
    approval_fields,
    precedent_fields,
)
from shared.kit.instants import format_instant
from shared.kit.signing import sign
from shared.messaging.changes import Change, Timer
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.runtime.secrets import signing_key
from shared.storage.batches import Document


class Writer:
    """Collects one commit. What follows from an approval's event in the same commit is caused by
    that event."""

    def __init__(self, recorder: Recorder, change: Change | None = None) -> None:
        self.change = change or Change()
        self.at = recorder.at
        self._recorder = recorder

    async def approval(
        self, steps: Sequence[Transition], seen: Kept[Approval] | Document | None
    ) -> Approval:
        """The approval after `steps`, each one event, each final decision signed; under the
        version that was `seen`, or as new. Returns it as it will be."""
        latest: LastEvent | None = None
        signature = steps[0].approval.signature
        for step in steps:
            signature = await self._signature(step) or signature
            current = step.approval.model_copy(update={"signature": signature})
            event = self._recorder.record(
                subject=f"approval/{current.approval_id}",
                sequence=current.version,
                data=approvals.payload(replace(step, approval=current)),
            )
            self.change.record(event)
            latest = last_event(event)
        assert latest is not None
        self._recorder = replace(self._recorder, cause=latest)
        self._save(current, latest, seen)
        return current

    def quietly(self, approval: Approval, seen: Kept[Approval]) -> None:
        """The approval with something to remember that is no event."""
        self.change.replace(seen.document, approval_fields(approval, seen.latest))

    def precedent(self, step: PrecedentTransition, seen: Kept[Precedent] | None) -> Precedent:
        """The precedent after its event; under the version that was `seen`, or as new."""
        state = step.precedent
        event = self._recorder.record(
            subject=f"precedent/{state.precedent_id}",
            sequence=state.version,
            data=precedents.payload(step),
        )
        self.change.record(event)
        fields = precedent_fields(state, last_event(event))
        if seen is None:
            self.change.create(PRECEDENTS, state.precedent_id, fields)
        else:
            self.change.replace(seen.document, fields)
        return state

    def actives(self, kind: Kind, precedents: Sequence[ActivePrecedent], seen: Actives) -> None:
        """The active precedents of a kind, in the commit that changes which they are."""
        if seen.document is None:
            self.change.create(ACTIVE, kind, actives_fields(precedents))
        else:
            self.change.replace(seen.document, actives_fields(precedents))

    async def _signature(self, step: Transition) -> str | None:
        statement = statement_to_sign(step, self._recorder.tenant_id)
        if statement is None:
            return None
        return sign(statement.model_dump(mode="json"), await signing_key(SIGNING_KEY))

    def _save(
        self, approval: Approval, latest: LastEvent, seen: Kept[Approval] | Document | None
    ) -> None:
        document = seen.document if isinstance(seen, Kept) else seen
        fields = approval_fields(approval, latest)
        if document is None:
            self.change.create(APPROVALS, approval.approval_id, fields)
        else:
            self.change.replace(document, fields)
        timer = next_timer(approval)
        before = document.data.get("next_timer_at") if document else None
        if timer is not None and format_instant(timer[1]) != before:
            subject = f"approval/{approval.approval_id}"
            self.change.schedule(Timer(type=timer[0], subject=subject, at=timer[1]))
