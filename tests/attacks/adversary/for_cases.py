"""The approvals that cases ask for in a `RulesTenant`, as in `approvals/service/requests.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from events.agents import AgentApprovalNeeded
from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    CreationCaseWithdrawalRequested,
)
from functions.approvals.rules import reversals
from functions.approvals.rules.opening import open_cancelled
from functions.approvals.rules.questions import request_of_question
from shared.kit.contents import Content, Contents
from shared.kit.ids import derive_id
from shared.kit.transitions import payload
from tests.attacks.adversary.post import Message

if TYPE_CHECKING:
    from tests.attacks.adversary.by_rules import RulesTenant


@dataclass
class ForCases:
    """Opens and ends approvals as cases say. `withdrawn`: by whom, before it was opened."""

    tenant: "RulesTenant"
    kept: Mapping[str, Content]
    withdrawn: dict[str, str] = field(default_factory=dict)

    def open(self, message: Message) -> None:
        asked = AgentApprovalNeeded.model_validate(payload(message.step).model_dump())
        id = derived_approval_id(message)
        if id in self.tenant.approvals:
            return
        request = request_of_question(asked, id, Contents(self.kept))
        if id in self.withdrawn:
            self.tenant.apply(open_cancelled(request, self.withdrawn[id], self.tenant.now))
        else:
            self.tenant.open(request)

    def reach(self, step: Any) -> None:
        case, event = step.state, step.event
        told: Mapping[str, Any] = {"approval_id": case.approval_id, **step.fields}
        id, at = told["approval_id"], self.tenant.now
        if id is None:
            return
        if event in (CreationCaseWithdrawalRequested, CreationCaseCancelled):
            rule = (
                reversals.cancel
                if event is CreationCaseWithdrawalRequested
                else reversals.end_with_case
            )
            self._end_approval(id, rule, case.withdrawal.by, case.withdrawal.at)
        elif event is CreationCaseRolledBack:
            self.tenant.apply(reversals.undo(self.tenant.approvals[id]))
            if ends := told.get("ends_approval_id"):
                self._end_approval(ends, reversals.end_with_case, "service:agents", at)
        elif event is CreationCaseReversalUnneeded:
            self.tenant.apply(reversals.undo(self.tenant.approvals[id]))
        elif event is CreationCaseRollbackFailed:
            self.tenant.apply(reversals.fail_to_undo(self.tenant.approvals[id]))

    def _end_approval(self, id: str, rule: Any, by: str, at: Any) -> None:
        if id in self.tenant.approvals:
            self.tenant.apply(rule(self.tenant.approvals[id], by, at))
        else:
            self.withdrawn.setdefault(id, by)


def derived_approval_id(message: Message) -> str:
    """The id that the request of a case gets."""
    return derive_id("apr", message.at, message.step.event_id)
