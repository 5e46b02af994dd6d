"""Calls, awaited. `python -m docs.sdk` generates it from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from .. import calls
from ..calls import OMITTED, Call, Omitted
from ..pages import AsyncPages
from ..resource import AsyncResource
from . import bodies, models


class Agents(AsyncResource):
    """Calls about agents."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.AgentView]:
        """Lists the tenant's agents, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/agents",
                answers=models.AgentList,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self, body: bodies.Spec | str, *, idempotency_key: str | None = None
    ) -> models.CaseAccepted:
        """Submits an agent spec, JSON or YAML: stages 1 to 5 run at once; the answer shows the
        stage, and every finding of every stage with its path, its evidence and its remedy."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/agents",
                answers=models.CaseAccepted,
                body=body,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def import_(
        self,
        *,
        definition: str,
        format: Literal["claude", "crewai", "a2a", "openai"],
        agent: str | Omitted | None = OMITTED,
    ) -> models.DraftView:
        """Translates an agent's definition into a draft of a spec, with all that had to be
        assumed and every finding that the draft would have. Submits and stores nothing."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/agents/import",
                answers=models.DraftView,
                body=calls.body(agent=agent, definition=definition, format=format),
            )
        )

    async def get(self, agent_id: str) -> models.AgentDetail:
        """Shows one agent with its spec."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/agents/{calls.part(agent_id)}",
                answers=models.AgentDetail,
                may_repeat=True,
            )
        )

    async def change(
        self, agent_id: str, body: bodies.Spec | str, *, idempotency_key: str | None = None
    ) -> models.CaseAccepted:
        """Opens a case for a changed spec and says why it is a proposal or an evolution. For the
        agent's requester, those who submitted the version that serves, and the roles governor,
        genesis and tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/agents/{calls.part(agent_id)}/changes",
                answers=models.CaseAccepted,
                body=body,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def reactivate(
        self, agent_id: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.AgentView:
        """Puts a suspended agent on probation, unless a recall of its version is in force; needs
        the role governor or genesis."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/agents/{calls.part(agent_id)}/reactivate",
                answers=models.AgentView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def report(
        self,
        agent_id: str,
        *,
        evidence: str,
        trigger: Literal[
            "execution_bypass", "scope_drift", "evidence_gap", "ethics_violation", "health"
        ],
        reading: Literal["healthy", "degraded", "critical"] | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.AgentView:
        """Reports a violation or a reading of health; violations and the third critical reading
        in a row suspend the agent. Repeated reports are counted in `reports`; needs the role
        governor, genesis, tenant_admin, operator or service_runtime."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/agents/{calls.part(agent_id)}/reports",
                answers=models.AgentView,
                body=calls.body(evidence=evidence, reading=reading, trigger=trigger),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def suspend(
        self, agent_id: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.AgentView:
        """Suspends an agent by hand, and with it every agent that depends on it; needs the role
        governor, genesis or tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/agents/{calls.part(agent_id)}/suspend",
                answers=models.AgentView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class ApiKeys(AsyncResource):
    """Calls about api keys."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.KeyView]:
        """Lists the tenant's keys without their secrets, newest first; with a token for a
        workspace, the keys of that one."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/api-keys",
                answers=models.KeyPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        expires_at: str,
        name: str,
        scopes: Sequence[str],
        agent_id: str | Omitted | None = OMITTED,
        principal_id: str | Omitted | None = OMITTED,
        requests_per_minute: int | Omitted | None = OMITTED,
        roles: Sequence[Literal["service_runtime", "operator", "developer", "analyst", "end_user"]]
        | Omitted = OMITTED,
    ) -> models.NewKey:
        """Makes a key that acts as the caller, with some of its scopes and no role; with a token
        for a workspace, a key that opens nothing outside of it."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/api-keys",
                answers=models.NewKey,
                body=calls.body(
                    agent_id=agent_id,
                    expires_at=expires_at,
                    name=name,
                    principal_id=principal_id,
                    requests_per_minute=requests_per_minute,
                    roles=roles,
                    scopes=scopes,
                ),
            )
        )

    async def delete(self, key_id: str, *, idempotency_key: str | None = None) -> models.KeyView:
        """Revokes a key; its maker may, and an admin."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/api-keys/{calls.part(key_id)}",
                answers=models.KeyView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def rotate(self, key_id: str) -> models.NewKey:
        """Gives a key another secret; the earlier one is taken for 24 hours."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/api-keys/{calls.part(key_id)}/rotate",
                answers=models.NewKey,
            )
        )


class Approvals(AsyncResource):
    """Calls about approvals."""

    def list(
        self,
        *,
        status: Literal["pending", "veto_open", "decided"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.ApprovalCard]:
        """Lists approvals without their contents, newest first; `status` is a bucket."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/approvals",
                answers=models.ApprovalPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        content: Mapping[str, bodies.JsonValue],
        evidence: Sequence[bodies.JsonValue],
        kind: Literal["artifact", "communication", "execution", "financial", "constitutional"],
        rollback_plan: str,
        subject: bodies.SubjectBody,
        summary: str,
        amount_usd_micros: int | Omitted | None = OMITTED,
        deadline_seconds: int | Omitted | None = OMITTED,
        effect: Literal[
            "read",
            "draft",
            "change",
            "send",
            "publish",
            "deploy",
            "delete",
            "grant",
            "decide",
            "pay",
        ]
        | Omitted
        | None = OMITTED,
        rule: bodies.RuleInput | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.SignedCard:
        """Requests approval of exactly `content`; a precedent may approve at once."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/approvals",
                answers=models.SignedCard,
                body=calls.body(
                    amount_usd_micros=amount_usd_micros,
                    content=content,
                    deadline_seconds=deadline_seconds,
                    effect=effect,
                    evidence=evidence,
                    kind=kind,
                    rollback_plan=rollback_plan,
                    rule=rule,
                    subject=subject,
                    summary=summary,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def policy_get(self) -> models.PolicyRecord:
        """Shows the approval policy: who decides what, by when, and for whom silence approves."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/approvals/policy",
                answers=models.PolicyRecord,
                may_repeat=True,
            )
        )

    async def policy_set(
        self,
        *,
        entries: Sequence[bodies.PolicyEntryInput],
        reason: str,
        passkey: bodies.PasskeyRuleInput | Omitted = OMITTED,
        veto_waits_for_device: bool | Omitted = OMITTED,
        words_per_minute: int | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.SignedCard:
        """Proposes another approval policy, which holds once a governor who did not propose it
        approves."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/approvals/policy",
                answers=models.SignedCard,
                body=calls.body(
                    entries=entries,
                    passkey=passkey,
                    reason=reason,
                    veto_waits_for_device=veto_waits_for_device,
                    words_per_minute=words_per_minute,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, approval_id: str) -> models.ApprovalDetail:
        """Shows one approval with its content."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/approvals/{calls.part(approval_id)}",
                answers=models.ApprovalDetail,
                may_repeat=True,
            )
        )

    async def decide(
        self,
        approval_id: str,
        *,
        decision: Literal[
            "approve", "reject", "request_changes", "defer", "escalate", "delegate", "break_glass"
        ],
        decision_hash: str,
        answer: Mapping[str, bodies.JsonValue] | Omitted | None = OMITTED,
        assertion: bodies.Assertion | Omitted | None = OMITTED,
        attachments: Sequence[str] | Omitted = OMITTED,
        client_decision_id: UUID | str | Omitted = OMITTED,
        grounds: Literal["outage", "breach", "data_loss", "legal"] | Omitted | None = OMITTED,
        note: str | Omitted = OMITTED,
        read_ms: int | Omitted | None = OMITTED,
        seen_version: int | Omitted | None = OMITTED,
        signature: str | Omitted | None = OMITTED,
        to: str | Omitted | None = OMITTED,
        until: str | Omitted | None = OMITTED,
    ) -> models.ApprovalCard:
        """Decides. The same `client_decision_id` and body always give the same answer."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/approvals/{calls.part(approval_id)}/decisions",
                answers=models.ApprovalCard,
                body=calls.body(
                    answer=answer,
                    assertion=assertion,
                    attachments=attachments,
                    client_decision_id=calls.decision_id(client_decision_id),
                    decision=decision,
                    decision_hash=decision_hash,
                    grounds=grounds,
                    note=note,
                    read_ms=read_ms,
                    seen_version=seen_version,
                    signature=signature,
                    to=to,
                    until=until,
                ),
                may_repeat=True,
            )
        )

    async def review(
        self,
        approval_id: str,
        *,
        note: str,
        verdict: Literal["upheld", "overturned"],
        idempotency_key: str | None = None,
    ) -> models.ApprovalCard:
        """Reviews a break-glass or a deputy's decision."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/approvals/{calls.part(approval_id)}/review",
                answers=models.ApprovalCard,
                body=calls.body(note=note, verdict=verdict),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Artifacts(AsyncResource):
    """Calls about artifacts."""

    def list(
        self,
        *,
        status: Literal["pending", "scanning", "stored", "refused", "removed"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.ArtifactView]:
        """Lists files, newest first, of all or of one status."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/artifacts",
                answers=models.ArtifactPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        media_type: str,
        name: str,
        sha256: str,
        size: int,
        keep_days: int | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ArtifactDetail:
        """Announces a file, and answers where to PUT its bytes within fifteen minutes; then it
        is to be completed."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/artifacts",
                answers=models.ArtifactDetail,
                body=calls.body(
                    keep_days=keep_days, media_type=media_type, name=name, sha256=sha256, size=size
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def retention_get(self) -> models.RetentionView:
        """Shows for how long at most files are kept that no approval cites."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/artifacts/retention",
                answers=models.RetentionView,
                may_repeat=True,
            )
        )

    async def retention_set(
        self, *, days: int, idempotency_key: str | None = None
    ) -> models.RetentionView:
        """Sets for how many days at most files are kept that no approval cites, after they were
        stored; a shorter time holds a week later. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/artifacts/retention",
                answers=models.RetentionView,
                body=calls.body(days=days),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def delete(
        self, artifact_id: str, *, idempotency_key: str | None = None
    ) -> models.ArtifactView:
        """Removes the bytes of a file for ever; what is known of it, its SHA-256 among that,
        stays. A run that reads it later is refused."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/artifacts/{calls.part(artifact_id)}",
                answers=models.ArtifactView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, artifact_id: str) -> models.ArtifactDetail:
        """Shows a file that somebody uploaded or a run wrote, with an address to download it."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/artifacts/{calls.part(artifact_id)}",
                answers=models.ArtifactDetail,
                may_repeat=True,
            )
        )

    async def complete(
        self, artifact_id: str, *, idempotency_key: str | None = None
    ) -> models.ArtifactDetail:
        """Checks what was uploaded: how many bytes, their SHA-256, and whether they are of the
        type. The file is then `stored`, or `scanning` where files are scanned, or `refused` with
        the reason."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/artifacts/{calls.part(artifact_id)}/complete",
                answers=models.ArtifactDetail,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Audit(AsyncResource):
    """Calls about audit."""

    async def checkpoint_get(self) -> models.AuditCheckpoint:
        """Shows the newest checkpoint, a C2SP signed note, with the keys that verify it."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/audit/checkpoint",
                answers=models.AuditCheckpoint,
                may_repeat=True,
            )
        )

    def entries_list(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.AuditEntry]:
        """Lists entries, newest first: by their actor, action (an event's type) and subject, and
        from one time up to before another."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/audit/entries",
                answers=models.AuditEntryPage,
                query=calls.query(
                    actor=actor,
                    action=action,
                    subject=subject,
                    from_=from_,
                    to=to,
                    limit=limit,
                    cursor=cursor,
                ),
                may_repeat=True,
            ),
        )

    async def exports_create(self, *, idempotency_key: str | None = None) -> models.AuditExport:
        """Asks for an archive of the whole log, which `assent-verify` verifies without the
        network; one at a time."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/audit/exports",
                answers=models.AuditExport,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def exports_get(self, export_id: str) -> models.AuditExport:
        """Shows an export and, once it is ready, where to download it for the next fifteen
        minutes; one of everything needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/audit/exports/{calls.part(export_id)}",
                answers=models.AuditExport,
                may_repeat=True,
            )
        )

    async def proofs_get(
        self, *, entry: int | None = None, from_size: int | None = None
    ) -> models.AuditProofs:
        """Proves that the newest checkpoint covers an entry, that it continues an earlier one,
        or both. For a token for a workspace there are no entries but that workspace's."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/audit/proofs",
                answers=models.AuditProofs,
                query=calls.query(entry=entry, from_size=from_size),
                may_repeat=True,
            )
        )


class Auth(AsyncResource):
    """Calls about auth."""

    def sessions_list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.SessionView]:
        """Lists the caller's sessions, newest first; to support and to a token for a workspace
        those of its tenant only."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/auth/sessions",
                answers=models.SessionPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def sessions_delete(self, session_id: str) -> models.SessionView:
        """Ends a session of the caller's, also one in which support acts as the caller: it gives
        no further token."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/auth/sessions/{calls.part(session_id)}",
                answers=models.SessionView,
            )
        )


class Billing(AsyncResource):
    """Calls about billing."""

    async def checkout_create(
        self,
        *,
        plan: Literal["free", "pro", "team", "enterprise"],
        add_ons: Sequence[bodies.AddOnWanted] | Omitted = OMITTED,
        interval: Literal["month", "year"] | Omitted | None = OMITTED,
        referral: str | Omitted | None = OMITTED,
        seats: int | Omitted | None = OMITTED,
    ) -> models.CheckoutView:
        """Opens a page at Stripe where the order is paid for; the same page for the same order.
        With another tenant's code as `referral` a first subscription costs less at first. Needs
        the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/billing/checkout",
                answers=models.CheckoutView,
                body=calls.body(
                    add_ons=add_ons, interval=interval, plan=plan, referral=referral, seats=seats
                ),
            )
        )

    async def portal_create(self) -> models.PortalView:
        """Opens a page at Stripe for means of payment and receipts. Needs the role tenant_admin."""
        return await self._client.send(
            Call(method="POST", path="/v1/billing/portal", answers=models.PortalView)
        )

    async def referral_create(self) -> models.ReferralView:
        """Gives the tenant's referral code, always the same, which other tenants send when they
        first buy. Only a tenant that pays has one. Needs the role tenant_admin."""
        return await self._client.send(
            Call(method="POST", path="/v1/billing/referral", answers=models.ReferralView)
        )


class Budgets(AsyncResource):
    """Calls about budgets."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.BudgetView]:
        """Lists the budgets of which something was held or spent, those of the newest periods
        first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/budgets",
                answers=models.BudgetPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def platform_get(self) -> models.BudgetView:
        """Shows what all tenants together hold and have spent in the month, as far as they took
        of it; needs the role platform_admin."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/budgets/platform",
                answers=models.BudgetView,
                may_repeat=True,
            )
        )

    async def platform_set(
        self, *, limit_usd_micros: int, idempotency_key: str | None = None
    ) -> models.LimitView:
        """Sets what all tenants together may spend in a month; needs the role platform_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/budgets/platform",
                answers=models.LimitView,
                body=calls.body(limit_usd_micros=limit_usd_micros),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def set(
        self, scope: str, *, limit_usd_micros: int, idempotency_key: str | None = None
    ) -> models.LimitView:
        """Sets what an agent or an API key, by its id, may spend in a day, or the `tenant` in a
        month."""
        return await self._client.send(
            Call(
                method="PUT",
                path=f"/v1/budgets/{calls.part(scope)}",
                answers=models.LimitView,
                body=calls.body(limit_usd_micros=limit_usd_micros),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Capsules(AsyncResource):
    """Calls about capsules."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.CapsuleView]:
        """Lists versions of capsules without their sources, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/capsules",
                answers=models.CapsulePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self, body: bodies.CapsuleBody | str, *, idempotency_key: str | None = None
    ) -> models.CapsuleDrafted:
        """Writes a version of a capsule as a draft, in YAML or JSON; answers what may be a
        mistake in it. A refusal names line and column. A version never changes; the same source
        again is the same version."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/capsules",
                answers=models.CapsuleDrafted,
                body=body,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def versions_get(self, name: str, version: str) -> models.CapsuleDetail:
        """Shows a version of a capsule with its source."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/capsules/{calls.part(name)}/versions/{calls.part(version)}",
                answers=models.CapsuleDetail,
                may_repeat=True,
            )
        )

    async def versions_deprecate(
        self, name: str, version: str, *, idempotency_key: str | None = None
    ) -> models.CapsuleView:
        """Ends a version: it is compiled no more. Plans that were compiled from it stay."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/capsules/{calls.part(name)}/versions/{calls.part(version)}/deprecate",
                answers=models.CapsuleView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def versions_publish(
        self, name: str, version: str, *, idempotency_key: str | None = None
    ) -> models.CapsuleView:
        """Publishes a version: it is signed, and compiled from now on."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/capsules/{calls.part(name)}/versions/{calls.part(version)}/publish",
                answers=models.CapsuleView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Connectors(AsyncResource):
    """Calls about connectors."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.ConnectorSummary]:
        """Lists the connectors without their operations, those that were written last first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/connectors",
                answers=models.ConnectorPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        name: str,
        url: str,
        classification: Literal["public", "internal", "confidential", "restricted"]
        | Omitted
        | None = OMITTED,
        credential: str | Omitted | None = OMITTED,
        hosts: Sequence[str] | Omitted = OMITTED,
        kind: Literal["http", "mcp", "smtp"] | Omitted = OMITTED,
        mail: bodies.MailSettingsInput | Omitted | None = OMITTED,
        operations: Sequence[bodies.ConnectorOperation] | Omitted | None = OMITTED,
        trust: Literal["untrusted", "trusted"] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ConnectorView:
        """Registers a connector as a draft, by which nothing is called yet. The tools of an MCP
        server are read once, and are what it can do from then on."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/connectors",
                answers=models.ConnectorView,
                body=calls.body(
                    classification=classification,
                    credential=credential,
                    hosts=hosts,
                    kind=kind,
                    mail=mail,
                    name=name,
                    operations=operations,
                    trust=trust,
                    url=url,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def delete(
        self, name: str, *, idempotency_key: str | None = None
    ) -> models.ConnectorView:
        """Removes a connector: plans that name it are refused."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/connectors/{calls.part(name)}",
                answers=models.ConnectorView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, name: str) -> models.ConnectorView:
        """Shows a connector with its operations and its pin."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/connectors/{calls.part(name)}",
                answers=models.ConnectorView,
                may_repeat=True,
            )
        )

    async def update(
        self,
        name: str,
        *,
        classification: Literal["public", "internal", "confidential", "restricted"]
        | Omitted
        | None = OMITTED,
        credential: str | Omitted | None = OMITTED,
        effects: Mapping[
            str,
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
        ]
        | Omitted
        | None = OMITTED,
        hosts: Sequence[str] | Omitted | None = OMITTED,
        idempotent: Mapping[str, bool] | Omitted | None = OMITTED,
        mail: bodies.MailSettingsInput | Omitted | None = OMITTED,
        operations: Sequence[bodies.ConnectorOperation] | Omitted | None = OMITTED,
        trust: Literal["untrusted", "trusted"] | Omitted | None = OMITTED,
        undos: Mapping[str, bodies.ConnectorUndo | None] | Omitted | None = OMITTED,
        url: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ConnectorView:
        """Changes a connector's definition, which is another one from then on, with another pin:
        plans with the one before are refused, and an active connector is suspended."""
        return await self._client.send(
            Call(
                method="PATCH",
                path=f"/v1/connectors/{calls.part(name)}",
                answers=models.ConnectorView,
                body=calls.body(
                    classification=classification,
                    credential=credential,
                    effects=effects,
                    hosts=hosts,
                    idempotent=idempotent,
                    mail=mail,
                    operations=operations,
                    trust=trust,
                    undos=undos,
                    url=url,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def activate(
        self, name: str, *, pin: str, idempotency_key: str | None = None
    ) -> models.ConnectorView:
        """Lets runs act by exactly the definition with that pin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/connectors/{calls.part(name)}/activate",
                answers=models.ConnectorView,
                body=calls.body(pin=pin),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def refresh(
        self, name: str, *, idempotency_key: str | None = None
    ) -> models.ConnectorView:
        """Reads the tools of an MCP server again. Where anything differs from what was read
        before, the connector has another pin, and an active one is suspended; `differences` says
        what."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/connectors/{calls.part(name)}/refresh",
                answers=models.ConnectorView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def suspend(
        self, name: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.ConnectorView:
        """Ends at once that anything is called by a connector."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/connectors/{calls.part(name)}/suspend",
                answers=models.ConnectorView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Corpora(AsyncResource):
    """Calls about corpora."""

    async def list(self) -> models.CorpusList:
        """Lists the corpora that the caller may read, newest first."""
        return await self._client.send(
            Call(method="GET", path="/v1/corpora", answers=models.CorpusList, may_repeat=True)
        )

    async def create(
        self,
        *,
        name: str,
        readers: Sequence[str],
        industry: str | Omitted | None = OMITTED,
        kind: Literal["industry", "constitutional", "tenant"] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.CorpusView:
        """Makes a corpus, which becomes active with its first document."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/corpora",
                answers=models.CorpusView,
                body=calls.body(industry=industry, kind=kind, name=name, readers=readers),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def delete(
        self, corpus_id: str, *, idempotency_key: str | None = None
    ) -> models.CorpusView:
        """Removes a corpus with its documents: no later answer has a passage of it, and its
        citations verify no more."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/corpora/{calls.part(corpus_id)}",
                answers=models.CorpusView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, corpus_id: str) -> models.CorpusView:
        """Shows a corpus."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/corpora/{calls.part(corpus_id)}",
                answers=models.CorpusView,
                may_repeat=True,
            )
        )

    async def update(
        self,
        corpus_id: str,
        *,
        name: str | Omitted | None = OMITTED,
        readers: Sequence[str] | Omitted | None = OMITTED,
        status: Literal["active", "deprecated"] | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.CorpusView:
        """Names a corpus anew, gives it other readers, or sets it aside or back; who made it, a
        governor or a tenant_admin may."""
        return await self._client.send(
            Call(
                method="PATCH",
                path=f"/v1/corpora/{calls.part(corpus_id)}",
                answers=models.CorpusView,
                body=calls.body(name=name, readers=readers, status=status),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    def documents_list(
        self, corpus_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.DocumentView]:
        """Lists the documents of a corpus, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path=f"/v1/corpora/{calls.part(corpus_id)}/documents",
                answers=models.DocumentPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def documents_add(
        self,
        corpus_id: str,
        *,
        artifact_id: str | Omitted | None = OMITTED,
        media_type: Literal["text/plain", "text/markdown", "text/html"] | Omitted = OMITTED,
        name: str | Omitted | None = OMITTED,
        text: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.DocumentView:
        """Adds a document, an uploaded file or a text, which is read and embedded soon. The same
        bytes again are the same document; other bytes under the same name are its next version."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/corpora/{calls.part(corpus_id)}/documents",
                answers=models.DocumentView,
                body=calls.body(
                    artifact_id=artifact_id, media_type=media_type, name=name, text=text
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def documents_delete(
        self, corpus_id: str, document_id: str, *, idempotency_key: str | None = None
    ) -> models.DocumentView:
        """Removes a document: no later answer has a passage of it, and its citations verify no
        more."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/corpora/{calls.part(corpus_id)}/documents/{calls.part(document_id)}",
                answers=models.DocumentView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def documents_get(self, corpus_id: str, document_id: str) -> models.DocumentView:
        """Shows a document: whether it is found yet, or why it cannot be read."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/corpora/{calls.part(corpus_id)}/documents/{calls.part(document_id)}",
                answers=models.DocumentView,
                may_repeat=True,
            )
        )


class Credentials(AsyncResource):
    """Calls about credentials."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.CredentialView]:
        """Lists the credentials without their values, those that were set last first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/credentials",
                answers=models.CredentialPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def delete(
        self, name: str, *, idempotency_key: str | None = None
    ) -> models.CredentialView:
        """Deletes a credential's value. Connectors that name it are refused from then on."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/credentials/{calls.part(name)}",
                answers=models.CredentialView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def set(
        self,
        name: str,
        *,
        hosts: Sequence[str],
        kind: Literal["bearer", "header", "basic", "oauth2", "webhook"],
        secret: str,
        audience: str | Omitted | None = OMITTED,
        header: str | Omitted | None = OMITTED,
        scope: str | Omitted | None = OMITTED,
        token_url: str | Omitted | None = OMITTED,
        used_by: Literal["connectors", "models"] | Omitted = OMITTED,
        user: str | Omitted | None = OMITTED,
    ) -> models.CredentialView:
        """Stores a credential, or another value in its place, which calls are made with from
        then on. The value is never shown again, and no answer of this call is kept."""
        return await self._client.send(
            Call(
                method="PUT",
                path=f"/v1/credentials/{calls.part(name)}",
                answers=models.CredentialView,
                body=calls.body(
                    audience=audience,
                    header=header,
                    hosts=hosts,
                    kind=kind,
                    scope=scope,
                    secret=secret,
                    token_url=token_url,
                    used_by=used_by,
                    user=user,
                ),
                may_repeat=True,
            )
        )


class Credits(AsyncResource):
    """Calls about credits."""

    async def create(
        self,
        *,
        amount_cents: int,
        expires_at: str,
        reason: str,
        tenant_id: str,
        idempotency_key: str | None = None,
    ) -> models.CreditsView:
        """Grants a tenant a credit, which pays its renewals until it expires, before any other
        means of payment; shows all of its credits. Needs the role platform_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/credits",
                answers=models.CreditsView,
                body=calls.body(
                    amount_cents=amount_cents,
                    expires_at=expires_at,
                    reason=reason,
                    tenant_id=tenant_id,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Decisions(AsyncResource):
    """Calls about decisions."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.Shown]:
        """Lists recorded decisions, newest first, with the entities that they were decided on."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/decisions",
                answers=models.DecisionPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        action: str,
        principal: bodies.UidBody,
        resource: bodies.UidBody,
        context: Mapping[str, bool | int | str] | Omitted = OMITTED,
        entities: Sequence[Mapping[str, bodies.JsonValue]] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.DecisionView:
        """Decides a request by the published policies on the entities that are sent, and records
        it."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/decisions",
                answers=models.DecisionView,
                body=calls.body(
                    action=action,
                    context=context,
                    entities=entities,
                    principal=principal,
                    resource=resource,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Flags(AsyncResource):
    """Calls about flags."""

    async def get(self, name: str) -> models.FlagView:
        """Shows for which share of the tenant's principals a flag is on."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/flags/{calls.part(name)}",
                answers=models.FlagView,
                may_repeat=True,
            )
        )

    async def set(
        self, name: str, *, percent: int, idempotency_key: str | None = None
    ) -> models.FlagView:
        """Turns a flag on for a share of the tenant's principals; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path=f"/v1/flags/{calls.part(name)}",
                answers=models.FlagView,
                body=calls.body(percent=percent),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Governance(AsyncResource):
    """Calls about governance."""

    async def report_get(
        self, *, from_: str | None = None, to: str | None = None
    ) -> models.GovernanceReport:
        """Reports what governing cost and kept out, of all that was requested from one instant
        up to before another, at most 92 days later: by rule, by governor and by precedent."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/governance/report",
                answers=models.GovernanceReport,
                query=calls.query(from_=from_, to=to),
                may_repeat=True,
            )
        )


class Health(AsyncResource):
    """Calls about health."""

    async def get(self) -> models.HealthView:
        """Shows which functions have not published in time what they committed; needs the role
        platform_admin."""
        return await self._client.send(
            Call(method="GET", path="/v1/health", answers=models.HealthView, may_repeat=True)
        )


class Impersonations(AsyncResource):
    """Calls about impersonations."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.ImpersonationView]:
        """Lists who acted as members of the tenant, newest first; needs the role tenant_admin."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/impersonations",
                answers=models.ImpersonationPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self, *, principal: str, reason: str, tenant_id: str
    ) -> models.NewImpersonation:
        """Lets support act as a member for half an hour, to read; needs the role platform_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/impersonations",
                answers=models.NewImpersonation,
                body=calls.body(principal=principal, reason=reason, tenant_id=tenant_id),
            )
        )

    async def access_get(self) -> models.SupportAccessView:
        """Shows whether support may act as members of the tenant."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/impersonations/access",
                answers=models.SupportAccessView,
                may_repeat=True,
            )
        )

    async def access_set(
        self, *, allowed: bool, idempotency_key: str | None = None
    ) -> models.SupportAccessView:
        """Says whether support may act as members; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/impersonations/access",
                answers=models.SupportAccessView,
                body=calls.body(allowed=allowed),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def delete(self, session_id: str) -> models.ImpersonationView:
        """Ends it: who acts may, whom they act as, and an admin of the tenant."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/impersonations/{calls.part(session_id)}",
                answers=models.ImpersonationView,
            )
        )


class Industries(AsyncResource):
    """Calls about industries."""

    async def list(self) -> models.IndustryList:
        """Lists the industries that the caller may read corpora about."""
        return await self._client.send(
            Call(method="GET", path="/v1/industries", answers=models.IndustryList, may_repeat=True)
        )


class Invitations(AsyncResource):
    """Calls about invitations."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.InvitationView]:
        """Lists the tenant's invitations, newest first; needs the role tenant_admin."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/invitations",
                answers=models.InvitationPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        roles: Sequence[
            Literal[
                "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
            ]
        ],
    ) -> models.NewInvitation:
        """Invites somebody, once, within seven days; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/invitations",
                answers=models.NewInvitation,
                body=calls.body(roles=roles),
            )
        )

    async def delete(
        self, invitation_id: str, *, idempotency_key: str | None = None
    ) -> models.InvitationView:
        """Revokes an invitation; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/invitations/{calls.part(invitation_id)}",
                answers=models.InvitationView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def accept(self, token: str) -> models.Accepted:
        """Accepts an invitation, once."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/invitations/{calls.part(token)}/accept",
                answers=models.Accepted,
            )
        )


class Invocations(AsyncResource):
    """Calls about invocations."""

    async def get(self, invocation_id: str) -> models.InvocationView:
        """Shows what became of a call of a run."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/invocations/{calls.part(invocation_id)}",
                answers=models.InvocationView,
                may_repeat=True,
            )
        )

    async def settle(
        self,
        invocation_id: str,
        *,
        happened: bool,
        note: str,
        output: bodies.JsonValue | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.InvocationView:
        """Says what became of a doubtful call, as a person found out: that it happened, with
        what it gave, or that it did not, and then its run may try again."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/invocations/{calls.part(invocation_id)}/settle",
                answers=models.InvocationView,
                body=calls.body(happened=happened, note=note, output=output),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Invoices(AsyncResource):
    """Calls about invoices."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.InvoiceView]:
        """Lists the tenant's invoices, newest first. Needs the role tenant_admin."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/invoices",
                answers=models.InvoicePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def get(self, invoice_id: str) -> models.InvoiceView:
        """Shows an invoice with its lines. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/invoices/{calls.part(invoice_id)}",
                answers=models.InvoiceView,
                may_repeat=True,
            )
        )

    async def lines_proof_get(
        self, invoice_id: str, line_id: str, *, event: str | None = None
    ) -> models.LineProof:
        """Proves a line of usage, and that it counts the receipt or event of that id: what
        `assent-verify` verifies without the network. With the scope audit:read the event comes
        with its entry in the audit log. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/invoices/{calls.part(invoice_id)}/lines/{calls.part(line_id)}/proof",
                answers=models.LineProof,
                query=calls.query(event=event),
                may_repeat=True,
            )
        )


class Jobs(AsyncResource):
    """Calls about jobs."""

    async def create(
        self,
        *,
        capsule: str,
        inputs: Mapping[str, bodies.JsonValue] | Omitted = OMITTED,
        version: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.RunView:
        """Compiles a published capsule with its inputs, rehearses the plan and runs it; without
        a version, the highest that is published. It answers as `POST /v1/runs` does, and refuses
        what does not compile, with line and column, and what its rehearsal denies."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/jobs",
                answers=models.RunView,
                body=calls.body(capsule=capsule, inputs=inputs, version=version),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Knowledge(AsyncResource):
    """Calls about knowledge."""

    async def verify(self, *, citations: Sequence[bodies.Citation]) -> models.Verdicts:
        """Says of each citation whether the document says exactly that, and why not where it
        does not."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/knowledge/citations/verify",
                answers=models.Verdicts,
                body=calls.body(citations=citations),
            )
        )

    async def nearest(
        self,
        *,
        content: Mapping[str, bodies.JsonValue],
        subject_type: str | Omitted | None = OMITTED,
    ) -> models.NearestRules:
        """Shows the three sentences of a spec, a plan or another content that are nearest to
        what the constitution forbids, for people to read first. They are no finding: nothing is
        decided by them, and nothing is stored."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/knowledge/nearest-rules",
                answers=models.NearestRules,
                body=calls.body(content=content, subject_type=subject_type),
            )
        )

    async def search(
        self,
        *,
        query: str,
        corpora: Sequence[str] | Omitted | None = OMITTED,
        limit: int | Omitted = OMITTED,
        mode: Literal["hybrid", "vector", "text"] | Omitted = OMITTED,
    ) -> models.Answer:
        """Answers a question with passages of documents that the caller may read, each with a
        citation. A question of what is allowed is answered from the constitution first."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/knowledge/search",
                answers=models.Answer,
                body=calls.body(corpora=corpora, limit=limit, mode=mode, query=query),
            )
        )


class Kpis(AsyncResource):
    """Calls about kpis."""

    async def get(
        self,
        *,
        month: str | None = None,
        tenant_id: str | None = None,
        cac_cents: int | None = None,
    ) -> models.KpisView:
        """Shows recurring revenue, its movements, churn and margins of a month, as 2026-11.
        `tenant_id` leaves only that tenant's margin; `cac_cents`, the cost of winning a tenant,
        adds the ratios that need it. Needs the role platform_admin."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/kpis",
                answers=models.KpisView,
                query=calls.query(month=month, tenant_id=tenant_id, cac_cents=cac_cents),
                may_repeat=True,
            )
        )


class LocalModels(AsyncResource):
    """Calls about local models."""

    async def list(self) -> models.LocalModels:
        """Lists the models that run in Assent's own process, and what works without them."""
        return await self._client.send(
            Call(method="GET", path="/v1/local-models", answers=models.LocalModels, may_repeat=True)
        )

    async def forecast(
        self,
        *,
        values: Sequence[float],
        horizon: int | Omitted = OMITTED,
        season: int | Omitted = OMITTED,
    ) -> models.ForecastView:
        """Forecasts a series, such as spending a day, with how far two methods were off before."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/local-models/forecasts",
                answers=models.ForecastView,
                body=calls.body(horizon=horizon, season=season, values=values),
            )
        )

    async def redact(
        self, *, text: str, regions: Sequence[str] | Omitted = OMITTED
    ) -> models.RedactionView:
        """Finds personal data in a text and puts placeholders there. Nothing leaves Assent, and
        nothing is kept."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/local-models/redactions",
                answers=models.RedactionView,
                body=calls.body(regions=regions, text=text),
            )
        )

    async def summarize(
        self, *, text: str, sentences: int | Omitted = OMITTED, written: bool | Omitted = OMITTED
    ) -> models.SummaryView:
        """Chooses the sentences of a text that say most of it. Nothing leaves Assent, and
        nothing is kept."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/local-models/summaries",
                answers=models.SummaryView,
                body=calls.body(sentences=sentences, text=text, written=written),
            )
        )


class Me(AsyncResource):
    """Calls about me."""

    async def get(self) -> models.Me:
        """Shows who the caller is, and what the token allows."""
        return await self._client.send(
            Call(method="GET", path="/v1/me", answers=models.Me, may_repeat=True)
        )


class Members(AsyncResource):
    """Calls about members."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.MemberDetail]:
        """Lists the tenant's members with their names, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/members",
                answers=models.MemberPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def delete(
        self, principal: str, *, idempotency_key: str | None = None
    ) -> models.MemberView:
        """Removes a member, which an admin may, or oneself."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/members/{calls.part(principal)}",
                answers=models.MemberView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, principal: str) -> models.MemberDetail:
        """Shows one member with their name."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/members/{calls.part(principal)}",
                answers=models.MemberDetail,
                may_repeat=True,
            )
        )

    async def update(
        self,
        principal: str,
        *,
        deputy_from: str | Omitted | None = OMITTED,
        deputy_until: str | Omitted | None = OMITTED,
        roles: Sequence[
            Literal[
                "tenant_admin",
                "governor",
                "deputy",
                "operator",
                "developer",
                "analyst",
                "end_user",
                "service_runtime",
                "workspace_admin",
            ]
        ]
        | Omitted
        | None = OMITTED,
        workspace_id: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.MemberView:
        """Gives a member other roles, which needs the role tenant_admin, or, with
        `workspace_id`, the role workspace_admin in a token for that workspace; or makes it the
        governors' deputy for a time, which needs the role governor or tenant_admin."""
        return await self._client.send(
            Call(
                method="PATCH",
                path=f"/v1/members/{calls.part(principal)}",
                answers=models.MemberView,
                body=calls.body(
                    deputy_from=deputy_from,
                    deputy_until=deputy_until,
                    roles=roles,
                    workspace_id=workspace_id,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def sessions_delete(
        self, principal: str, *, idempotency_key: str | None = None
    ) -> models.MemberView:
        """Lets a member sign in again for this tenant; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/members/{calls.part(principal)}/sessions",
                answers=models.MemberView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Memories(AsyncResource):
    """Calls about memories."""

    def list(
        self,
        *,
        agent_id: str | None = None,
        as_of: str | None = None,
        valid_at: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.MemoryView]:
        """Lists the facts that are recalled, newest first, of all scopes or of one agent's own.
        `as_of`: those that were believed at that instant, as they were known then; a page may
        have fewer. `valid_at`: only those that say something about that instant."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/memories",
                answers=models.MemoryPage,
                query=calls.query(
                    agent_id=agent_id, as_of=as_of, valid_at=valid_at, limit=limit, cursor=cursor
                ),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        fact: str,
        agent_id: str | Omitted | None = OMITTED,
        scope: Literal["agent", "team", "tenant"] | Omitted = OMITTED,
        source: bodies.SourceBody | Omitted = OMITTED,
        tier: Literal["working", "episodic", "semantic"] | Omitted = OMITTED,
        valid_from: str | Omitted | None = OMITTED,
        valid_to: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.MemoryLearnedView:
        """Tells a fact to one agent, to the agents of the token's workspace (`team`), or to all
        of the tenant. Its source is whoever tells it, or what they name. Where the shelf is
        full, the fact of its tier that was recalled the longest ago makes room (`evicted`); what
        is `semantic` never does: then the call is refused."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/memories",
                answers=models.MemoryLearnedView,
                body=calls.body(
                    agent_id=agent_id,
                    fact=fact,
                    scope=scope,
                    source=source,
                    tier=tier,
                    valid_from=valid_from,
                    valid_to=valid_to,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def erase(
        self,
        *,
        said_by: str | Omitted | None = OMITTED,
        source_id: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ErasureView:
        """Erases the texts of all facts of a source, or that a person said, fifty at once. Needs
        the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/memories/erasures",
                answers=models.ErasureView,
                body=calls.body(said_by=said_by, source_id=source_id),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def recall(
        self,
        *,
        agent_id: str,
        at_least: float | Omitted = OMITTED,
        limit: int | Omitted = OMITTED,
        query: str | Omitted = OMITTED,
    ) -> models.MemoriesRecalled:
        """Shows what an agent recalls for a question, and keeps nothing of that."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/memories/recall",
                answers=models.MemoriesRecalled,
                body=calls.body(agent_id=agent_id, at_least=at_least, limit=limit, query=query),
            )
        )

    async def delete(
        self, memory_id: str, *, idempotency_key: str | None = None
    ) -> models.MemoryView:
        """Erases the text of a fact for good, and of those that it corrected or that corrected
        it. That there was a fact, when, and from where stays."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/memories/{calls.part(memory_id)}",
                answers=models.MemoryView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, memory_id: str) -> models.MemoryView:
        """Shows a fact with its source, whatever became of it."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/memories/{calls.part(memory_id)}",
                answers=models.MemoryView,
                may_repeat=True,
            )
        )

    async def correct(
        self,
        memory_id: str,
        *,
        fact: str,
        source: bodies.SourceBody | Omitted = OMITTED,
        valid_from: str | Omitted | None = OMITTED,
        valid_to: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.MemoryLearnedView:
        """Tells what is right instead. The earlier fact stays as what was believed until now;
        with a later `valid_from`, as what held until then."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/memories/{calls.part(memory_id)}/correct",
                answers=models.MemoryLearnedView,
                body=calls.body(fact=fact, source=source, valid_from=valid_from, valid_to=valid_to),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Metrics(AsyncResource):
    """Calls about metrics."""

    async def get(self) -> models.MetricsView:
        """Shows how many tenants signed up and how many people signed in; needs the role
        platform_admin."""
        return await self._client.send(
            Call(method="GET", path="/v1/metrics", answers=models.MetricsView, may_repeat=True)
        )


class Mobile(AsyncResource):
    """Calls about mobile."""

    def agents_list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.Agent]:
        """Agents, by name."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/mobile/agents",
                answers=models.AgentPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def agents_get(self, agent_id: str) -> models.Agent:
        """One agent."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/mobile/agents/{calls.part(agent_id)}",
                answers=models.Agent,
                may_repeat=True,
            )
        )

    def approvals_list(
        self,
        *,
        status: Literal["pending", "veto_open", "decided"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Card]:
        """Cards, newest first; `status` is a bucket of the domain's states."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/mobile/approvals",
                answers=models.CardPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def approvals_get(self, approval_id: str) -> models.CardDetail:
        """A card with all that a decision needs."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/mobile/approvals/{calls.part(approval_id)}",
                answers=models.CardDetail,
                may_repeat=True,
            )
        )

    async def approvals_approve(
        self,
        approval_id: str,
        *,
        decision_hash: str,
        answer: Mapping[str, bodies.JsonValue] | Omitted | None = OMITTED,
        assertion: bodies.Assertion | Omitted | None = OMITTED,
        client_decision_id: UUID | str | Omitted = OMITTED,
        note: str | Omitted = OMITTED,
        read_ms: int | Omitted | None = OMITTED,
        seen_version: int | Omitted | None = OMITTED,
        signature: str | Omitted | None = OMITTED,
    ) -> models.Card:
        """Approves exactly the content with that hash."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/mobile/approvals/{calls.part(approval_id)}/approve",
                answers=models.Card,
                body=calls.body(
                    answer=answer,
                    assertion=assertion,
                    client_decision_id=calls.decision_id(client_decision_id),
                    decision_hash=decision_hash,
                    note=note,
                    read_ms=read_ms,
                    seen_version=seen_version,
                    signature=signature,
                ),
                may_repeat=True,
            )
        )

    async def approvals_request_changes(
        self,
        approval_id: str,
        *,
        decision_hash: str,
        note: str,
        answer: Mapping[str, bodies.JsonValue] | Omitted | None = OMITTED,
        assertion: bodies.Assertion | Omitted | None = OMITTED,
        attachments: Sequence[str] | Omitted = OMITTED,
        client_decision_id: UUID | str | Omitted = OMITTED,
        read_ms: int | Omitted | None = OMITTED,
        seen_version: int | Omitted | None = OMITTED,
        signature: str | Omitted | None = OMITTED,
    ) -> models.Card:
        """Returns the request with the changes that it needs."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/mobile/approvals/{calls.part(approval_id)}/request-changes",
                answers=models.Card,
                body=calls.body(
                    answer=answer,
                    assertion=assertion,
                    attachments=attachments,
                    client_decision_id=calls.decision_id(client_decision_id),
                    decision_hash=decision_hash,
                    note=note,
                    read_ms=read_ms,
                    seen_version=seen_version,
                    signature=signature,
                ),
                may_repeat=True,
            )
        )

    def approvals_timeline_list(
        self, approval_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.TimelineEntry]:
        """The timeline of a card, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path=f"/v1/mobile/approvals/{calls.part(approval_id)}/timeline",
                answers=models.TimelinePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def approvals_veto(
        self,
        approval_id: str,
        *,
        decision_hash: str,
        explanation: str,
        reason_category: Literal["constitutional", "safety", "budget", "other"],
        assertion: bodies.Assertion | Omitted | None = OMITTED,
        attachments: Sequence[str] | Omitted = OMITTED,
        client_decision_id: UUID | str | Omitted = OMITTED,
        read_ms: int | Omitted | None = OMITTED,
        seen_version: int | Omitted | None = OMITTED,
        signature: str | Omitted | None = OMITTED,
    ) -> models.Card:
        """Rejects a pending approval; reverses a precedent's approval inside its veto window."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/mobile/approvals/{calls.part(approval_id)}/veto",
                answers=models.Card,
                body=calls.body(
                    assertion=assertion,
                    attachments=attachments,
                    client_decision_id=calls.decision_id(client_decision_id),
                    decision_hash=decision_hash,
                    explanation=explanation,
                    read_ms=read_ms,
                    reason_category=reason_category,
                    seen_version=seen_version,
                    signature=signature,
                ),
                may_repeat=True,
            )
        )

    async def dashboard_get(self) -> models.Dashboard:
        """What waits for the governor, and the platform's health."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/mobile/dashboard",
                answers=models.Dashboard,
                may_repeat=True,
                has_etag=True,
            )
        )

    def seeds_list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.MobileApiPrecedentSeed]:
        """Precedents, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/mobile/seeds",
                answers=models.SeedPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def seeds_create(
        self,
        *,
        conditions: Sequence[bodies.ConditionInput],
        domain: Literal["GEN", "ETH", "ARCH", "GOV"],
        kind: Literal["artifact", "communication", "execution", "financial", "constitutional"],
        max_risk: Literal["low", "medium", "high", "critical"],
        rationale: str,
        title: str,
        example_approval_id: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.MobileApiPrecedentSeed:
        """Posts a precedent; the answer is `approved` or `rejected`, with the findings."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/mobile/seeds",
                answers=models.MobileApiPrecedentSeed,
                body=calls.body(
                    conditions=conditions,
                    domain=domain,
                    example_approval_id=example_approval_id,
                    kind=kind,
                    max_risk=max_risk,
                    rationale=rationale,
                    title=title,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def seeds_get(self, seed_id: str) -> models.MobileApiPrecedentSeed:
        """One precedent, with its rates."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/mobile/seeds/{calls.part(seed_id)}",
                answers=models.MobileApiPrecedentSeed,
                may_repeat=True,
            )
        )

    async def seeds_activate(
        self, seed_id: str, *, idempotency_key: str | None = None
    ) -> models.MobileApiPrecedentSeed:
        """Activates a precedent, which may approve from now on."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/mobile/seeds/{calls.part(seed_id)}/activate",
                answers=models.MobileApiPrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def seeds_suspend(
        self, seed_id: str, *, idempotency_key: str | None = None
    ) -> models.MobileApiPrecedentSeed:
        """Suspends a precedent until it is activated again."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/mobile/seeds/{calls.part(seed_id)}/suspend",
                answers=models.MobileApiPrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def sync(
        self,
        *,
        decisions: Sequence[bodies.QueuedApprove | bodies.QueuedRequestChanges | bodies.QueuedVeto],
    ) -> models.SyncResults:
        """Takes decisions queued offline, at most fifty, in order; each has its own result."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/mobile/sync",
                answers=models.SyncResults,
                body=calls.body(decisions=decisions),
            )
        )

    def violations_list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.ReportedViolation]:
        """Violations with their evidence, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/mobile/violations",
                answers=models.ViolationPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )


class ModelRoutes(AsyncResource):
    """Calls about model routes."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.ModelRouteView]:
        """Lists where the calls of the tenant's models go, those set last first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/model-routes",
                answers=models.ModelRoutePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def get(self, name: str) -> models.ModelRouteView:
        """Shows where the calls of a model go."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/model-routes/{calls.part(name)}",
                answers=models.ModelRouteView,
                may_repeat=True,
            )
        )

    async def set(
        self,
        name: str,
        *,
        model: str,
        provider: Literal["openai", "anthropic", "local"],
        base_url: str | Omitted | None = OMITTED,
        cache_seconds: int | Omitted | None = OMITTED,
        caches_sampled: bool | Omitted = OMITTED,
        credential: str | Omitted | None = OMITTED,
        fallbacks: Sequence[str] | Omitted = OMITTED,
        most_tokens_out: int | Omitted = OMITTED,
        prices: bodies.PricesBody | Omitted | None = OMITTED,
        privacy: Literal["open", "contracted", "own"] | Omitted = OMITTED,
        shares: Mapping[str, int] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ModelRouteView:
        """Sets where the calls of a model go from now on, what they cost, and who may stand in."""
        return await self._client.send(
            Call(
                method="PUT",
                path=f"/v1/model-routes/{calls.part(name)}",
                answers=models.ModelRouteView,
                body=calls.body(
                    base_url=base_url,
                    cache_seconds=cache_seconds,
                    caches_sampled=caches_sampled,
                    credential=credential,
                    fallbacks=fallbacks,
                    model=model,
                    most_tokens_out=most_tokens_out,
                    prices=prices,
                    privacy=privacy,
                    provider=provider,
                    shares=shares,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Notifications(AsyncResource):
    """Calls about notifications."""

    async def channels_list(self) -> models.ChannelList:
        """Lists the caller's channels, at most ten, oldest first."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/notifications/channels",
                answers=models.ChannelList,
                may_repeat=True,
            )
        )

    async def channels_create(
        self,
        *,
        address: str,
        means: Literal["mail", "slack", "webhook"],
        idempotency_key: str | None = None,
    ) -> models.NewChannel:
        """Adds a channel of the caller's: it is told what concerns them, while they may see
        that. A token for a workspace adds one that is told of that workspace alone. A mailbox
        gets a code that confirms it."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/notifications/channels",
                answers=models.NewChannel,
                body=calls.body(address=address, means=means),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def channels_delete(self, channel_id: str, *, idempotency_key: str | None = None) -> None:
        """Removes a channel of the caller's: nothing is sent there any more."""
        await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/notifications/channels/{calls.part(channel_id)}",
                answers=type(None),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def channels_confirm(
        self, channel_id: str, *, code: str, idempotency_key: str | None = None
    ) -> models.ChannelView:
        """Confirms a mailbox by the code that it got; after five wrong codes it takes no more."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/notifications/channels/{calls.part(channel_id)}/confirm",
                answers=models.ChannelView,
                body=calls.body(code=code),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    def deliveries_list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.DeliveryView]:
        """Lists what was sent to the caller, newest first, with each try and what became of it."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/notifications/deliveries",
                answers=models.DeliveryPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def deliveries_acknowledge(
        self, delivery_id: str, *, signature: str, idempotency_key: str | None = None
    ) -> models.DeliveryView:
        """Says that a device had a delivery, signed by the device's key. The first time counts."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/notifications/deliveries/{calls.part(delivery_id)}/acknowledge",
                answers=models.DeliveryView,
                body=calls.body(signature=signature),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def deliveries_resend(
        self, delivery_id: str, *, idempotency_key: str | None = None
    ) -> models.DeliveryView:
        """Sends a delivery again, which is over: delivered, failed, doubtful or moot."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/notifications/deliveries/{calls.part(delivery_id)}/resend",
                answers=models.DeliveryView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def preferences_get(self) -> models.PreferencesView:
        """Shows what the caller wants to be told when, and the key that a browser subscribes
        with."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/notifications/preferences",
                answers=models.PreferencesView,
                may_repeat=True,
            )
        )

    async def preferences_set(
        self,
        *,
        muted: Sequence[
            Literal[
                "approval_pending",
                "veto_window_opened",
                "reversal_failed",
                "pipeline_paused",
                "violation_reported",
                "last_call",
                "budget_reached",
                "payment_failed",
                "plan_lost",
                "credit_granted",
                "run_failed",
                "run_doubtful",
                "connector_changed",
                "agent_recalled",
            ]
        ]
        | Omitted = OMITTED,
        quiet_hours: bodies.QuietHoursBody | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.PreferencesView:
        """Says what the caller does not want to be told, and their quiet hours. A last call
        before a deadline comes in quiet hours too, unless it is muted."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/notifications/preferences",
                answers=models.PreferencesView,
                body=calls.body(muted=muted, quiet_hours=quiet_hours),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Patterns(AsyncResource):
    """Calls about patterns."""

    async def list(
        self,
        *,
        status: Literal["found", "lost"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.PatternPage:
        """Lists what people's decisions teach, the latest found first, and when they were mined."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/patterns",
                answers=models.PatternPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            )
        )

    async def mine(self, *, idempotency_key: str | None = None) -> models.MinedView:
        """Mines the latest two thousand requests for patterns; at most once in five minutes."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/patterns/mine",
                answers=models.MinedView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, pattern_id: str) -> models.PatternView:
        """Shows a pattern with its conditions, its support, its exceptions, its bound and how
        later decisions bear it out."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/patterns/{calls.part(pattern_id)}",
                answers=models.PatternView,
                may_repeat=True,
            )
        )

    async def draft(
        self, pattern_id: str, *, idempotency_key: str | None = None
    ) -> models.PrecedentSeed:
        """Drafts a precedent from a pattern, on probation. It approves nothing until a governor
        has read and activated it."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/patterns/{calls.part(pattern_id)}/draft",
                answers=models.PrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Pipeline(AsyncResource):
    """Calls about pipeline."""

    async def get(self) -> models.PipelineView:
        """Shows whether the tenant's pipeline runs or is paused, and why."""
        return await self._client.send(
            Call(method="GET", path="/v1/pipeline", answers=models.PipelineView, may_repeat=True)
        )

    async def resume(
        self, *, reason: str, idempotency_key: str | None = None
    ) -> models.PipelineView:
        """Resumes a paused pipeline; needs the role governor."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/pipeline/resume",
                answers=models.PipelineView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Plans(AsyncResource):
    """Calls about plans."""

    async def create(
        self,
        *,
        capsule: str,
        version: str,
        inputs: Mapping[str, bodies.JsonValue] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.PlanView:
        """Compiles a published version with its inputs to a plan. The same version, inputs,
        agent version and policies are the same plan, with the same hash. What does not compile
        is refused with line, column and the smallest change that would."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/plans",
                answers=models.PlanView,
                body=calls.body(capsule=capsule, inputs=inputs, version=version),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, plan_hash: str) -> models.PlanView:
        """Shows a plan with its content and its prediction."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/plans/{calls.part(plan_hash)}",
                answers=models.PlanView,
                may_repeat=True,
            )
        )

    async def ghostrun(
        self,
        plan_hash: str,
        *,
        mode: Literal["full", "fast", "security"] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.Prediction:
        """Rehearses a plan: what each step would do, cost and need, and why it would not be let
        act. It touches nothing. After a full rehearsal in which nothing is denied the plan may
        run."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/plans/{calls.part(plan_hash)}/ghostrun",
                answers=models.Prediction,
                body=calls.body(mode=mode),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class PlansCatalogue(AsyncResource):
    """Calls about plans catalogue."""

    async def get(self) -> models.CatalogueView:
        """Shows what is sold: plans with their prices, features and limits, overage and add-ons."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/plans-catalogue",
                answers=models.CatalogueView,
                may_repeat=True,
            )
        )


class Policies(AsyncResource):
    """Calls about policies."""

    def list(
        self,
        *,
        status: Literal["draft", "published", "retired"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.PolicyView]:
        """Lists the versions of the tenant's policies without their text, newest first, all of
        them or those with a status."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/policies",
                answers=models.PolicyPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self, *, name: str, source: str, idempotency_key: str | None = None
    ) -> models.PolicyDetail:
        """Writes a policy as a draft, which decides nothing. A name that exists gets its next
        version; the text of a version never changes."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/policies",
                answers=models.PolicyDetail,
                body=calls.body(name=name, source=source),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, policy_id: str) -> models.PolicyDetail:
        """Shows a version of a policy with its text."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/policies/{calls.part(policy_id)}",
                answers=models.PolicyDetail,
                may_repeat=True,
            )
        )

    async def compare(self, policy_id: str) -> models.ComparisonView:
        """Shows what a version newly allows or denies beside what is published, each with a
        request and its entities; or proves that it changes nothing."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/compare",
                answers=models.ComparisonView,
            )
        )

    async def publish(
        self, policy_id: str, *, idempotency_key: str | None = None
    ) -> models.PolicyView:
        """Asks for the constitutional approval to publish a draft, with examples of what it
        changes. It is published once that is given, for exactly this text and what is published
        now."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/publish",
                answers=models.PolicyView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def replay(
        self, policy_id: str, *, from_: str, to: str, cursor: str | Omitted | None = OMITTED
    ) -> models.Replay:
        """Decides the recorded decisions of a time again, each with the entities that it was
        decided on, as if the version were published; up to 5,000 in one call: first those that
        allowed commands, then the answers of `POST /v1/decisions`, each newest first."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/replay",
                answers=models.Replay,
                body=calls.body(cursor=cursor, from_=from_, to=to),
            )
        )

    async def test(self, policy_id: str, *, cases: Sequence[bodies.CaseBody]) -> models.TestReport:
        """Decides requests as if the version were published, and says which are decided as
        expected."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/test",
                answers=models.TestReport,
                body=calls.body(cases=cases),
            )
        )

    async def validate(self, policy_id: str) -> models.Validation:
        """Says what keeps a version from being published, each finding with its line and column."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/validate",
                answers=models.Validation,
            )
        )

    async def withdraw(
        self, policy_id: str, *, idempotency_key: str | None = None
    ) -> models.PolicyView:
        """Gives up the approval that a publication waits for; the version is a draft again."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/policies/{calls.part(policy_id)}/withdraw",
                answers=models.PolicyView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class PrecedentSeeds(AsyncResource):
    """Calls about precedent seeds."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.PrecedentSeed]:
        """Lists precedents with their rates, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/precedent-seeds",
                answers=models.PrecedentSeedPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        conditions: Sequence[bodies.ConditionInput],
        domain: Literal["GEN", "ETH", "ARCH", "GOV"],
        kind: Literal["artifact", "communication", "execution", "financial", "constitutional"],
        max_risk: Literal["low", "medium", "high", "critical"],
        rationale: str,
        title: str,
        example_approval_id: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.PrecedentSeed:
        """Posts a precedent; Genesis reviews it at once."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/precedent-seeds",
                answers=models.PrecedentSeed,
                body=calls.body(
                    conditions=conditions,
                    domain=domain,
                    example_approval_id=example_approval_id,
                    kind=kind,
                    max_risk=max_risk,
                    rationale=rationale,
                    title=title,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, seed_id: str) -> models.PrecedentSeed:
        """Shows one precedent with its findings and rates."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/precedent-seeds/{calls.part(seed_id)}",
                answers=models.PrecedentSeed,
                may_repeat=True,
            )
        )

    async def activate(
        self, seed_id: str, *, idempotency_key: str | None = None
    ) -> models.PrecedentSeed:
        """Activates a precedent, which may approve from now on; needs the role governor."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/precedent-seeds/{calls.part(seed_id)}/activate",
                answers=models.PrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def establish(
        self, seed_id: str, *, idempotency_key: str | None = None
    ) -> models.PrecedentSeed:
        """Ends the probation of a precedent that people agreed with three times without knowing
        of it; needs the role governor."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/precedent-seeds/{calls.part(seed_id)}/establish",
                answers=models.PrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def suspend(
        self, seed_id: str, *, idempotency_key: str | None = None
    ) -> models.PrecedentSeed:
        """Suspends a precedent until it is activated again; needs the role governor."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/precedent-seeds/{calls.part(seed_id)}/suspend",
                answers=models.PrecedentSeed,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Prompts(AsyncResource):
    """Calls about prompts."""

    def list(
        self, *, name: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.PromptView]:
        """Lists versions of prompts without their messages, newest first, all of them or those
        of one prompt."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/prompts",
                answers=models.PromptPage,
                query=calls.query(name=name, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        messages: Sequence[bodies.MessageBody],
        name: str,
        version: int,
        variables: Mapping[str, str | Mapping[str, bodies.JsonValue]] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.PromptDetail:
        """Writes a version of a prompt as a draft. A version never changes; the same content
        again is the same version."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/prompts",
                answers=models.PromptDetail,
                body=calls.body(messages=messages, name=name, variables=variables, version=version),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def preview_create(
        self,
        *,
        messages: Sequence[bodies.MessageBody],
        values: Mapping[str, bodies.JsonValue] | Omitted = OMITTED,
        variables: Mapping[str, str | Mapping[str, bodies.JsonValue]] | Omitted = OMITTED,
    ) -> models.PromptPreview:
        """Shows what a call would say with messages and values that are not stored. Refuses what
        writing the version would refuse."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/prompts/preview",
                answers=models.PromptPreview,
                body=calls.body(messages=messages, values=values, variables=variables),
            )
        )

    async def comparison_get(
        self, name: str, *, from_: str | None = None, to: str | None = None
    ) -> models.PromptComparison:
        """Compares the versions of a prompt by what runs asked models with each of them, from
        one instant up to before another, at most 92 days later: answers that were kept, unfit,
        refused and lost ones, tokens, cost and time."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/prompts/{calls.part(name)}/comparison",
                answers=models.PromptComparison,
                query=calls.query(from_=from_, to=to),
                may_repeat=True,
            )
        )

    async def versions_get(self, name: str, number: str) -> models.PromptDetail:
        """Shows a version of a prompt with its messages and variables."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/prompts/{calls.part(name)}/versions/{calls.part(number)}",
                answers=models.PromptDetail,
                may_repeat=True,
            )
        )

    async def versions_activate(
        self, name: str, number: str, *, idempotency_key: str | None = None
    ) -> models.PromptView:
        """Lets capsules and calls use a version from now on."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/prompts/{calls.part(name)}/versions/{calls.part(number)}/activate",
                answers=models.PromptView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def versions_deprecate(
        self, name: str, number: str, *, idempotency_key: str | None = None
    ) -> models.PromptView:
        """Ends a version: no call uses it, and no capsule that names it compiles. Plans that
        were compiled with it hold its text, and run."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/prompts/{calls.part(name)}/versions/{calls.part(number)}/deprecate",
                answers=models.PromptView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Recalls(AsyncResource):
    """Calls about recalls."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.RecallView]:
        """Lists the recalls, newest first."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/recalls",
                answers=models.RecallPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        agent_id: str,
        reason: str,
        version: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.RecallView:
        """Stops an agent, or one version of it, everywhere: from this answer on none of its
        tokens acts, and nothing of it starts or compiles. Its runs are halted, it is suspended
        with all that depends on it, and so are the precedents that were learned from it. For
        governors."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/recalls",
                answers=models.RecallView,
                body=calls.body(agent_id=agent_id, reason=reason, version=version),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, recall_id: str, *, cursor: str | None = None) -> models.RecallDetail:
        """Shows what a recall stopped, and the runs of the agent, newest first, 25 at a time:
        which it halted, which can be undone, and which were."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/recalls/{calls.part(recall_id)}",
                answers=models.RecallDetail,
                query=calls.query(cursor=cursor),
                may_repeat=True,
            )
        )

    async def lift(
        self, recall_id: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.RecallView:
        """Lifts a recall: the agent stays suspended until somebody reactivates it, and its
        halted runs until somebody resumes them. For governors."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/recalls/{calls.part(recall_id)}/lift",
                answers=models.RecallView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Receipts(AsyncResource):
    """Calls about receipts."""

    def list(
        self,
        *,
        run_id: str | None = None,
        call_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.RecordedReceipt | models.RecordedProgramReceipt]:
        """Lists receipts, newest first: all, or those of a run, or of a program's call of a
        model."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/receipts",
                answers=models.ReceiptPage,
                query=calls.query(run_id=run_id, call_id=call_id, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def get(
        self, receipt_id: str, *, format: Literal["dsse", "cose"] | None = None
    ) -> models.SignedReceipt:
        """Shows a receipt with its DSSE envelope, which the log's key signed over the in-toto
        statement. In the format `cose` it is a signed statement with its proof: 202 with the
        time of the next checkpoint while none covers it."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/receipts/{calls.part(receipt_id)}",
                answers=models.SignedReceipt,
                query=calls.query(format=format),
                may_repeat=True,
            )
        )

    async def proof_get(self, receipt_id: str) -> models.ReceiptProof:
        """Proves that a checkpoint covers a receipt: what `assent-verify` verifies without the
        network. 202 with the time of the next checkpoint while none does."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/receipts/{calls.part(receipt_id)}/proof",
                answers=models.ReceiptProof,
                may_repeat=True,
            )
        )

    async def verify(
        self, receipt_id: str, *, envelope: bodies.DsseEnvelope | Omitted | None = OMITTED
    ) -> models.ReceiptVerification:
        """Verifies a receipt against the log and its newest checkpoint, and an envelope of it
        that the caller has; says what was checked, and names what was tampered with."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/receipts/{calls.part(receipt_id)}/verify",
                answers=models.ReceiptVerification,
                body=calls.body(envelope=envelope),
            )
        )


class Runs(AsyncResource):
    """Calls about runs."""

    def list(
        self,
        *,
        status: Literal[
            "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.RunView]:
        """Lists the runs, newest first, all of them or those with a status."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/runs",
                answers=models.RunPage,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(self, *, plan_hash: str, idempotency_key: str | None = None) -> models.RunView:
        """Runs a plan that was rehearsed. The answer comes when the run has to wait for a person
        or a time, has ended, or after some fifteen seconds."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/runs",
                answers=models.RunView,
                body=calls.body(plan_hash=plan_hash),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def retention_get(self) -> models.RetentionView:
        """Shows for how long runs are kept after they ended."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/runs/retention",
                answers=models.RetentionView,
                may_repeat=True,
            )
        )

    async def retention_set(
        self, *, days: int, idempotency_key: str | None = None
    ) -> models.RetentionView:
        """Sets for how many days runs are kept after they ended; a shorter time holds a week
        later. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/runs/retention",
                answers=models.RetentionView,
                body=calls.body(days=days),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, run_id: str) -> models.RunView:
        """Shows where a run stands; of one that was removed, where to find what it did."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/runs/{calls.part(run_id)}",
                answers=models.RunView,
                may_repeat=True,
            )
        )

    async def cancel(self, run_id: str, *, idempotency_key: str | None = None) -> models.RunView:
        """Ends a run: at once where it waits, else once it knows what became of what it began.
        An approval that it waits for is given up."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/cancel",
                answers=models.RunView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def events_list(
        self, run_id: str, *, after: int | None = None, limit: int | None = None
    ) -> models.RunEvents:
        """Shows what happened to a run after its event with the number `after`: all of it from 0
        on, in order, each once. Send the answer's `after` the next time. To whoever accepts
        `text/event-stream` it sends each event as it happens, with its number as `id`, for 25
        seconds or until the run has ended; whoever comes again with `Last-Event-ID` misses none."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/runs/{calls.part(run_id)}/events",
                answers=models.RunEvents,
                query=calls.query(after=after, limit=limit),
                may_repeat=True,
            )
        )

    async def pause(self, run_id: str, *, idempotency_key: str | None = None) -> models.RunView:
        """Lets a run rest: at once where it waits, else once it knows what became of what it
        began."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/pause",
                answers=models.RunView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def replay(
        self,
        run_id: str,
        *,
        from_step: str | Omitted | None = OMITTED,
        mode: Literal["full", "from_step", "failed_only"] | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.RunView:
        """Repeats an ended or paused run without doing anything: what only computes is computed
        again, each other call answers what is recorded of it. `divergences` counts what differs,
        and the steps of the replay show it."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/replay",
                answers=models.RunView,
                body=calls.body(from_step=from_step, mode=mode),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def resume(
        self,
        run_id: str,
        *,
        snapshot: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.RunView:
        """Lets a paused run go on from where it stopped. Whoever resumes one that overran its
        rehearsal accepts that. With the name of a snapshot it goes on only if it stands there
        still: no step that has ended is done again."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/resume",
                answers=models.RunView,
                body=calls.body(snapshot=snapshot),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def retry(self, run_id: str, *, idempotency_key: str | None = None) -> models.RunView:
        """Lets a failed run go on from the step that failed; no step that has ended is done
        again."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/retry",
                answers=models.RunView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    def snapshots_list(
        self, run_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.SnapshotView]:
        """Shows where a run stood after each of its steps, in the order of its plan. It goes on
        from the newest."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path=f"/v1/runs/{calls.part(run_id)}/snapshots",
                answers=models.SnapshotPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    def steps_list(
        self, run_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.StepView]:
        """Shows what the steps of a run gave, in the order of its plan, each before its
        iterations; a page has at most `limit` of them, and 900 KB."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path=f"/v1/runs/{calls.part(run_id)}/steps",
                answers=models.StepPage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def undo(self, run_id: str, *, idempotency_key: str | None = None) -> models.RunView:
        """Undoes what an ended or paused run did, in reverse order, as far as anything undoes
        it. Asked again, it undoes a call that was in doubt and of which somebody has said that
        it happened."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/runs/{calls.part(run_id)}/undo",
                answers=models.RunView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Schedules(AsyncResource):
    """Calls about schedules."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.ScheduleView]:
        """Lists the schedules, newest first, with what came of the last firing of each."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/schedules",
                answers=models.SchedulePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self,
        *,
        capsule: str,
        cron: str | Omitted | None = OMITTED,
        event: Literal[
            "assent.invocation.settled.v1", "assent.notice.sent.v1", "assent.policy.published.v1"
        ]
        | Omitted
        | None = OMITTED,
        inputs: Mapping[str, bodies.JsonValue] | Omitted = OMITTED,
        version: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.ScheduleView:
        """Starts a job at each instant of a cron expression, in UTC, or at each event of a type,
        in the caller's name and while they have their roles. What a cron expression could not
        start now is refused as `POST /v1/jobs` refuses it."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/schedules",
                answers=models.ScheduleView,
                body=calls.body(
                    capsule=capsule, cron=cron, event=event, inputs=inputs, version=version
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def delete(
        self, schedule_id: str, *, idempotency_key: str | None = None
    ) -> models.ScheduleView:
        """Ends a schedule. What it started goes on."""
        return await self._client.send(
            Call(
                method="DELETE",
                path=f"/v1/schedules/{calls.part(schedule_id)}",
                answers=models.ScheduleView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Skills(AsyncResource):
    """Calls about skills."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.Skill]:
        """Lists the catalogue of skills, by name."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/skills",
                answers=models.SkillList,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )


class Sso(AsyncResource):
    """Calls about sso."""

    async def get(self) -> models.SsoView:
        """Shows the tenant's issuer; needs the role tenant_admin."""
        return await self._client.send(
            Call(method="GET", path="/v1/sso", answers=models.SsoView, may_repeat=True)
        )

    async def set(
        self,
        *,
        client_id: str,
        domain: str,
        issuer: str,
        client_secret: str | Omitted | None = OMITTED,
        default_roles: Sequence[
            Literal[
                "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
            ]
        ]
        | Omitted = OMITTED,
        groups: Sequence[bodies.GroupRolesBody] | Omitted = OMITTED,
        joins: bool | Omitted = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.SsoView:
        """Says at which issuer the tenant's people sign in; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/sso",
                answers=models.SsoView,
                body=calls.body(
                    client_id=client_id,
                    client_secret=client_secret,
                    default_roles=default_roles,
                    domain=domain,
                    groups=groups,
                    issuer=issuer,
                    joins=joins,
                ),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def verify(self) -> models.SsoView:
        """Looks for the record that proves the mail domain; needs the role tenant_admin."""
        return await self._client.send(
            Call(method="POST", path="/v1/sso/verify", answers=models.SsoView)
        )


class Subscription(AsyncResource):
    """Calls about subscription."""

    async def get(self) -> models.SubscriptionView:
        """Shows what the tenant pays for, what it may use, how much of that is used, and its
        credits."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/subscription",
                answers=models.SubscriptionView,
                may_repeat=True,
            )
        )

    async def set(
        self,
        *,
        plan: Literal["free", "pro", "team", "enterprise"],
        add_ons: Sequence[bodies.AddOnWanted] | Omitted = OMITTED,
        interval: Literal["month", "year"] | Omitted | None = OMITTED,
        seats: int | Omitted | None = OMITTED,
    ) -> models.SubscriptionView:
        """Changes the plan, the interval, the seats and the add-ons of a subscription that was
        bought; Free ends it with its period. A change that would loosen governance waits for an
        approval; the same call makes it once that is given. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PUT",
                path="/v1/subscription",
                answers=models.SubscriptionView,
                body=calls.body(add_ons=add_ons, interval=interval, plan=plan, seats=seats),
                may_repeat=True,
            )
        )

    async def pause_create(self) -> models.SubscriptionView:
        """Pauses the subscription: no later period is charged, and Free holds at once. A pause
        that takes away features that govern waits for an approval; the same call pauses once
        that is given. Needs the role tenant_admin."""
        return await self._client.send(
            Call(method="POST", path="/v1/subscription/pause", answers=models.SubscriptionView)
        )

    async def preview_create(
        self,
        *,
        plan: Literal["free", "pro", "team", "enterprise"],
        add_ons: Sequence[bodies.AddOnWanted] | Omitted = OMITTED,
        interval: Literal["month", "year"] | Omitted | None = OMITTED,
        referral: str | Omitted | None = OMITTED,
        seats: int | Omitted | None = OMITTED,
    ) -> models.PreviewView:
        """Shows what an order would cost, a first one also with another tenant's code as
        `referral`, and which features that govern it would lose; changes nothing. Needs the role
        tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/subscription/preview",
                answers=models.PreviewView,
                body=calls.body(
                    add_ons=add_ons, interval=interval, plan=plan, referral=referral, seats=seats
                ),
            )
        )

    async def resume_create(self) -> models.SubscriptionView:
        """Resumes a paused subscription: in the period that was paid for, or in a new one that
        begins now and is charged. Needs the role tenant_admin."""
        return await self._client.send(
            Call(method="POST", path="/v1/subscription/resume", answers=models.SubscriptionView)
        )


class Tenants(AsyncResource):
    """Calls about tenants."""

    def list(self) -> AsyncPages[models.TenantView]:
        """Lists the caller's tenants."""
        return AsyncPages(
            self._client,
            Call(method="GET", path="/v1/tenants", answers=models.TenantsView, may_repeat=True),
        )

    async def create(
        self, *, name: str, slug: str, idempotency_key: str | None = None
    ) -> models.TenantView:
        """Signs a tenant up; the caller becomes its admin and its governor."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/tenants",
                answers=models.TenantView,
                body=calls.body(name=name, slug=slug),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def get(self, tenant_id: str) -> models.TenantView:
        """Shows the tenant that the token is for."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/tenants/{calls.part(tenant_id)}",
                answers=models.TenantView,
                may_repeat=True,
            )
        )

    async def update(
        self, tenant_id: str, *, name: str, idempotency_key: str | None = None
    ) -> models.TenantView:
        """Gives the tenant another name; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="PATCH",
                path=f"/v1/tenants/{calls.part(tenant_id)}",
                answers=models.TenantView,
                body=calls.body(name=name),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def close(
        self, tenant_id: str, *, idempotency_key: str | None = None
    ) -> models.TenantView:
        """Closes the tenant in thirty days, in which nothing happens; needs the role
        tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/tenants/{calls.part(tenant_id)}/close",
                answers=models.TenantView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def export(
        self, tenant_id: str, *, idempotency_key: str | None = None
    ) -> models.AuditExport:
        """Asks for an archive of everything that the tenant has, which `assent-verify` verifies
        without the network; one at a time. Needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/tenants/{calls.part(tenant_id)}/export",
                answers=models.AuditExport,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def resume(
        self, tenant_id: str, *, idempotency_key: str | None = None
    ) -> models.TenantView:
        """Lifts a suspension, which needs the role platform_admin and a token for no tenant; or
        ends the closing of the token's own tenant, which needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/tenants/{calls.part(tenant_id)}/resume",
                answers=models.TenantView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def suspend(
        self, tenant_id: str, *, reason: str, idempotency_key: str | None = None
    ) -> models.TenantView:
        """Suspends a tenant, in which nothing happens from then on; needs the role
        platform_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/tenants/{calls.part(tenant_id)}/suspend",
                answers=models.TenantView,
                body=calls.body(reason=reason),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Tokens(AsyncResource):
    """Calls about tokens."""

    async def revoke(
        self, token_id: str, *, idempotency_key: str | None = None
    ) -> models.TokenView:
        """Revokes a token of a run, as the run, an invocation or a receipt names it: neither it
        nor what was made of it acts again. A run that goes by the assent in it is cancelled."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/tokens/{calls.part(token_id)}/revoke",
                answers=models.TokenView,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Usage(AsyncResource):
    """Calls about usage."""

    async def list(
        self,
        *,
        meter: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        group_by: Literal["total", "subject", "hour", "day", "month"] | None = None,
    ) -> models.Usage:
        """Shows the usage of one meter or of all, by hour, day, month or subject; without times
        of this month so far. First counts the new entries of the audit log."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/usage",
                answers=models.Usage,
                query=calls.query(meter=meter, from_=from_, to=to, group_by=group_by),
                may_repeat=True,
            )
        )

    async def events_create(self, *, events: Sequence[Any]) -> models.UsageAccepted:
        """Counts events of declared meters, each id once for ever; lists those that are not
        counted, and why."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/usage/events",
                answers=models.UsageAccepted,
                body=calls.body(events=events),
            )
        )

    async def meters_list(self) -> models.MeterList:
        """Lists the meters that every tenant has, and those that this tenant declared."""
        return await self._client.send(
            Call(method="GET", path="/v1/usage/meters", answers=models.MeterList, may_repeat=True)
        )

    async def meters_set(
        self, meter: str, *, unit: str, idempotency_key: str | None = None
    ) -> models.MeterList:
        """Declares a meter for events of the tenant's programs, or changes its unit."""
        return await self._client.send(
            Call(
                method="PUT",
                path=f"/v1/usage/meters/{calls.part(meter)}",
                answers=models.MeterList,
                body=calls.body(unit=unit),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def roots_list(self, *, period: str | None = None) -> models.UsageRootList:
        """Lists the lines of a month, as 2026-11, with the usage of each meter and the roots
        that prove it: closed lines, their corrections, and lines that are still open."""
        return await self._client.send(
            Call(
                method="GET",
                path="/v1/usage/roots",
                answers=models.UsageRootList,
                query=calls.query(period=period),
                may_repeat=True,
            )
        )

    async def roots_proof_get(
        self,
        period: str,
        meter: str,
        *,
        section: int | None = None,
        event: str | None = None,
        slab: int | None = None,
    ) -> models.UsageRootProof:
        """Proves a line and that it counts the receipt or event of that id, and opens the slab
        of that number with all of its events; `assent-verify` verifies the proof without the
        network. With the scope audit:read the event comes with its entry in the audit log."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/usage/roots/{calls.part(period)}/{calls.part(meter)}/proof",
                answers=models.UsageRootProof,
                query=calls.query(section=section, event=event, slab=slab),
                may_repeat=True,
            )
        )


class Vetoes(AsyncResource):
    """Calls about vetoes."""

    async def create(
        self,
        *,
        approval_id: str,
        decision_hash: str,
        explanation: str,
        reason_category: Literal["constitutional", "safety", "budget", "other"],
        assertion: bodies.Assertion | Omitted | None = OMITTED,
        attachments: Sequence[str] | Omitted = OMITTED,
        client_decision_id: UUID | str | Omitted = OMITTED,
        read_ms: int | Omitted | None = OMITTED,
        seen_version: int | Omitted | None = OMITTED,
        signature: str | Omitted | None = OMITTED,
    ) -> models.ApprovalCard:
        """Vetoes: rejects a pending approval, reverses a precedent's approval."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/vetoes",
                answers=models.ApprovalCard,
                body=calls.body(
                    approval_id=approval_id,
                    assertion=assertion,
                    attachments=attachments,
                    client_decision_id=calls.decision_id(client_decision_id),
                    decision_hash=decision_hash,
                    explanation=explanation,
                    read_ms=read_ms,
                    reason_category=reason_category,
                    seen_version=seen_version,
                    signature=signature,
                ),
                may_repeat=True,
            )
        )


class Workflows(AsyncResource):
    """Calls about workflows."""

    def list(
        self,
        *,
        status: Literal[
            "specified",
            "way_of_working",
            "certified",
            "architecture_approved",
            "ethics_cleared",
            "escalated",
            "returned",
            "blocked",
            "approved",
            "deploying",
            "live",
            "rolled_back",
            "rollback_failed",
            "rejected",
            "cancelled",
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.CaseSummary]:
        """Lists the tenant's creation cases without their findings, newest first, all of them or
        those with a status."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/workflows",
                answers=models.CaseList,
                query=calls.query(status=status, limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def get(self, case_id: str) -> models.CreationCaseView:
        """Shows a creation case with its seven stages and every finding."""
        return await self._client.send(
            Call(
                method="GET",
                path=f"/v1/workflows/{calls.part(case_id)}",
                answers=models.CreationCaseView,
                may_repeat=True,
            )
        )

    async def cancel(
        self, case_id: str, *, idempotency_key: str | None = None
    ) -> models.CaseAccepted:
        """Cancels a case that is not live yet; one that waits for an approval ends once the
        approval is cancelled, unless another decision came first. For its requester, those who
        revised it, governors and tenant admins."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/workflows/{calls.part(case_id)}/cancel",
                answers=models.CaseAccepted,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def revise(
        self, case_id: str, body: bodies.Spec | str, *, idempotency_key: str | None = None
    ) -> models.CaseAccepted:
        """Revises a case that was returned, or blocked for how its spec declares something, with
        a full new spec, judged from stage 1; within 30 days. For its requester, those who
        revised it, and the roles governor, genesis and tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path=f"/v1/workflows/{calls.part(case_id)}/revisions",
                answers=models.CaseAccepted,
                body=body,
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )


class Workspaces(AsyncResource):
    """Calls about workspaces."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.WorkspaceView]:
        """Lists the tenant's workspaces, newest first; with a token for one, that one alone."""
        return AsyncPages(
            self._client,
            Call(
                method="GET",
                path="/v1/workspaces",
                answers=models.WorkspacePage,
                query=calls.query(limit=limit, cursor=cursor),
                may_repeat=True,
            ),
        )

    async def create(
        self, *, name: str, idempotency_key: str | None = None
    ) -> models.WorkspaceView:
        """Makes a workspace; needs the role tenant_admin."""
        return await self._client.send(
            Call(
                method="POST",
                path="/v1/workspaces",
                answers=models.WorkspaceView,
                body=calls.body(name=name),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )

    async def update(
        self,
        workspace_id: str,
        *,
        archived: bool | Omitted | None = OMITTED,
        name: str | Omitted | None = OMITTED,
        idempotency_key: str | None = None,
    ) -> models.WorkspaceView:
        """Renames a workspace, archives it or takes it back into use; needs the role
        tenant_admin."""
        return await self._client.send(
            Call(
                method="PATCH",
                path=f"/v1/workspaces/{calls.part(workspace_id)}",
                answers=models.WorkspaceView,
                body=calls.body(archived=archived, name=name),
                key=calls.key(idempotency_key),
                may_repeat=True,
            )
        )
