"""The precedents of a `RulesTenant`: what `approvals/service/precedents.py` looks up and keeps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from events.precedents import PrecedentBody
from functions.approvals.rules import genesis
from functions.approvals.rules import precedent as precedents
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.drafts import IN_A_ROW, draft, with_streak
from functions.approvals.rules.posted_precedent import precedent_of
from functions.approvals.rules.precedent import ActivePrecedent, ActivePrecedents, Precedent
from shared.kit.errors import Forbidden
from tests.attacks.adversary.seen import GOVERNOR, Json

if TYPE_CHECKING:
    from tests.attacks.adversary.by_rules import RulesTenant

EVER = datetime(1970, 1, 1, tzinfo=UTC)
_LIVING = ("draft", "pending_review", "approved", "active", "suspended")


@dataclass
class Shelf:
    """Every precedent, and by kind those that are active."""

    tenant: "RulesTenant"
    precedents: dict[str, Precedent] = field(default_factory=dict)
    active: dict[str, ActivePrecedents] = field(default_factory=dict)

    def active_of(self, kind: str) -> tuple[ActivePrecedent, ...]:
        return self.active[kind].precedents if kind in self.active else ()

    def post(self, by: str, body: Json) -> str:
        parsed, at = PrecedentBody.model_validate(body), self.tenant.now
        written = precedent_of(parsed, self.tenant.new_id("pre"), self.tenant.actor(by), at)
        facts = self._facts(written)
        likeness = facts.example.likeness if facts.example else ""
        written = written.model_copy(update={"likeness": likeness})
        return self._keep(precedents.post(written, genesis.review(written, facts)).state)

    def activate(self, by: str, seed_id: str) -> str | None:
        before = self._governed(by, seed_id)
        findings: tuple[Any, ...] = ()
        if before.status in precedents.ACTIVATED:
            findings = genesis.review(before, self._facts(before))
        after = precedents.activate(before, by, self.tenant.now, findings).state
        if after.status != "active":
            self._keep(after)
            return None
        active = self.active.get(after.kind) or ActivePrecedents(kind=after.kind)
        if genesis.twin_of(before, active.precedents):
            return None
        replaced = [each for each in active.precedents if each.title == after.title]
        for each in replaced:
            active = active.without(each.precedent_id)
        self.active[after.kind] = active.with_(after)
        for each in replaced:
            older = self.precedents[each.precedent_id]
            self._keep(precedents.supersede(older, after, self.tenant.now).state)
        return self._keep(after)

    def suspend(self, by: str, seed_id: str) -> str:
        after = precedents.suspend(self._governed(by, seed_id), self.tenant.now).state
        self._take_off(after)
        return self._keep(after)

    def count_veto(self, vetoed: Approval) -> None:
        """Counts a false positive."""
        assert vetoed.precedent_id is not None
        before = self.precedents[vetoed.precedent_id]
        after = precedents.count_false_positive(before, self.tenant.now).state
        self._keep(after)
        if before.status == "active" and after.status != "active":
            self._take_off(after)

    def put_in_row(self, decided: Approval) -> Approval:
        """The decided approval with its place in the row of similar ones; keeps the precedent that
        the row drafts."""
        if decided.status != "approved":
            return with_streak(decided, None)
        like = sorted(
            (
                each
                for each in self.tenant.approvals.values()
                if each.row == decided.row and each.counted_at is not None
            ),
            key=lambda each: each.counted_at or EVER,
        )
        now = with_streak(decided, like[-1] if like else None)
        is_drafted = any(
            each.row == now.row and each.status in _LIVING for each in self.precedents.values()
        )
        if now.streak == IN_A_ROW and not is_drafted:
            contents = self.tenant.contents
            row = [(each, contents[each.decision_hash]) for each in (*like[1 - IN_A_ROW :], now)]
            if (drafted := draft(row, self.tenant.now)) is not None:
                self._keep(drafted.state)
        return now

    def _keep(self, precedent: Precedent) -> str:
        self.precedents[precedent.precedent_id] = precedent
        return precedent.precedent_id

    def _take_off(self, precedent: Precedent) -> None:
        self.active[precedent.kind] = self.active[precedent.kind].without(precedent.precedent_id)

    def _governed(self, by: str, seed_id: str) -> Precedent:
        if GOVERNOR not in self.tenant.roles[by]:
            raise Forbidden("activating and suspending precedents needs the role governor")
        return self.precedents[seed_id]

    def _facts(self, written: Precedent) -> genesis.Facts:
        approvals, contents = self.tenant.approvals, self.tenant.contents
        example = approvals.get(written.example_approval_id or "")
        since = (example.decided_at if example else None) or EVER
        refused = sorted(
            (
                each
                for each in approvals.values()
                if each.refused_kind == written.kind and (each.refused_at or EVER) > since
            ),
            key=lambda each: each.refused_at or EVER,
            reverse=True,
        )
        of_kind = [each for each in self.precedents.values() if each.kind == written.kind]
        suspended = [each for each in of_kind if each.status == "suspended"]
        deprecated = [
            each
            for each in of_kind
            if each.status == "deprecated" and (each.ended_at or EVER) >= since
        ]
        unread: dict[genesis.Unread, bool] = {
            "refused": len(refused) > genesis.MOST_REFUSED,
            "suspended": len(suspended) > genesis.MOST_ENDED,
            "deprecated": len(deprecated) > genesis.MOST_ENDED,
        }
        return genesis.Facts(
            example=example,
            example_content=contents[example.decision_hash] if example else None,
            active=self.active_of(written.kind),
            ended=(*suspended, *deprecated),
            refused=[
                each
                for each in refused[: genesis.MOST_REFUSED]
                if genesis.covers_request(written, each, contents[each.decision_hash])
            ],
            unread=frozenset(name for name, is_true in unread.items() if is_true),
        )
