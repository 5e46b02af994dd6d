/** Written by `python -m docs.typescript` from docs/api/openapi.json. */

export type AbsentView = {
  "answered_by": string;
  "because": "model_absent" | "model_refused" | "model_busy";
  "model": string;
};

export type Accepted = {
  "roles": readonly string[];
  "status": "open" | "accepted" | "revoked";
  "tenant_id": string;
};

export type AcknowledgementBody = {
  "signature": string;
};

export type ActivationBody = {
  "pin": string;
};

export type AddOnTaken = {
  "add_on": "executions" | "tokens" | "identity" | "capacity";
  "quantity": number;
};

export type AddOnView = {
  "add_on": "executions" | "tokens" | "identity" | "capacity";
  "adds": Record<string, number>;
  "features": readonly ("two-person-approval" | "own-policies" | "workspaces" | "single-sign-on" | "directory" | "audit-export")[];
  "month_cents": number;
  "name": string;
  "plans": readonly ("free" | "pro" | "team" | "enterprise")[];
};

export type AddOnWanted = {
  "add_on": "executions" | "tokens" | "identity" | "capacity";
  "quantity": number;
};

export type Agent = {
  "agent_id": string;
  "case_id": string | null;
  "health": "unknown" | "healthy" | "degraded" | "critical";
  "name": string;
  "spend": Spend;
  "status": "draft" | "certified" | "trial" | "go_live_pending" | "active" | "paused" | "suspended" | "probation" | "deprecated";
  "version": string;
  "workspace_id"?: string | null;
};

export type AgentBody = {
  "arguments"?: Record<string, JsonValue>;
  "calls"?: number;
  "goal": string;
  "model"?: string | null;
  "spend_usd"?: number;
  "tools": readonly string[];
  "turns"?: number;
};

export type AgentDetail = {
  "agent_id": string;
  "authors": readonly string[];
  "case_id": string | null;
  "erased_at": string | null;
  "health": "unknown" | "healthy" | "degraded" | "critical";
  "held_reading": HeldReading | null;
  "last_case_id": string;
  "mode": "production" | "trial";
  "name": string;
  "reactivation": Reactivation | null;
  "reports": readonly ReportCount[];
  "spec": Record<string, JsonValue> | null;
  "spec_hash": string;
  "status": "draft" | "certified" | "trial" | "go_live_pending" | "active" | "paused" | "suspended" | "probation" | "deprecated";
  "submitted_by": readonly string[];
  "suspension": Suspension | null;
  "version": string;
  "workspace_id"?: string | null;
};

export type AgentList = {
  "items": readonly AgentView[];
  "next_cursor": string | null;
};

export type AgentPage = {
  "items": readonly Agent[];
  "next_cursor": string | null;
};

export type AgentPart = {
  "agent_id": string;
  "mode": "production" | "trial";
  "name": string;
  "spec_hash": string;
  "version": string;
};

export type AgentTurns = {
  "envelope": Envelope;
  "goal": JsonValue;
  "kind": "agent";
};

export type AgentView = {
  "agent_id": string;
  "case_id": string | null;
  "health": "unknown" | "healthy" | "degraded" | "critical";
  "held_reading": HeldReading | null;
  "last_case_id": string;
  "mode": "production" | "trial";
  "name": string;
  "reactivation": Reactivation | null;
  "reports": readonly ReportCount[];
  "spec_hash": string;
  "status": "draft" | "certified" | "trial" | "go_live_pending" | "active" | "paused" | "suspended" | "probation" | "deprecated";
  "suspension": Suspension | null;
  "version": string;
  "workspace_id"?: string | null;
};

export type Answer = {
  "items": readonly PassageView[];
  "routed_to": "constitutional" | null;
};

export type AnthropicError = {
  "error": AnthropicRefusal;
  "type": "error";
};

export type AnthropicRefusal = {
  "code": string;
  "message": string;
  "type": string;
};

export type ApprovalCard = {
  "added_rule": Rule | null;
  "amount_usd_micros": number | null;
  "answer_hash": string | null;
  "attachments"?: readonly CitedArtifact[];
  "authors": readonly string[];
  "break_glass": BreakGlass | null;
  "capacity": ("approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self") | null;
  "deadline_at": string;
  "decided_at": string | null;
  "decided_by": string | null;
  "decision_hash": string;
  "deferred_until": string | null;
  "device_id": string | null;
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "grants": readonly Grant[];
  "id": string;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "late": readonly LateDecision[];
  "missing": readonly string[];
  "needs_answer": boolean;
  "note": string;
  "on_timeout": "approve" | "deny";
  "passkey_for": "nothing" | "break_glass" | "assent";
  "passkey_id": string | null;
  "precedent_id": string | null;
  "receipt_id": string | null;
  "requested_at": string;
  "requested_by": string;
  "review": Review | null;
  "risk": "low" | "medium" | "high" | "critical";
  "rule": Rule;
  "stage": Stage | null;
  "status": "pending" | "deferred" | "escalated" | "approved" | "rejected" | "changes_requested" | "expired" | "cancelled" | "auto_approved" | "confirmed" | "vetoed" | "overturned" | "reversed" | "reversal_failed";
  "subject": Subject;
  "summary": string;
  "version": number;
  "veto": VetoWindow | null;
  "veto_reason": VetoReason | null;
  "votes": readonly Vote[];
  "workspace_id"?: string | null;
};

export type ApprovalDetail = {
  "added_rule": Rule | null;
  "amount_usd_micros": number | null;
  "answer_hash": string | null;
  "attachments"?: readonly CitedArtifact[];
  "authors": readonly string[];
  "break_glass": BreakGlass | null;
  "capacity": ("approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self") | null;
  "case": CaseBinding | null;
  "content": JsonValue;
  "deadline_at": string;
  "decided_at": string | null;
  "decided_by": string | null;
  "decision_hash": string;
  "deferred_until": string | null;
  "device_id": string | null;
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "erased_at": string | null;
  "evidence": readonly JsonValue[] | null;
  "files": readonly NamedFile[];
  "grants": readonly Grant[];
  "id": string;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "late": readonly LateDecision[];
  "matches": readonly Match[] | null;
  "missing": readonly string[];
  "needs_answer": boolean;
  "note": string;
  "on_timeout": "approve" | "deny";
  "passkey_for": "nothing" | "break_glass" | "assent";
  "passkey_id": string | null;
  "precedent_id": string | null;
  "receipt_id": string | null;
  "requested_at": string;
  "requested_by": string;
  "review": Review | null;
  "risk": "low" | "medium" | "high" | "critical";
  "risk_reasons": readonly string[] | null;
  "rollback_plan": string | null;
  "rule": Rule;
  "signature": string | null;
  "stage": Stage | null;
  "status": "pending" | "deferred" | "escalated" | "approved" | "rejected" | "changes_requested" | "expired" | "cancelled" | "auto_approved" | "confirmed" | "vetoed" | "overturned" | "reversed" | "reversal_failed";
  "subject": Subject;
  "summary": string;
  "version": number;
  "veto": VetoWindow | null;
  "veto_reason": VetoReason | null;
  "votes": readonly Vote[];
  "workspace_id"?: string | null;
};

export type ApprovalPage = {
  "items": readonly ApprovalCard[];
  "next_cursor": string | null;
};

export type ApprovalsFinding = {
  "check": string;
  "evidence": string;
  "verdict": "pass" | "fail";
};

export type ApproveBody = {
  "answer"?: Record<string, JsonValue> | null;
  "assertion"?: Assertion | null;
  "client_decision_id": string;
  "decision_hash": string;
  "note"?: string;
  "read_ms"?: number | null;
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type ArtifactBody = {
  "keep_days"?: number;
  "media_type": string;
  "name": string;
  "sha256": string;
  "size": number;
};

export type ArtifactDetail = {
  "agent_id": string | null;
  "artifact_id": string;
  "bytes": number;
  "cited_by": string | null;
  "created_at": string;
  "download": Download | null;
  "ended_at": string | null;
  "invocation_id": string | null;
  "keep_until": string | null;
  "labels": readonly string[];
  "media_type": string;
  "name": string;
  "reason": string | null;
  "removed_by": string | null;
  "run_id": string | null;
  "sha256": string;
  "status": "pending" | "scanning" | "stored" | "refused" | "removed";
  "stored_at": string | null;
  "upload": Upload | null;
  "uploaded_by": string;
  "workspace_id"?: string | null;
};

export type ArtifactPage = {
  "items": readonly ArtifactView[];
  "next_cursor": string | null;
};

export type ArtifactRetentionBody = {
  "days": number;
};

export type ArtifactView = {
  "agent_id": string | null;
  "artifact_id": string;
  "bytes": number;
  "cited_by": string | null;
  "created_at": string;
  "ended_at": string | null;
  "invocation_id": string | null;
  "keep_until": string | null;
  "labels": readonly string[];
  "media_type": string;
  "name": string;
  "reason": string | null;
  "removed_by": string | null;
  "run_id": string | null;
  "sha256": string;
  "status": "pending" | "scanning" | "stored" | "refused" | "removed";
  "stored_at": string | null;
  "uploaded_by": string;
  "workspace_id"?: string | null;
};

export type Assertion = {
  "authenticator_data": string;
  "client_data_json": string;
  "credential_id": string;
  "signature": string;
};

export type Assumption = {
  "path": string;
  "value": JsonValue;
  "why": string;
};

export type Attempt = {
  "at": string;
  "detail": string;
  "outcome": "delivered" | "not_sent" | "refused" | "gone" | "unknown";
};

export type AuditCheckpoint = {
  "keys": readonly string[];
  "log": string;
  "note": string;
  "root": string;
  "size": number;
};

export type AuditEntry = {
  "action": string;
  "actor": string;
  "at": string;
  "body": string;
  "event_id": string;
  "hash": string;
  "number": number;
  "previous_hash": string;
  "subject": string;
  "workspace_id"?: string | null;
};

export type AuditEntryPage = {
  "items": readonly AuditEntry[];
  "next_cursor": string | null;
};

export type AuditExport = {
  "bytes": number | null;
  "ended_at": string | null;
  "entries": number | null;
  "export_id": string;
  "kind": "log" | "everything";
  "reason": string | null;
  "requested_at": string;
  "requested_by": string;
  "sha256": string | null;
  "status": "pending" | "ready" | "failed";
  "url": string | null;
};

export type AuditProofs = {
  "checkpoint": AuditCheckpoint;
  "consistency": ConsistencyProof | null;
  "inclusion": InclusionProof | null;
};

export type BreakGlass = {
  "grounds": "outage" | "breach" | "data_loss" | "legal";
  "skipped": readonly string[];
};

export type BridgeView = {
  "churn_cents": number;
  "contraction_cents": number;
  "end_cents": number;
  "expansion_cents": number;
  "month": string;
  "new_cents": number;
  "reactivation_cents": number;
  "start_cents": number;
};

export type Budget = {
  "per_day_usd"?: number;
  "per_run_usd"?: number;
};

export type BudgetPage = {
  "items": readonly BudgetView[];
  "next_cursor": string | null;
};

export type BudgetView = {
  "held_usd_micros": number;
  "limit_usd_micros": number;
  "period": string;
  "scope": string;
  "spent_usd_micros": number;
  "state": "active" | "warning" | "critical" | "exhausted";
};

export type Call = {
  "arguments": Record<string, JsonValue>;
  "effect": "read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay";
  "idempotent": boolean;
  "kind": "call";
  "limits": RightLimits;
  "operation": string;
  "pin": string;
  "price_usd_micros": number;
  "undo": Undo | null;
};

export type CallsBody = {
  "arguments"?: Record<string, JsonValue>;
  "most"?: number;
  "operations": readonly string[];
};

export type CapsuleBody = {
  "agent": string;
  "budget_usd"?: number | null;
  "capsule": string;
  "inputs"?: Record<string, JsonValue>;
  "outputs"?: Record<string, JsonValue>;
  "steps": readonly Step[];
  "summary"?: string;
  "tolerance_percent"?: number;
  "tools"?: readonly string[] | null;
  "version": string;
};

export type CapsuleDetail = {
  "agent": string;
  "checksum": string;
  "deprecated_at": string | null;
  "name": string;
  "published_at": string | null;
  "published_by": string | null;
  "signature": string | null;
  "source": string | null;
  "status": "draft" | "published" | "deprecated";
  "version": string;
  "workspace_id"?: string | null;
  "written_at": string;
  "written_by": string;
};

export type CapsuleDrafted = {
  "agent": string;
  "checksum": string;
  "deprecated_at": string | null;
  "findings": readonly FindingView[];
  "name": string;
  "published_at": string | null;
  "published_by": string | null;
  "signature": string | null;
  "status": "draft" | "published" | "deprecated";
  "version": string;
  "workspace_id"?: string | null;
  "written_at": string;
  "written_by": string;
};

export type CapsulePage = {
  "items": readonly CapsuleView[];
  "next_cursor": string | null;
};

export type CapsulePart = {
  "checksum": string;
  "name": string;
  "version": string;
};

export type CapsuleView = {
  "agent": string;
  "checksum": string;
  "deprecated_at": string | null;
  "name": string;
  "published_at": string | null;
  "published_by": string | null;
  "signature": string | null;
  "status": "draft" | "published" | "deprecated";
  "version": string;
  "workspace_id"?: string | null;
  "written_at": string;
  "written_by": string;
};

export type Card = {
  "added_rule": Rule | null;
  "amount_usd_micros": number | null;
  "authors": readonly string[];
  "capacity": ("approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self") | null;
  "deadline_at": string;
  "decided_at": string | null;
  "decided_by": string | null;
  "decision_hash": string;
  "deferred_until": string | null;
  "device_id": string | null;
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "id": string;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "missing": readonly string[];
  "needs_answer": boolean;
  "on_timeout": "approve" | "deny";
  "passkey_for": "nothing" | "break_glass" | "assent";
  "passkey_id": string | null;
  "receipt_id": string | null;
  "requested_at": string;
  "requested_by": string;
  "review": Review | null;
  "risk": "low" | "medium" | "high" | "critical";
  "rule": Rule;
  "stage": Stage | null;
  "status": "pending" | "deferred" | "escalated" | "approved" | "rejected" | "changes_requested" | "expired" | "cancelled" | "auto_approved" | "confirmed" | "vetoed" | "overturned" | "reversed" | "reversal_failed";
  "subject": Subject;
  "summary": string;
  "version": number;
  "veto": VetoWindow | null;
  "votes": readonly Vote[];
  "workspace_id"?: string | null;
};

export type CardDetail = {
  "added_rule": Rule | null;
  "amount_usd_micros": number | null;
  "authors": readonly string[];
  "capacity": ("approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self") | null;
  "content": JsonValue;
  "deadline_at": string;
  "decided_at": string | null;
  "decided_by": string | null;
  "decision_hash": string;
  "deferred_until": string | null;
  "device_id": string | null;
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "erased_at": string | null;
  "evidence": readonly JsonValue[] | null;
  "files": readonly NamedFile[];
  "id": string;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "matches": readonly Match[] | null;
  "missing": readonly string[];
  "needs_answer": boolean;
  "on_timeout": "approve" | "deny";
  "passkey_for": "nothing" | "break_glass" | "assent";
  "passkey_id": string | null;
  "receipt_id": string | null;
  "requested_at": string;
  "requested_by": string;
  "review": Review | null;
  "risk": "low" | "medium" | "high" | "critical";
  "risk_reasons": readonly string[] | null;
  "rollback_plan": string | null;
  "rule": Rule;
  "stage": Stage | null;
  "status": "pending" | "deferred" | "escalated" | "approved" | "rejected" | "changes_requested" | "expired" | "cancelled" | "auto_approved" | "confirmed" | "vetoed" | "overturned" | "reversed" | "reversal_failed";
  "subject": Subject;
  "summary": string;
  "timeline": readonly TimelineEntry[];
  "timeline_cursor": string | null;
  "version": number;
  "veto": VetoWindow | null;
  "votes": readonly Vote[];
  "workspace_id"?: string | null;
};

export type CardPage = {
  "items": readonly Card[];
  "next_cursor": string | null;
};

export type CaseAccepted = {
  "agent_id": string;
  "agent_name": string;
  "case_id": string;
  "ended_at": string | null;
  "findings": readonly StageFinding[];
  "kind": "creation" | "proposal" | "evolution";
  "next_step": string;
  "requested_at": string;
  "requested_by": string;
  "revisable_until": string | null;
  "revision": number;
  "stage": Stage;
  "status": "specified" | "way_of_working" | "certified" | "architecture_approved" | "ethics_cleared" | "escalated" | "returned" | "blocked" | "approved" | "deploying" | "live" | "rolled_back" | "rollback_failed" | "rejected" | "cancelled";
  "version": string;
  "why": readonly string[];
  "withdrawal": Withdrawal | null;
  "workspace_id"?: string | null;
};

export type CaseBinding = {
  "case_id": string;
  "purpose": "creation" | "proposal" | "evolution" | "ethics_escalation";
  "revision": number;
};

export type CaseBody = {
  "expect": "allow" | "deny";
  "request": PolicyRequestBody;
};

export type CaseList = {
  "items": readonly CaseSummary[];
  "next_cursor": string | null;
};

export type CaseSummary = {
  "agent_id": string;
  "agent_name": string;
  "case_id": string;
  "ended_at": string | null;
  "kind": "creation" | "proposal" | "evolution";
  "next_step": string;
  "requested_at": string;
  "requested_by": string;
  "revisable_until": string | null;
  "revision": number;
  "stage": Stage;
  "status": "specified" | "way_of_working" | "certified" | "architecture_approved" | "ethics_cleared" | "escalated" | "returned" | "blocked" | "approved" | "deploying" | "live" | "rolled_back" | "rollback_failed" | "rejected" | "cancelled";
  "version": string;
  "workspace_id"?: string | null;
};

export type CasesBody = {
  "cases": readonly CaseBody[];
};

export type CatalogueView = {
  "add_ons": readonly AddOnView[];
  "currency": string;
  "features": readonly FeatureView[];
  "is_sold": boolean;
  "overage": readonly OverageView[];
  "plans": readonly OfferView[];
  "referral": ReferralOfferView;
};

export type ChannelBody = {
  "address": string;
  "means": "mail" | "slack" | "webhook";
};

export type ChannelList = {
  "items": readonly ChannelView[];
};

export type ChannelView = {
  "channel_id": string;
  "confirmed_at": string | null;
  "created_at": string;
  "ended_at": string | null;
  "means": "mail" | "slack" | "webhook";
  "shown": string;
  "workspace_id"?: string | null;
};

export type ChatBody = {
  "messages": readonly (null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue })[];
  "model": string;
  "prompt"?: NamedPrompt | null;
  "stream"?: boolean | null;
};

export type CheckoutBody = {
  "add_ons"?: readonly AddOnWanted[];
  "interval"?: ("month" | "year") | null;
  "plan": "free" | "pro" | "team" | "enterprise";
  "referral"?: string | null;
  "seats"?: number | null;
};

export type CheckoutView = {
  "expires_at": string;
  "url": string;
};

export type ChurnView = {
  "cents": number;
  "reason": "ended_by_tenant" | "not_paid" | "paused" | "ended_by_operator";
  "tenants": number;
};

export type Citation = {
  "document": string;
  "end": number;
  "page": number;
  "quote_sha256": string;
  "start": number;
  "version": number;
};

export type CitationVerdict = {
  "is_true": boolean;
  "why": string | null;
};

export type CitationsBody = {
  "citations": readonly Citation[];
};

export type CitedArtifact = {
  "artifact_id": string;
  "sha256": string;
};

export type ClosingProof = {
  "entry": EntryProof;
  "events": number;
  "path": readonly string[];
  "place": number;
};

export type CodeBody = {
  "code": string;
};

export type ComparedBody = {
  "content": Record<string, JsonValue>;
  "subject_type"?: string | null;
};

export type ComparedPrompt = {
  "messages": readonly ModelMessage[];
  "percent": number;
  "prompt": PromptPart;
  "variable_schema": Record<string, JsonValue>;
  "variables": Record<string, JsonValue>;
};

export type ComparisonView = {
  "equivalent": boolean;
  "newly_allowed": readonly Example[];
  "newly_denied": readonly Example[];
  "undecided": readonly string[];
};

export type Completion = {
  "compared"?: ComparedPrompt | null;
  "envelope": Envelope;
  "kind": "completion";
  "messages": readonly ModelMessage[];
  "most_tokens": number | null;
  "output": Record<string, JsonValue> | null;
  "prompt": PromptPart | null;
  "route"?: RoutePart | null;
  "variable_schema": Record<string, JsonValue>;
  "variables": Record<string, JsonValue>;
};

export type Condition = {
  "field": string;
  "op": "eq" | "ne" | "in" | "not_in" | "lt" | "le" | "gt" | "ge" | "contains" | "subset_of" | "exists";
  "value": JsonValue;
};

export type ConditionInput = {
  "field": string;
  "op": "eq" | "ne" | "in" | "not_in" | "lt" | "le" | "gt" | "ge" | "contains" | "subset_of" | "exists";
  "value"?: JsonValue;
};

export type ConfirmBody = {
  "signature"?: string | null;
};

export type ConnectorBody = {
  "classification"?: ("public" | "internal" | "confidential" | "restricted") | null;
  "credential"?: string | null;
  "hosts"?: readonly string[];
  "kind"?: "http" | "mcp" | "smtp";
  "mail"?: MailSettingsInput | null;
  "name": string;
  "operations"?: readonly ConnectorOperation[] | null;
  "trust"?: "untrusted" | "trusted";
  "url": string;
};

export type ConnectorChange = {
  "classification"?: ("public" | "internal" | "confidential" | "restricted") | null;
  "credential"?: string | null;
  "effects"?: Record<string, JsonValue> | null;
  "hosts"?: readonly string[] | null;
  "idempotent"?: Record<string, JsonValue> | null;
  "mail"?: MailSettingsInput | null;
  "operations"?: readonly ConnectorOperation[] | null;
  "trust"?: ("untrusted" | "trusted") | null;
  "undos"?: Record<string, JsonValue> | null;
  "url"?: string | null;
};

export type ConnectorOperation = {
  "effect"?: ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "idempotency_header"?: string | null;
  "idempotent"?: boolean;
  "input_schema": Record<string, JsonValue>;
  "method": "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  "name": string;
  "path": string;
  "query"?: readonly string[];
  "summary"?: string;
  "undo"?: ConnectorUndo | null;
};

export type ConnectorPage = {
  "items": readonly ConnectorSummary[];
  "next_cursor": string | null;
};

export type ConnectorSummary = {
  "activated_at": string | null;
  "activated_by": string | null;
  "active_pin": string | null;
  "classification": ("public" | "internal" | "confidential" | "restricted") | null;
  "credential": string | null;
  "hosts": readonly string[];
  "kind": string;
  "name": string;
  "pin": string;
  "revision": number;
  "status": "draft" | "active" | "suspended" | "removed";
  "trust": "untrusted" | "trusted";
  "url": string;
  "workspace_id"?: string | null;
  "written_at": string;
  "written_by": string;
};

export type ConnectorUndo = {
  "arguments": Record<string, JsonValue>;
  "operation": string;
};

export type ConnectorView = {
  "activated_at": string | null;
  "activated_by": string | null;
  "active_pin": string | null;
  "classification": ("public" | "internal" | "confidential" | "restricted") | null;
  "credential": string | null;
  "differences": readonly DifferenceView[];
  "hosts": readonly string[];
  "kind": string;
  "mail": MailSettings | null;
  "name": string;
  "operations": readonly OperationView[];
  "pin": string;
  "revision": number;
  "server": McpServer | null;
  "status": "draft" | "active" | "suspended" | "removed";
  "trust": "untrusted" | "trusted";
  "url": string;
  "workspace_id"?: string | null;
  "written_at": string;
  "written_by": string;
};

export type ConsentBody = {
  "agent"?: string;
  "decision": "allow" | "deny";
  "form": string;
  "request": string;
  "tenant"?: string;
};

export type ConsistencyProof = {
  "from_size": number;
  "path": readonly string[];
};

export type Containment = {
  "blast_radius"?: ("agent" | "workspace" | "tenant" | "platform") | null;
  "rollback"?: string;
};

export type CorpusBody = {
  "industry"?: string | null;
  "kind"?: "industry" | "constitutional" | "tenant";
  "name": string;
  "readers": readonly string[];
};

export type CorpusChange = {
  "name"?: string | null;
  "readers"?: readonly string[] | null;
  "status"?: ("active" | "deprecated") | null;
};

export type CorpusList = {
  "items": readonly CorpusView[];
};

export type CorpusView = {
  "changed_at": string;
  "corpus_id": string;
  "industry": string | null;
  "kind": "industry" | "constitutional" | "tenant";
  "made_at": string;
  "made_by": string;
  "name": string;
  "problem": string | null;
  "readers": readonly string[];
  "status": "draft" | "embedding" | "active" | "deprecated" | "removed";
  "workspace_id"?: string | null;
};

export type CorrectionBody = {
  "fact": string;
  "source"?: SourceBody;
  "valid_from"?: string | null;
  "valid_to"?: string | null;
};

export type CreationCaseView = {
  "agent_id": string;
  "agent_name": string;
  "authors": readonly string[];
  "case_id": string;
  "correlation_id": string | null;
  "ended_at": string | null;
  "kind": "creation" | "proposal" | "evolution";
  "next_step": string;
  "reason": string | null;
  "requested_at": string;
  "requested_by": string;
  "revisable_until": string | null;
  "revision": number;
  "stage": Stage;
  "stages": readonly StageView[];
  "status": "specified" | "way_of_working" | "certified" | "architecture_approved" | "ethics_cleared" | "escalated" | "returned" | "blocked" | "approved" | "deploying" | "live" | "rolled_back" | "rollback_failed" | "rejected" | "cancelled";
  "submitted_by": readonly string[];
  "version": string;
  "why": readonly string[];
  "withdrawal": Withdrawal | null;
  "workspace_id"?: string | null;
};

export type CredentialBody = {
  "audience"?: string | null;
  "header"?: string | null;
  "hosts": readonly string[];
  "kind": "bearer" | "header" | "basic" | "oauth2" | "webhook";
  "scope"?: string | null;
  "secret": string;
  "token_url"?: string | null;
  "used_by"?: "connectors" | "models";
  "user"?: string | null;
};

export type CredentialPage = {
  "items": readonly CredentialView[];
  "next_cursor": string | null;
};

export type CredentialView = {
  "hosts": readonly string[];
  "kind": "bearer" | "header" | "basic" | "oauth2" | "webhook";
  "name": string;
  "set_at": string;
  "set_by": string;
  "shown": ToolsShown;
  "status": "set" | "removed";
  "used_by": "connectors" | "models";
  "version": number;
  "workspace_id"?: string | null;
};

export type CreditBody = {
  "amount_cents": number;
  "expires_at": string;
  "reason": string;
  "tenant_id": string;
};

export type CreditSpendingView = {
  "at": string;
  "cents": number;
  "invoice_id": string;
  "status": "reserved" | "spent" | "returned";
};

export type CreditView = {
  "amount_cents": number;
  "credit_id": string;
  "expires_at": string;
  "granted_at": string;
  "left_cents": number;
  "reason": string;
  "status": "open" | "used" | "expired";
};

export type CreditsView = {
  "balance_cents": number;
  "grants": readonly CreditView[];
  "spendings": readonly CreditSpendingView[];
};

export type Dashboard = {
  "active_agents": number;
  "as_of": string | null;
  "budget": Spend | null;
  "health": PlatformHealth;
  "open_veto_windows": number;
  "pending_approvals": number;
  "recent_vetoes": readonly Card[];
};

export type DataAccess = {
  "classification": "public" | "internal" | "confidential" | "restricted";
  "mode": "read" | "write";
  "source": string;
};

export type DecisionBody = {
  "answer"?: Record<string, JsonValue> | null;
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision": "approve" | "reject" | "request_changes" | "defer" | "escalate" | "delegate" | "break_glass";
  "decision_hash": string;
  "grounds"?: ("outage" | "breach" | "data_loss" | "legal") | null;
  "note"?: string;
  "read_ms"?: number | null;
  "seen_version"?: number | null;
  "signature"?: string | null;
  "to"?: string | null;
  "until"?: string | null;
};

export type DecisionPage = {
  "items": readonly Shown[];
  "next_cursor": string | null;
};

export type DecisionView = {
  "decision_id": string;
  "determining": readonly string[];
  "effect": "allow" | "deny";
  "errors": readonly string[];
  "obligations": readonly Obligation[];
  "policy_version": string;
};

export type DeliveryPage = {
  "items": readonly DeliveryView[];
  "next_cursor": string | null;
};

export type DeliveryView = {
  "acknowledged_at": string | null;
  "approval_id": string | null;
  "attempts": readonly Attempt[];
  "channel_id": string | null;
  "created_at": string;
  "delivery_id": string;
  "device_id": string | null;
  "due_at": string | null;
  "kind": "approval_pending" | "veto_window_opened" | "reversal_failed" | "pipeline_paused" | "violation_reported" | "last_call" | "budget_reached" | "payment_failed" | "plan_lost" | "credit_granted" | "run_failed" | "run_doubtful" | "connector_changed" | "agent_recalled";
  "means": "push" | "mail" | "slack" | "webhook";
  "status": "waiting" | "sending" | "delivered" | "failed" | "doubtful" | "moot";
  "subject": string;
  "useful_until": string | null;
  "workspace_id"?: string | null;
};

export type Denial = {
  "change": string;
  "code": "agent" | "budget" | "model" | "operation" | "policy" | "rights";
  "detail": string;
};

export type Device = {
  "confirmed_at": string | null;
  "confirmed_by": string | null;
  "device_id": string;
  "has_push": boolean;
  "name": string;
  "platform": "ios" | "android" | "web";
  "registered_at": string;
  "thumbprint": string | null;
};

export type DeviceAnswer = {
  "device_code": string;
  "expires_in": number;
  "interval": number;
  "user_code": string;
  "verification_uri": string;
  "verification_uri_complete": string;
};

export type DeviceBody = {
  "client_id": string;
  "scope"?: string;
};

export type DeviceOptions = {
  "challenge": string;
  "expires_at": string;
};

export type Devices = {
  "items": readonly Device[];
};

export type DifferenceView = {
  "after": Record<string, JsonValue>;
  "before": Record<string, JsonValue>;
  "change": "added" | "removed" | "renamed" | "changed";
  "fields": readonly string[];
  "name_before": string | null;
  "operation": string;
};

export type DiscountView = {
  "ends_at": string;
  "percent": number;
};

export type Divergence = {
  "field": string;
  "iteration": number | null;
  "now": JsonValue;
  "step": string;
  "was": JsonValue;
};

export type DocumentBody = {
  "artifact_id"?: string | null;
  "media_type"?: "text/plain" | "text/markdown" | "text/html";
  "name"?: string | null;
  "text"?: string | null;
};

export type DocumentPage = {
  "items": readonly DocumentView[];
  "next_cursor": string | null;
};

export type DocumentView = {
  "added_at": string;
  "added_by": string;
  "artifact_id": string | null;
  "chunks": number | null;
  "corpus_id": string;
  "document_id": string;
  "ended_at": string | null;
  "media_type": string;
  "model_sha256": string | null;
  "name": string;
  "pages": number | null;
  "reason": string | null;
  "sha256": string;
  "status": "queued" | "parsed" | "embedded" | "failed" | "removed";
  "version": number;
  "workspace_id"?: string | null;
};

export type Download = {
  "until": string;
  "url": string;
};

export type DraftView = {
  "assumptions": readonly Assumption[];
  "findings": readonly StageFinding[];
  "ignored": readonly string[];
  "spec": Record<string, JsonValue>;
};

export type DsseEnvelope = {
  "payload": string;
  "payloadType": string;
  "signatures": readonly DsseSignature[];
};

export type DsseSignature = {
  "keyid": string;
  "sig": string;
};

export type Elicitation = {
  "message": string;
  "mode": "form";
  "number": number;
  "requested_schema": Record<string, JsonValue>;
};

export type EmbeddingsBody = {
  "input": null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };
  "model": string;
};

export type EntitlementsView = {
  "features": readonly ("two-person-approval" | "own-policies" | "workspaces" | "single-sign-on" | "directory" | "audit-export")[];
  "limits": Record<string, number>;
  "most_seats": number | null;
  "overage": boolean;
  "plan": "free" | "pro" | "team" | "enterprise";
};

export type EntryProof = {
  "body": string;
  "keys": readonly string[];
  "proof": string;
};

export type Envelope = {
  "calls": readonly Call[];
  "model": string;
  "most_calls": number;
  "most_turns": number;
  "spend_usd_micros": number;
};

export type ErasureBody = {
  "said_by"?: string | null;
  "source_id"?: string | null;
};

export type ErasureView = {
  "erased": number;
  "has_more": boolean;
};

export type ErrorsView = {
  "holt_winters": number;
  "seasonal_naive": number;
};

export type Example = {
  "action": string;
  "after": PolicyAnswer;
  "before": PolicyAnswer;
  "principal_type": string;
  "request": ExampleRequest;
  "resource_type": string;
};

export type ExampleRequest = {
  "action": string;
  "context": Record<string, JsonValue>;
  "entities": readonly Record<string, JsonValue>[];
  "principal": UidBody;
  "resource": UidBody;
};

export type Failure = {
  "code": string;
  "detail": string;
  "step": string | null;
};

export type FeatureView = {
  "feature": "two-person-approval" | "own-policies" | "workspaces" | "single-sign-on" | "directory" | "audit-export";
  "governs": boolean;
  "summary": string;
};

export type Finding = {
  "check": string;
  "evidence": string;
  "path": string;
  "remedy": string;
  "verdict": "pass" | "fail" | "escalate" | "concern";
};

export type FindingView = {
  "column": number;
  "line": number;
  "message": string;
  "path": string;
};

export type FlagBody = {
  "percent": number;
};

export type FlagView = {
  "name": string;
  "on": boolean;
  "percent": number;
};

export type Flip = {
  "action": string;
  "at": string;
  "because": readonly string[];
  "decision_id": string;
  "now": "allow" | "deny";
  "principal": string;
  "resource": string;
  "was": "allow" | "deny";
};

export type ForecastBody = {
  "horizon"?: number;
  "season"?: number;
  "values": readonly number[];
};

export type ForecastView = {
  "errors": ErrorsView;
  "held_out": number;
  "method": "holt_winters" | "seasonal_naive";
  "values": readonly number[];
};

export type FoundView = {
  "end": number;
  "kind": string;
  "placeholder": string;
  "start": number;
};

export type FunctionHealth = {
  "function": string;
  "late_events": number;
  "late_since": string | null;
};

export type GhostrunBody = {
  "mode"?: "full" | "fast" | "security";
};

export type GovernanceReport = {
  "computed": Record<string, string>;
  "governors": readonly GovernorRow[];
  "precedents": readonly PrecedentRow[];
  "proposed": readonly string[];
  "reasons": Reasons;
  "rules": readonly RuleRow[];
  "since": string;
  "until": string;
  "vetoes": Record<string, number>;
  "whole": Waits;
};

export type GovernorRow = {
  "approved": number;
  "escalated_seconds": number;
  "lost_usd_micros": number;
  "median_seconds": number;
  "principal": string;
  "refused": number;
  "requests": number;
  "silent": number;
  "vetoes": number;
  "waited_seconds": number;
  "waiting": number;
};

export type GovernorVetoBody = {
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision_hash": string;
  "explanation": string;
  "read_ms"?: number | null;
  "reason_category": "constitutional" | "safety" | "budget" | "other";
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type Grant = {
  "at": string;
  "by": string;
  "places": readonly number[];
  "to": string | null;
};

export type GroupRoles = {
  "group": string;
  "roles": readonly string[];
};

export type GroupRolesBody = {
  "group": string;
  "roles": readonly ("tenant_admin" | "governor" | "deputy" | "operator" | "developer" | "analyst" | "end_user")[];
};

export type HealthView = {
  "functions": readonly FunctionHealth[];
  "status": "ok" | "late";
};

export type HeldReading = {
  "reading": "unknown" | "healthy" | "degraded" | "critical";
  "until": string;
};

export type Holdout = {
  "approved": number;
  "decisions": number;
};

export type IdentityDecisionBody = {
  "decision": "allow" | "deny";
  "form": string;
  "user_code": string;
};

export type ImpersonationBody = {
  "principal": string;
  "reason": string;
  "tenant_id": string;
};

export type ImpersonationPage = {
  "items": readonly ImpersonationView[];
  "next_cursor": string | null;
};

export type ImpersonationView = {
  "ended_at": string | null;
  "ended_by": string | null;
  "expires_at": string;
  "impersonator": string;
  "principal_id": string;
  "reason": string;
  "session_id": string;
  "started_at": string;
};

export type ImportBody = {
  "agent"?: string | null;
  "definition": string;
  "format": "claude" | "crewai" | "a2a" | "openai";
};

export type InclusionProof = {
  "entry": number;
  "index": number;
  "leaf": string;
  "path": readonly string[];
};

export type IndustryList = {
  "items": readonly IndustryView[];
};

export type IndustryView = {
  "corpora": readonly string[];
  "industry": string;
};

export type InnerStep = {
  "agent"?: AgentBody | null;
  "approval"?: "required" | null;
  "budget_usd"?: number | null;
  "calls"?: CallsBody | readonly string[] | null;
  "capsule"?: string | null;
  "for_each"?: string | null;
  "id": string;
  "if"?: string | null;
  "output"?: string | Record<string, JsonValue> | null;
  "retry"?: RetryBody | null;
  "runtime"?: ("monty" | "cpython") | null;
  "skill"?: string | null;
  "timeout"?: number | null;
  "tolerance_percent"?: number | null;
  "undo"?: UndoBody | null;
  "use"?: string | null;
  "wait"?: WaitBody | null;
  "with"?: Record<string, JsonValue>;
};

export type Input = {
  "default"?: JsonValue;
  "description"?: string | null;
  "enum"?: readonly JsonValue[] | null;
  "items"?: string | Item | null;
  "maxItems"?: number | null;
  "maxLength"?: number | null;
  "maximum"?: number | null;
  "minItems"?: number | null;
  "minLength"?: number | null;
  "minimum"?: number | null;
  "pattern"?: string | null;
  "type": "string" | "integer" | "number" | "boolean" | "array" | "object";
};

export type Interfaces = {
  "depends_on"?: readonly string[];
  "inputs"?: readonly string[];
  "outputs"?: readonly string[];
};

export type InvitationBody = {
  "roles": readonly ("tenant_admin" | "governor" | "deputy" | "operator" | "developer" | "analyst" | "end_user")[];
};

export type InvitationPage = {
  "items": readonly InvitationView[];
  "next_cursor": string | null;
};

export type InvitationView = {
  "accepted_at": string | null;
  "accepted_by": string | null;
  "created_at": string;
  "expires_at": string;
  "invitation_id": string;
  "invited_by": string;
  "roles": readonly string[];
  "status": "open" | "accepted" | "revoked";
};

export type InvocationBody = {
  "again"?: boolean;
  "approval_id"?: string | null;
  "arguments": Record<string, JsonValue>;
  "gives_up"?: boolean;
  "invocation_id": string;
  "operation": string;
};

export type InvocationView = {
  "again_at": string | null;
  "at": string;
  "cost_usd_micros": number;
  "credential": string | null;
  "decision": string;
  "detail": string | null;
  "elicitation": Elicitation | null;
  "invocation_id": string;
  "labels": readonly string[];
  "may_be_repeated": boolean;
  "on_behalf_of": string | null;
  "operation": string;
  "output": Labelled | null;
  "pin": string;
  "reason": string | null;
  "receipt_id": string | null;
  "run_id": string;
  "settled_by": string | null;
  "status": "intended" | "refused" | "dispatched" | "confirmed" | "doubtful";
  "target_labels": readonly string[];
  "token_id": string;
};

export type InvoicePage = {
  "items": readonly InvoiceView[];
  "next_cursor": string | null;
};

export type InvoiceView = {
  "attempts": number;
  "created_at": string;
  "currency": string;
  "due_cents": number;
  "invoice_id": string;
  "lines": readonly LineView[];
  "next_attempt_at": string | null;
  "number": string | null;
  "paid_cents": number;
  "period": PeriodView;
  "status": "draft" | "open" | "paid" | "void" | "uncollectible";
  "total_cents": number;
  "url": string | null;
};

export type Item = {
  "description"?: string | null;
  "enum"?: readonly JsonValue[] | null;
  "maxLength"?: number | null;
  "maximum"?: number | null;
  "minLength"?: number | null;
  "minimum"?: number | null;
  "pattern"?: string | null;
  "type": "string" | "integer" | "number" | "boolean" | "array" | "object";
};

export type JobBody = {
  "capsule": string;
  "inputs"?: Record<string, JsonValue>;
  "version"?: string | null;
};

export type JobDenial = {
  "change": string;
  "code": "agent" | "budget" | "model" | "operation" | "policy" | "rights";
  "detail": string;
  "step": string | null;
};

export type JobPlan = {
  "denials": readonly JobDenial[];
  "plan_hash": string;
  "version": string;
};

export type JsonRpcData = {
  "code": string;
};

export type JsonRpcError = {
  "error": JsonRpcRefusal;
  "id": null;
  "jsonrpc": "2.0";
};

export type JsonRpcRefusal = {
  "code": number;
  "data": JsonRpcData;
  "message": string;
};

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export type KeptOut = {
  "approval_ids": readonly string[];
  "condition": number;
  "refused": number;
};

export type KeyBody = {
  "agent_id"?: string | null;
  "expires_at": string;
  "name": string;
  "principal_id"?: string | null;
  "requests_per_minute"?: number | null;
  "roles"?: readonly ("service_runtime" | "operator" | "developer" | "analyst" | "end_user")[];
  "scopes": readonly string[];
};

export type KeyPage = {
  "items": readonly KeyView[];
  "next_cursor": string | null;
};

export type KeyView = {
  "agent_id": string | null;
  "created_at": string;
  "expires_at": string;
  "key_id": string;
  "name": string;
  "principal_id": string;
  "requests_per_minute": number | null;
  "revoked_at": string | null;
  "revoked_by": string | null;
  "rotated_at": string | null;
  "scopes": readonly string[];
  "workspace_id"?: string | null;
};

export type KpisView = {
  "arpa_cents": number | null;
  "arr_cents": number;
  "churn_basis_points": number | null;
  "churned": readonly ChurnView[];
  "downgrades": number;
  "gross_after_shared_basis_points": number | null;
  "is_over": boolean;
  "left_out": number;
  "ltv_cents": number | null;
  "ltv_to_cac_basis_points": number | null;
  "margin": MarginView;
  "month": string;
  "months": readonly BridgeView[];
  "mrr_cents": number;
  "nrr_basis_points": number | null;
  "payback_months": number | null;
  "paying": number;
  "paying_at_start": number;
  "plans": readonly PlanMarginView[];
  "shared_usd_micros": number;
  "tenants": readonly TenantMarginView[];
  "unit_costs": UnitCostsView;
  "upgrades": number;
};

export type Labelled = {
  "labels": readonly string[];
  "value": JsonValue;
};

export type LateDecision = {
  "at": string;
  "decision": string;
  "note": string;
  "principal": string;
  "right": "governor" | "policy" | "requester";
};

export type LeftOut = {
  "reason": string;
  "sha256": string;
  "tool": string;
};

export type LiftBody = {
  "reason": string;
};

export type LimitBody = {
  "limit_usd_micros": number;
};

export type LimitView = {
  "limit_usd_micros": number;
  "scope": string;
  "set_by": string;
};

export type LineProof = {
  "charge": UsageCharge;
  "currency": string;
  "format": "assent-invoice-line-proof/1";
  "invoice_id": string;
  "line_id": string;
  "tenant_id": string;
  "usage": readonly UsageRootProof[];
};

export type LineView = {
  "agrees": boolean;
  "cents": number;
  "description": string;
  "line_id": string;
  "period": PeriodView;
  "quantity": number | null;
  "usage": UsageCharge | null;
};

export type LocalModelView = {
  "licence": string | null;
  "name": string;
  "present": boolean;
  "refused": string | null;
  "sha256": string | null;
  "source": string | null;
  "task": "recognition" | "embeddings" | "summaries" | "language";
  "without_it": string;
};

export type LocalModels = {
  "items": readonly LocalModelView[];
};

export type MailSettings = {
  "from_address": string;
  "from_name": string | null;
  "most_recipients": number;
  "recipients": readonly string[];
};

export type MailSettingsInput = {
  "from_address": string;
  "from_name"?: string | null;
  "most_recipients"?: number;
  "recipients": readonly string[];
};

export type MarginView = {
  "cost_usd_micros": number;
  "gross_basis_points": number | null;
  "revenue_cents": number;
  "tenants": number;
};

export type Match = {
  "satisfied": readonly string[];
  "seed_id": string;
  "title": string;
  "unsatisfied": readonly string[];
};

export type McpMessage = {
};

export type McpServer = {
  "left_out": readonly LeftOut[];
  "name": string;
  "protocol": "2024-11-05" | "2025-03-26" | "2025-06-18" | "2025-11-25" | "2026-07-28";
};

export type McpTool = {
  "annotations": Record<string, JsonValue>;
  "as_task"?: boolean;
  "description": string | null;
  "output_schema": Record<string, JsonValue> | null;
  "title": string | null;
};

export type Me = {
  "mail": string;
  "name": string;
  "passkeys": readonly string[];
  "plan": ("free" | "pro" | "team" | "enterprise") | null;
  "principal_id": string;
  "roles": readonly string[];
  "scopes": readonly string[];
  "tenant": TenantView | null;
  "workspace_id": string | null;
};

export type MemberChange = {
  "deputy_from"?: string | null;
  "deputy_until"?: string | null;
  "roles"?: (readonly ("tenant_admin" | "governor" | "deputy" | "operator" | "developer" | "analyst" | "end_user" | "service_runtime" | "workspace_admin")[]) | null;
  "workspace_id"?: string | null;
};

export type MemberDetail = {
  "deputy_by": string | null;
  "deputy_from": string | null;
  "deputy_until": string | null;
  "display_name": string | null;
  "invitation_id": string | null;
  "joined_at": string;
  "kind": "human" | "service";
  "principal_id": string;
  "removed_at": string | null;
  "roles": readonly string[];
  "workspaces": readonly WorkspaceRoles[];
};

export type MemberPage = {
  "items": readonly MemberDetail[];
  "next_cursor": string | null;
};

export type MemberView = {
  "deputy_by": string | null;
  "deputy_from": string | null;
  "deputy_until": string | null;
  "invitation_id": string | null;
  "joined_at": string;
  "kind": "human" | "service";
  "principal_id": string;
  "removed_at": string | null;
  "roles": readonly string[];
  "workspaces": readonly WorkspaceRoles[];
};

export type MemoriesRecalled = {
  "facts": readonly MemoryRecalled[];
  "left_out": number;
  "ranked_by": "meaning" | "time";
};

export type MemoryBody = {
  "agent_id"?: string | null;
  "fact": string;
  "scope"?: "agent" | "team" | "tenant";
  "source"?: SourceBody;
  "tier"?: "working" | "episodic" | "semantic";
  "valid_from"?: string | null;
  "valid_to"?: string | null;
};

export type MemoryCallBody = {
  "arguments": Record<string, JsonValue>;
  "invocation_id": string;
  "operation": "assent/memory.remember" | "assent/memory.recall" | "assent/memory.correct" | "assent/memory.forget";
};

export type MemoryGiven = {
  "labels": readonly string[];
  "output": Record<string, JsonValue>;
};

export type MemoryLearnedView = {
  "agent_id": string | null;
  "closed_at": string | null;
  "ended_at": string | null;
  "ended_by": string | null;
  "evicted": readonly string[];
  "expires_at": string | null;
  "fact": string | null;
  "invocation_id": string | null;
  "labels": readonly string[];
  "learned_at": string;
  "learned_by": string;
  "memory_id": string;
  "run_id": string | null;
  "scope": "agent" | "team" | "tenant";
  "source": MemorySource;
  "status": "held" | "superseded" | "forgotten" | "expired" | "evicted" | "erased";
  "superseded_by": string | null;
  "supersedes": string | null;
  "tier": "working" | "episodic" | "semantic";
  "valid_from": string | null;
  "valid_to": string | null;
  "workspace_id"?: string | null;
};

export type MemoryPage = {
  "items": readonly MemoryView[];
  "next_cursor": string | null;
};

export type MemoryQueryBody = {
  "agent_id": string;
  "at_least"?: number;
  "limit"?: number;
  "query"?: string;
};

export type MemoryRecalled = {
  "fact": string;
  "labels": readonly string[];
  "learned_at": string;
  "learned_by": string;
  "memory_id": string;
  "scope": "agent" | "team" | "tenant";
  "score": number | null;
  "source": MemorySource;
  "tier": "working" | "episodic" | "semantic";
  "valid_from": string | null;
  "valid_to": string | null;
};

export type MemorySource = {
  "id": string;
  "kind": "person" | "call" | "document" | "artifact" | "approval" | "memory";
  "operation": string | null;
  "quotation": Quotation | null;
  "run_id": string | null;
};

export type MemoryView = {
  "agent_id": string | null;
  "closed_at": string | null;
  "ended_at": string | null;
  "ended_by": string | null;
  "expires_at": string | null;
  "fact": string | null;
  "invocation_id": string | null;
  "labels": readonly string[];
  "learned_at": string;
  "learned_by": string;
  "memory_id": string;
  "run_id": string | null;
  "scope": "agent" | "team" | "tenant";
  "source": MemorySource;
  "status": "held" | "superseded" | "forgotten" | "expired" | "evicted" | "erased";
  "superseded_by": string | null;
  "supersedes": string | null;
  "tier": "working" | "episodic" | "semantic";
  "valid_from": string | null;
  "valid_to": string | null;
  "workspace_id"?: string | null;
};

export type MessageBody = {
  "content": string;
  "role": "system" | "user" | "assistant";
};

export type MessagesBody = {
  "messages": readonly (null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue })[];
  "model": string;
  "stream"?: boolean | null;
};

export type MeterBody = {
  "unit": string;
};

export type MeterList = {
  "items": readonly MeterView[];
};

export type MeterSoFar = {
  "cents": number;
  "included": number;
  "meter": "executions" | "tokens" | "api_calls" | "storage";
  "used": number;
};

export type MeterView = {
  "counted_by": "assent" | "tenant";
  "description": string | null;
  "name": string;
  "unit": string;
};

export type MetricsView = {
  "principals": number;
  "tenants": number;
};

export type MinedView = {
  "decisions": number;
  "mined_at": string;
  "pattern_ids": readonly string[];
  "refused": number;
};

export type MobileApiDeviceBody = {
  "key"?: MobileApiKeyBody | null;
  "name"?: string | null;
  "platform": "ios" | "android" | "web";
  "proof"?: string | null;
  "subscription"?: SubscriptionBody | null;
  "token"?: string | null;
};

export type MobileApiFinding = {
  "check": string;
  "evidence": string;
  "verdict": "pass" | "fail";
};

export type MobileApiFunctionHealth = {
  "dead_letters": number;
  "last_event_at": string | null;
  "name": string;
  "stuck": number;
};

export type MobileApiKeyBody = {
  "alg"?: "ES256" | null;
  "crv": "P-256";
  "ext"?: boolean | null;
  "key_ops"?: readonly "verify"[];
  "kty": "EC";
  "x": string;
  "y": string;
};

export type MobileApiPrecedentSeed = {
  "activated_at": string | null;
  "activated_by": string | null;
  "author": string;
  "conditions": readonly Condition[];
  "created_at": string;
  "domain": "GEN" | "ETH" | "ARCH" | "GOV";
  "drafted_from": readonly string[];
  "ended_at": string | null;
  "example_approval_id": string | null;
  "expected_saved_seconds": number | null;
  "false_positive_rate": number;
  "findings": readonly MobileApiFinding[];
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "match_count": number;
  "match_rate": number;
  "max_risk": "low" | "medium" | "high" | "critical";
  "pattern_id": string | null;
  "probation": Probation | null;
  "rationale": string;
  "recall_id": string | null;
  "reference": string;
  "seed_id": string;
  "status": "draft" | "pending_review" | "approved" | "rejected" | "active" | "suspended" | "superseded" | "deprecated" | "archived";
  "superseded_by": string | null;
  "title": string;
  "version": number;
  "veto_count": number;
  "veto_rate": number;
  "waited_seconds": number | null;
  "workspace_id"?: string | null;
};

export type ModelAnswerView = {
  "detail": string;
  "failure": string | null;
  "is_cut": boolean;
  "may_have_cost": boolean;
  "may_pass": boolean;
  "text": string;
  "tokens_in": number | null;
  "tokens_out": number | null;
};

export type ModelAsked = {
  "cached_from": string | null;
  "name": string;
  "prompt": string | null;
  "redacted": number | null;
  "route": string;
  "tokens_in": number | null;
  "tokens_out": number | null;
};

export type ModelMessage = {
  "content": string;
  "role": "system" | "user" | "assistant";
};

export type ModelQuestionBody = {
  "messages": readonly ModelMessage[];
  "most_tokens": number;
  "question_id": string;
  "within_seconds": number;
};

export type ModelRoutePage = {
  "items": readonly ModelRouteView[];
  "next_cursor": string | null;
};

export type ModelRouteView = {
  "base_url": string | null;
  "cache_seconds": number | null;
  "caches_sampled": boolean;
  "credential": string | null;
  "fallbacks": readonly string[];
  "model": string;
  "most_tokens_out": number;
  "name": string;
  "prices": Prices;
  "privacy": "open" | "contracted" | "own";
  "provider": "openai" | "anthropic" | "local";
  "set_at": string;
  "set_by": string;
  "shares": Record<string, number>;
};

export type ModelTurn = {
  "answered_in_ms": number | null;
  "fits": boolean | null;
  "name": string;
  "prompt": string | null;
  "tokens_in": number | null;
  "tokens_out": number | null;
  "turn": number;
};

export type MoneyLimit = {
  "argument": string;
  "currency": string;
  "usd": number;
};

export type NameBody = {
  "name": string;
};

export type NamedFile = {
  "agent_id": string | null;
  "artifact_id": string;
  "bytes": number;
  "download": Download | null;
  "labels": readonly string[];
  "media_type": string;
  "name": string;
  "named_as": "evidence" | "attachment" | "content";
  "sha256": string;
  "status": "pending" | "scanning" | "stored" | "refused" | "removed";
  "uploaded_by": string;
};

export type NamedPrompt = {
  "name": string;
  "variables"?: Record<string, JsonValue>;
  "version": number;
};

export type NearSentence = {
  "path": string;
  "quote": string;
  "rule": RuleView;
  "start": number;
};

export type NearestRules = {
  "compared": number;
  "items": readonly NearSentence[];
  "not_english": number;
};

export type NewChannel = {
  "channel_id": string;
  "confirmed_at": string | null;
  "created_at": string;
  "ended_at": string | null;
  "means": "mail" | "slack" | "webhook";
  "secret": string | null;
  "shown": string;
  "workspace_id"?: string | null;
};

export type NewImpersonation = {
  "access_token": string;
  "ended_at": string | null;
  "ended_by": string | null;
  "expires_at": string;
  "expires_in": number;
  "impersonator": string;
  "principal_id": string;
  "reason": string;
  "refresh_token": string;
  "scope": string;
  "session_id": string;
  "started_at": string;
  "tenant_id": string;
  "token_type": "Bearer";
};

export type NewInvitation = {
  "accepted_at": string | null;
  "accepted_by": string | null;
  "created_at": string;
  "expires_at": string;
  "invitation_id": string;
  "invited_by": string;
  "roles": readonly string[];
  "status": "open" | "accepted" | "revoked";
  "token": string;
};

export type NewKey = {
  "agent_id": string | null;
  "created_at": string;
  "expires_at": string;
  "key_id": string;
  "name": string;
  "principal_id": string;
  "requests_per_minute": number | null;
  "revoked_at": string | null;
  "revoked_by": string | null;
  "rotated_at": string | null;
  "scopes": readonly string[];
  "secret": string;
  "workspace_id"?: string | null;
};

export type NoticeTaken = {
  "received": boolean;
};

export type OAuthProblem = {
  "error": "invalid_request" | "invalid_client" | "invalid_grant" | "invalid_scope" | "invalid_target" | "unsupported_grant_type" | "unsupported_response_type" | "access_denied" | "authorization_pending" | "slow_down" | "expired_token";
  "error_description": string;
  "reason"?: ("tenant_suspended" | "tenant_closing" | "tenant_closed") | null;
};

export type Obligation = JsonValue[];

export type OfferView = {
  "by_contract": boolean;
  "features": readonly ("two-person-approval" | "own-policies" | "workspaces" | "single-sign-on" | "directory" | "audit-export")[];
  "limits": Record<string, number>;
  "month": PriceView | null;
  "most_seats": number | null;
  "name": string;
  "overage": boolean;
  "plan": "free" | "pro" | "team" | "enterprise";
  "requests_per_hour": number;
  "requests_per_minute": number;
  "trial_days": number;
  "year": PriceView | null;
};

export type OpenAIError = {
  "error": OpenAIRefusal;
};

export type OpenAIRefusal = {
  "code": string;
  "message": string;
  "param": string | null;
  "type": string;
};

export type OpenAiModel = {
  "created": number;
  "id": string;
  "object"?: "model";
  "owned_by": string;
};

export type OpenAiModels = {
  "data": readonly OpenAiModel[];
  "object"?: "list";
};

export type OpenedUsageSlab = {
  "lines": readonly string[];
  "slab": number;
};

export type Operation = {
  "effect": "read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay";
  "name": string;
  "sources"?: readonly string[] | null;
  "undo"?: string | null;
};

export type OperationView = {
  "counts_as": "read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay";
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "idempotency_header": string | null;
  "idempotent": boolean;
  "input_schema": Record<string, JsonValue>;
  "method": ("GET" | "POST" | "PUT" | "PATCH" | "DELETE") | null;
  "name": string;
  "path": string | null;
  "query": readonly string[];
  "summary": string;
  "tool": McpTool | null;
  "undo": ConnectorUndo | null;
};

export type Order = {
  "add_ons"?: readonly AddOnWanted[];
  "interval"?: ("month" | "year") | null;
  "plan": "free" | "pro" | "team" | "enterprise";
  "seats"?: number | null;
};

export type OrderedJob = {
  "capsule": string;
  "event"?: Record<string, JsonValue> | null;
  "inputs"?: Record<string, JsonValue>;
  "version"?: string | null;
};

export type OverageView = {
  "cents": number;
  "meter": "executions" | "tokens" | "api_calls" | "storage";
  "per": number;
  "unit": string;
};

export type Parallel = {
  "kind": "parallel";
  "steps": readonly PlanStep[];
};

export type PassageView = {
  "added_by": string;
  "citation": Citation;
  "corpus_id": string;
  "document_name": string;
  "headings": string;
  "score": number;
  "text": string;
};

export type PasskeyBody = {
  "attestation_object": string;
  "client_data_json": string;
  "name": string;
};

export type PasskeyOptions = {
  "expires_at": string;
  "public_key": Record<string, JsonValue>;
};

export type PasskeyRule = {
  "break_glass": boolean;
  "from_risk": ("low" | "medium" | "high" | "critical") | null;
  "irreversible": boolean;
};

export type PasskeyRuleInput = {
  "break_glass"?: boolean;
  "from_risk"?: ("low" | "medium" | "high" | "critical") | null;
  "irreversible"?: boolean;
};

export type PasskeySignInBody = {
  "authenticator_data": string;
  "client_data_json": string;
  "credential_id": string;
  "signature": string;
  "user_handle": string;
};

export type PasskeyStartBody = {
  "return_to"?: string;
};

export type PasskeyView = {
  "added_at": string;
  "added_in": string;
  "is_synced": boolean;
  "name": string;
  "passkey_id": string;
  "removed_at": string | null;
};

export type PasskeysView = {
  "items": readonly PasskeyView[];
  "next_cursor": null;
};

export type PatternPage = {
  "items": readonly PatternView[];
  "mined": MinedView | null;
  "next_cursor": string | null;
};

export type PatternView = {
  "approved": number;
  "conditions": readonly Condition[];
  "example_approval_id": string;
  "exception_count": number;
  "exceptions": readonly string[];
  "found_at": string;
  "holdout": Holdout;
  "id": string;
  "kept_out": readonly KeptOut[];
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "lost_at": string | null;
  "lower_bound": number;
  "max_risk": "low" | "medium" | "high" | "critical";
  "since": string;
  "status": "found" | "lost";
  "support": number;
  "until": string;
  "version": number;
  "waited_seconds": number;
  "workspace_id"?: string | null;
};

export type PeriodView = {
  "end": string;
  "start": string;
};

export type PipelineView = {
  "changed_at": string | null;
  "changed_by": string | null;
  "paused": boolean;
  "reason": string;
  "rolled_back": readonly string[];
};

export type Place = {
  "principal": string | null;
  "role": string | null;
};

export type PlaceInput = {
  "principal"?: string | null;
  "role"?: string | null;
};

export type PlanBody = {
  "capsule": string;
  "inputs"?: Record<string, JsonValue>;
  "version": string;
};

export type PlanContent = {
  "agent": AgentPart;
  "artifacts"?: Record<string, string>;
  "budget_usd_micros": number;
  "capsule": CapsulePart;
  "format": "assent.plan/1";
  "inputs": Record<string, JsonValue>;
  "outputs": Record<string, JsonValue>;
  "policies": string;
  "steps": readonly PlanStep[];
};

export type PlanMarginView = {
  "cost_usd_micros": number;
  "gross_basis_points": number | null;
  "plan": "free" | "pro" | "team" | "enterprise";
  "revenue_cents": number;
  "tenants": number;
};

export type PlanStep = {
  "assent": "none" | "plan" | "step";
  "budget_usd_micros": number | null;
  "condition": string | null;
  "does": Call | Wait | SubRun | AgentTurns | Completion | SkillCalls | Parallel;
  "for_each": string | null;
  "id": string;
  "needs": readonly string[];
  "retry": Retry;
  "timeout_seconds": number | null;
  "tolerance_percent"?: number;
};

export type PlanView = {
  "compiled_at": string;
  "compiled_by": string;
  "content": PlanContent | null;
  "estimate_usd_micros": number;
  "models": readonly string[] | null;
  "needs_assent": boolean;
  "plan_hash": string;
  "prediction": Prediction | null;
  "status": "compiled" | "rehearsed";
  "workspace_id"?: string | null;
};

export type PlatformHealth = {
  "functions": readonly MobileApiFunctionHealth[];
  "status": "healthy" | "degraded";
};

export type PolicyAnswer = {
  "determining": readonly string[];
  "effect": "allow" | "deny";
  "errors": readonly string[];
  "obligations": readonly Obligation[];
};

export type PolicyBody = {
  "entries": readonly PolicyEntryInput[];
  "passkey"?: PasskeyRuleInput;
  "reason": string;
  "veto_waits_for_device"?: boolean;
  "words_per_minute"?: number | null;
};

export type PolicyDetail = {
  "approval_id": string | null;
  "name": string;
  "policy_id": string;
  "proposed_at": string;
  "proposed_by": string;
  "published_at": string | null;
  "reason": string | null;
  "retired_at": string | null;
  "source": string | null;
  "source_hash": string;
  "status": "draft" | "published" | "retired";
  "version": number;
};

export type PolicyEntry = {
  "deadline_seconds": number | null;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "min_amount_usd_micros": number;
  "min_risk": "low" | "medium" | "high" | "critical";
  "rule": Rule;
  "shortest_deadline_seconds": number | null;
  "silence_approves": readonly string[];
};

export type PolicyEntryInput = {
  "deadline_seconds"?: number | null;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "min_amount_usd_micros"?: number;
  "min_risk"?: "low" | "medium" | "high" | "critical";
  "rule": RuleInput;
  "shortest_deadline_seconds"?: number | null;
  "silence_approves"?: readonly string[];
};

export type PolicyFinding = {
  "column": number;
  "line": number;
  "message": string;
  "policy": string | null;
  "severity": "error" | "warning";
};

export type PolicyPage = {
  "items": readonly PolicyView[];
  "next_cursor": string | null;
};

export type PolicyPolicyBody = {
  "name": string;
  "source": string;
};

export type PolicyRecord = {
  "approval_id": string | null;
  "changed_at": string | null;
  "decision_hash": string | null;
  "entries": readonly PolicyEntry[];
  "passkey": PasskeyRule;
  "proposed_by": string | null;
  "version": number;
  "veto_waits_for_device": boolean;
  "words_per_minute": number | null;
};

export type PolicyRequestBody = {
  "action": string;
  "context"?: Record<string, boolean | number | string>;
  "entities"?: readonly Record<string, JsonValue>[];
  "principal": UidBody;
  "resource": UidBody;
};

export type PolicyView = {
  "approval_id": string | null;
  "name": string;
  "policy_id": string;
  "proposed_at": string;
  "proposed_by": string;
  "published_at": string | null;
  "reason": string | null;
  "retired_at": string | null;
  "source_hash": string;
  "status": "draft" | "published" | "retired";
  "version": number;
};

export type PortalView = {
  "url": string;
};

export type PrecedentBody = {
  "conditions": readonly ConditionInput[];
  "domain": "GEN" | "ETH" | "ARCH" | "GOV";
  "example_approval_id"?: string | null;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "max_risk": "low" | "medium" | "high" | "critical";
  "rationale": string;
  "title": string;
};

export type PrecedentRow = {
  "audited": number;
  "compared": number;
  "disagreed": number;
  "false_positive_rate": number;
  "match_rate": number;
  "matched": number;
  "precedent_id": string;
  "saved_seconds": number;
  "veto_rate": number;
  "vetoed": number;
};

export type PrecedentSeed = {
  "activated_at": string | null;
  "activated_by": string | null;
  "author": string;
  "conditions": readonly Condition[];
  "created_at": string;
  "domain": "GEN" | "ETH" | "ARCH" | "GOV";
  "drafted_from": readonly string[];
  "ended_at": string | null;
  "example_approval_id": string | null;
  "expected_saved_seconds": number | null;
  "false_positive_rate": number;
  "findings": readonly ApprovalsFinding[];
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "match_count": number;
  "match_rate": number;
  "max_risk": "low" | "medium" | "high" | "critical";
  "pattern_id": string | null;
  "probation": Probation | null;
  "rationale": string;
  "recall_id": string | null;
  "reference": string;
  "seed_id": string;
  "status": "draft" | "pending_review" | "approved" | "rejected" | "active" | "suspended" | "superseded" | "deprecated" | "archived";
  "superseded_by": string | null;
  "title": string;
  "version": number;
  "veto_count": number;
  "veto_rate": number;
  "waited_seconds": number | null;
  "workspace_id"?: string | null;
};

export type PrecedentSeedPage = {
  "items": readonly PrecedentSeed[];
  "next_cursor": string | null;
};

export type Prediction = {
  "approvals": number;
  "cost_usd_micros": number;
  "denials": readonly Denial[];
  "mode": "full" | "fast" | "security";
  "passes": boolean;
  "point_of_no_return": string | null;
  "risk": "low" | "medium" | "high" | "critical";
  "steps": readonly StepPrediction[];
  "tolerance_percent": number;
};

export type PreferencesBody = {
  "muted"?: readonly ("approval_pending" | "veto_window_opened" | "reversal_failed" | "pipeline_paused" | "violation_reported" | "last_call" | "budget_reached" | "payment_failed" | "plan_lost" | "credit_granted" | "run_failed" | "run_doubtful" | "connector_changed" | "agent_recalled")[];
  "quiet_hours"?: QuietHoursBody | null;
};

export type PreferencesView = {
  "muted": readonly ("approval_pending" | "veto_window_opened" | "reversal_failed" | "pipeline_paused" | "violation_reported" | "last_call" | "budget_reached" | "payment_failed" | "plan_lost" | "credit_granted" | "run_failed" | "run_doubtful" | "connector_changed" | "agent_recalled")[];
  "push_key": string;
  "quiet_hours": QuietHours | null;
};

export type PreviewBody = {
  "messages": readonly MessageBody[];
  "values"?: Record<string, JsonValue>;
  "variables"?: Record<string, JsonValue>;
};

export type PreviewLine = {
  "cents": number;
  "description": string;
};

export type PreviewView = {
  "balance_cents": number;
  "discount_cents": number;
  "interval_cents": number;
  "lines": readonly PreviewLine[];
  "loosens": readonly FeatureView[];
  "next_invoice_at": string | null;
  "next_invoice_cents": number;
  "tax_cents": number;
  "trial_days": number;
  "usage_so_far": UsageSoFar | null;
};

export type PriceView = {
  "flat": number;
  "per_seat": number;
};

export type Prices = {
  "as_of": string | null;
  "page": string | null;
  "tokens_cached_read_usd_micros": number | null;
  "tokens_cached_write_usd_micros": number | null;
  "tokens_in_usd_micros": number | null;
  "tokens_out_usd_micros": number | null;
};

export type PricesBody = {
  "as_of": string;
  "page": string;
  "tokens_cached_read_usd_micros"?: number | null;
  "tokens_cached_write_usd_micros"?: number | null;
  "tokens_in_usd_micros"?: number | null;
  "tokens_out_usd_micros"?: number | null;
};

export type Probation = {
  "agreed": number;
  "audited": number;
  "audits_one_in": number;
  "ends_at": string | null;
  "reach": "agent" | "workspace";
};

export type Problem = {
  "code": string;
  "correlation_id": string;
  "detail": string;
  "errors": readonly ProblemError[];
  "feature"?: string | null;
  "limit"?: number | null;
  "meter"?: string | null;
  "resets_at"?: string | null;
  "status": number;
  "title": string;
  "type": string;
  "upgrade_to"?: string | null;
};

export type ProblemError = {
  "field": string;
  "message": string;
};

export type PromptBody = {
  "messages": readonly MessageBody[];
  "name": string;
  "variables"?: Record<string, JsonValue>;
  "version": number;
};

export type PromptComparison = {
  "name": string;
  "receipts": number;
  "since": string;
  "until": string;
  "versions": readonly VersionRow[];
};

export type PromptDetail = {
  "activated_at": string | null;
  "activated_by": string | null;
  "checksum": string;
  "deprecated_at": string | null;
  "deprecated_by": string | null;
  "messages": readonly ModelMessage[] | null;
  "name": string;
  "status": "draft" | "active" | "deprecated";
  "variables": Record<string, Record<string, JsonValue>> | null;
  "version": number;
  "written_at": string;
  "written_by": string;
};

export type PromptPage = {
  "items": readonly PromptView[];
  "next_cursor": string | null;
};

export type PromptPart = {
  "name": string;
  "sha256": string;
  "version": number;
};

export type PromptPreview = {
  "messages": readonly ModelMessage[];
};

export type PromptView = {
  "activated_at": string | null;
  "activated_by": string | null;
  "checksum": string;
  "deprecated_at": string | null;
  "deprecated_by": string | null;
  "name": string;
  "status": "draft" | "active" | "deprecated";
  "version": number;
  "written_at": string;
  "written_by": string;
};

export type ProvedUsageEvent = {
  "line": string;
  "path": readonly string[];
  "place": number;
  "size": number;
  "slab": number;
};

export type PushKeysBody = {
  "auth": string;
  "p256dh": string;
};

export type QueuedApprove = {
  "action": "approve";
  "answer"?: Record<string, JsonValue> | null;
  "approval_id": string;
  "assertion"?: Assertion | null;
  "client_decision_id": string;
  "decision_hash": string;
  "note"?: string;
  "read_ms"?: number | null;
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type QueuedRequestChanges = {
  "action": "request-changes";
  "answer"?: Record<string, JsonValue> | null;
  "approval_id": string;
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision_hash": string;
  "note": string;
  "read_ms"?: number | null;
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type QueuedVeto = {
  "action": "veto";
  "approval_id": string;
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision_hash": string;
  "explanation": string;
  "read_ms"?: number | null;
  "reason_category": "constitutional" | "safety" | "budget" | "other";
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type QuietHours = {
  "begin": string;
  "end": string;
  "time_zone": string;
};

export type QuietHoursBody = {
  "begin": string;
  "end": string;
  "time_zone": string;
};

export type QuotaUse = {
  "limit": number | null;
  "meter": ("executions" | "tokens" | "api_calls" | "storage") | "seats";
  "resets_at": string | null;
  "stops": boolean;
  "used": number;
};

export type Quotation = {
  "end": number;
  "page": number;
  "quote_sha256": string;
  "start": number;
  "version": number;
};

export type Reactivation = {
  "at": string;
  "by": string;
  "reason": string;
};

export type ReasonBody = {
  "reason": string;
};

export type ReasonGroup = {
  "approval_id": string;
  "changes_requested": number;
  "reason": string;
  "refusals": number;
  "rejected": number;
  "vetoed": number;
};

export type Reasons = {
  "by": "meaning" | "wording";
  "erased": number;
  "groups": readonly ReasonGroup[];
  "in_other_groups": number;
  "older": number;
  "without": number;
};

export type RecallBody = {
  "agent_id": string;
  "reason": string;
  "version"?: string | null;
};

export type RecallDetail = {
  "agent_id": string;
  "agent_status": ("draft" | "certified" | "trial" | "go_live_pending" | "active" | "paused" | "suspended" | "probation" | "deprecated") | null;
  "halted": number;
  "lifted_at": string | null;
  "lifted_by": string | null;
  "lifted_for": string | null;
  "name": string;
  "next_cursor": string | null;
  "precedents": readonly string[];
  "reason": string;
  "recall_id": string;
  "recalled_at": string;
  "recalled_by": string;
  "runs": readonly RecalledRun[];
  "status": "halting" | "in_force" | "lifted";
  "version": string | null;
  "workspace_id"?: string | null;
};

export type RecallPage = {
  "items": readonly RecallView[];
  "next_cursor": string | null;
};

export type RecallView = {
  "agent_id": string;
  "lifted_at": string | null;
  "lifted_by": string | null;
  "lifted_for": string | null;
  "name": string;
  "reason": string;
  "recall_id": string;
  "recalled_at": string;
  "recalled_by": string;
  "status": "halting" | "in_force" | "lifted";
  "version": string | null;
  "workspace_id"?: string | null;
};

export type RecalledRun = {
  "agent_version": string;
  "can_be_undone": boolean;
  "capsule": string;
  "halted": boolean;
  "is_undone": boolean;
  "run_id": string;
  "started_at": string;
  "status": "pending" | "running" | "paused" | "awaiting_approval" | "completed" | "failed" | "cancelled";
  "stopping": string | null;
};

export type ReceiptAwaited = {
  "due_at": string;
  "number": number;
  "receipt_id": string;
};

export type ReceiptCheck = {
  "detail": string;
  "part": "envelope" | "entry" | "chain" | "inclusion";
  "result": "holds" | "tampered" | "not_yet" | "not_given";
};

export type ReceiptName = {
  "iteration": number | null;
  "outcome": string;
  "receipt_id": string;
  "step": string | null;
};

export type ReceiptPage = {
  "items": readonly (RecordedReceipt | RecordedProgramReceipt)[];
  "next_cursor": string | null;
};

export type ReceiptProof = {
  "envelope": DsseEnvelope;
  "keys": readonly string[];
  "number": number;
  "proof": string;
  "receipt_id": string;
};

export type ReceiptVerification = {
  "checked": readonly ReceiptCheck[];
  "receipt_id": string;
  "status": "created" | "verified" | "tampered";
  "tampered": readonly ("envelope" | "entry" | "chain" | "inclusion")[];
};

export type RecordedProgramReceipt = {
  "arguments_sha256": string;
  "at": string;
  "called_by": string;
  "cost_usd_micros": number;
  "credential": string | null;
  "invocation_id": string;
  "key_id": string | null;
  "model": ModelAsked;
  "number": number;
  "operation": string;
  "outcome": "intended" | "refused" | "dispatched" | "confirmed" | "doubtful" | "undone";
  "output_sha256": string | null;
  "predicted_usd_micros": number;
  "receipt_id": string;
  "workspace_id"?: string | null;
};

export type RecordedReceipt = {
  "agent_id": string;
  "agent_version": string;
  "approval_id": string | null;
  "arguments_sha256": string;
  "artifact_sha256": string | null;
  "assented_by": string | null;
  "at": string;
  "attempt": number;
  "cost_usd_micros": number;
  "credential": string | null;
  "decision": string | null;
  "invocation_id": string;
  "iteration": number | null;
  "labels": readonly string[] | null;
  "model": ModelTurn | null;
  "number": number;
  "on_behalf_of": string | null;
  "operation": string;
  "outcome": "intended" | "refused" | "dispatched" | "confirmed" | "doubtful" | "undone";
  "output_sha256": string | null;
  "pin": string | null;
  "plan_hash": string | null;
  "predicted_usd_micros": number;
  "reason": string | null;
  "receipt_id": string;
  "run_id": string | null;
  "settled_by": string | null;
  "step": string | null;
  "token_id": string | null;
  "workspace_id"?: string | null;
};

export type RedactionBody = {
  "regions"?: readonly string[];
  "text": string;
};

export type RedactionView = {
  "absent": readonly AbsentView[];
  "found": readonly FoundView[];
  "found_by": readonly ("patterns" | "recognition")[];
  "models": readonly string[];
  "text": string;
};

export type ReferralOfferView = {
  "months": number;
  "percent": number;
};

export type ReferralView = {
  "code": string;
  "months": number;
  "percent": number;
};

export type RejectedEvent = {
  "index": number;
  "problem": string;
};

export type Replay = {
  "flipped": number;
  "flips": readonly Flip[];
  "next_cursor": string | null;
  "not_replayable": Record<string, number>;
  "replayed": number;
};

export type ReplayBody = {
  "cursor"?: string | null;
  "from": string;
  "to": string;
};

export type ReportBody = {
  "evidence": string;
  "reading"?: ("healthy" | "degraded" | "critical") | null;
  "trigger": "execution_bypass" | "scope_drift" | "evidence_gap" | "ethics_violation" | "health";
};

export type ReportCount = {
  "count": number;
  "latest_at": string;
  "latest_by": string;
  "latest_evidence": string;
  "published_at": string;
  "since_event": number;
  "trigger": "by_hand" | "dependency" | "execution_bypass" | "scope_drift" | "evidence_gap" | "ethics_violation" | "health" | "rollback_failed" | "recalled";
};

export type ReportedViolation = {
  "at": string;
  "evidence": readonly string[];
  "reported_by": string;
  "rule": string;
  "subject": Subject;
  "summary": string;
  "violation_id": string;
};

export type RequestBody = {
  "amount_usd_micros"?: number | null;
  "content": Record<string, JsonValue>;
  "deadline_seconds"?: number | null;
  "effect"?: ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "evidence": readonly JsonValue[];
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "rollback_plan": string;
  "rule"?: RuleInput | null;
  "subject": SubjectBody;
  "summary": string;
};

export type RequestChangesBody = {
  "answer"?: Record<string, JsonValue> | null;
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision_hash": string;
  "note": string;
  "read_ms"?: number | null;
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type ResourceDocument = {
  "authorization_servers": readonly string[];
  "bearer_methods_supported": readonly string[];
  "resource": string;
  "resource_name": string;
  "scopes_supported": readonly string[];
};

export type ResumeBody = {
  "snapshot"?: string | null;
};

export type RetentionBody = {
  "days": number;
};

export type RetentionView = {
  "days": number;
  "longer_days": number | null;
  "longer_until": string | null;
  "set_by": string | null;
};

export type Retry = {
  "attempts": number;
  "backoff_seconds": number;
};

export type RetryBody = {
  "attempts": number;
  "backoff"?: number;
};

export type Review = {
  "because": "break_glass" | "deputy" | "late_refusal";
  "by_governor": boolean;
  "due_at": string;
  "note": string;
  "reviewed_at": string | null;
  "reviewed_by": string | null;
  "status": "owed" | "missed" | "upheld" | "overturned";
};

export type ReviewBody = {
  "note": string;
  "verdict": "upheld" | "overturned";
};

export type Right = {
  "only"?: Record<string, JsonValue>;
  "operation": string;
  "per_day"?: number | null;
  "per_run"?: number | null;
  "up_to_usd"?: MoneyLimit | null;
};

export type RightLimits = {
  "only": Record<string, JsonValue>;
  "per_day": number | null;
  "per_run": number | null;
  "up_to_usd": MoneyLimit | null;
};

export type Rights = {
  "alone"?: readonly (string | Right)[];
  "never"?: readonly string[];
  "with_approval"?: readonly (string | Right)[];
};

export type RouteBody = {
  "base_url"?: string | null;
  "cache_seconds"?: number | null;
  "caches_sampled"?: boolean;
  "credential"?: string | null;
  "fallbacks"?: readonly string[];
  "model": string;
  "most_tokens_out"?: number;
  "prices"?: PricesBody | null;
  "privacy"?: "open" | "contracted" | "own";
  "provider": "openai" | "anthropic" | "local";
  "shares"?: Record<string, JsonValue>;
};

export type RoutePart = {
  "base_url": string | null;
  "credential": string | null;
  "name": string;
  "privacy": string;
  "sha256": string;
  "tokens_in_usd_micros": number | null;
  "tokens_out_usd_micros": number | null;
};

export type Rule = {
  "kind": "any" | "all" | "m_of_n";
  "m": number | null;
  "of": readonly Place[];
};

export type RuleInput = {
  "kind": "any" | "all" | "m_of_n";
  "m"?: number | null;
  "of": readonly PlaceInput[];
};

export type RuleRow = {
  "approved": number;
  "escalated_seconds": number;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "lost_usd_micros": number;
  "median_seconds": number;
  "refused": number;
  "requests": number;
  "risk": "low" | "medium" | "high" | "critical";
  "rule": Rule;
  "silent": number;
  "waited_seconds": number;
  "waiting": number;
};

export type RuleView = {
  "document_name": string;
  "name": string;
  "says": string;
};

export type RunBody = {
  "plan_hash": string;
};

export type RunEvent = {
  "actor": string;
  "approval_id": string | null;
  "at": string;
  "done": number;
  "failure": Failure | null;
  "held_usd_micros": number;
  "id": string;
  "outputs_hash": string | null;
  "receipts": readonly ReceiptName[];
  "sequence": number;
  "spent_usd_micros": number;
  "status": "pending" | "running" | "paused" | "awaiting_approval" | "completed" | "failed" | "cancelled";
  "steps": number;
  "stopping": string | null;
  "type": string;
  "waiting": Waiting | null;
};

export type RunEvents = {
  "after": number;
  "is_over": boolean;
  "items": readonly RunEvent[];
};

export type RunPage = {
  "items": readonly RunView[];
  "next_cursor": string | null;
};

export type RunView = {
  "agent_id": string;
  "agent_version": string;
  "approval_id": string | null;
  "capsule": string;
  "capsule_version": string;
  "depth": number;
  "divergences": number;
  "done": number;
  "ended_at": string | null;
  "failure": Failure | null;
  "held_usd_micros": number;
  "is_undone": boolean;
  "outputs_hash": string | null;
  "parent_run_id": string | null;
  "plan_hash": string;
  "recall_id": string | null;
  "replay_of": string | null;
  "run_id": string;
  "spent_usd_micros": number;
  "started_at": string;
  "started_by": string;
  "status": "pending" | "running" | "paused" | "awaiting_approval" | "completed" | "failed" | "cancelled";
  "steps": number;
  "stopping": ("pause" | "cancel" | "recall") | null;
  "token_id": string | null;
  "waiting": Waiting | null;
  "workspace_id"?: string | null;
};

export type RunsReplayBody = {
  "from_step"?: string | null;
  "mode"?: "full" | "from_step" | "failed_only";
};

export type ScheduleBody = {
  "capsule": string;
  "cron"?: string | null;
  "event"?: ("assent.invocation.settled.v1" | "assent.notice.sent.v1" | "assent.policy.published.v1") | null;
  "inputs"?: Record<string, JsonValue>;
  "version"?: string | null;
};

export type ScheduleCallBody = {
  "arguments": Record<string, JsonValue>;
  "invocation_id": string;
  "operation": "assent/schedules.create" | "assent/schedules.end";
};

export type ScheduleGiven = {
  "capsule": string;
  "cron": string | null;
  "event": ("assent.invocation.settled.v1" | "assent.notice.sent.v1" | "assent.policy.published.v1") | null;
  "inputs": Record<string, JsonValue> | null;
  "labels": readonly string[];
  "next_at": string | null;
  "schedule_id": string;
  "version": string | null;
};

export type SchedulePage = {
  "items": readonly ScheduleView[];
  "next_cursor": string | null;
};

export type ScheduleView = {
  "agent_id": string | null;
  "capsule": string;
  "created_at": string;
  "created_by": string;
  "cron": string | null;
  "event": ("assent.invocation.settled.v1" | "assent.notice.sent.v1" | "assent.policy.published.v1") | null;
  "failures": number;
  "inputs_hash": string;
  "last_at": string | null;
  "last_problem": Problem | null;
  "last_run_id": string | null;
  "made_by_run": string | null;
  "next_at": string | null;
  "rests_because": string | null;
  "schedule_id": string;
  "status": "active" | "resting" | "ended";
  "version": string | null;
  "workspace_id"?: string | null;
};

export type ScimBody = Record<string, JsonValue>;

export type ScimError = {
  "detail": string;
  "schemas": readonly string[];
  "scimType"?: string | null;
  "status": string;
};

export type Scope = {
  "in"?: readonly string[];
  "out"?: readonly string[];
};

export type SearchBody = {
  "corpora"?: readonly string[] | null;
  "limit"?: number;
  "mode"?: "hybrid" | "vector" | "text";
  "query": string;
};

export type SeedPage = {
  "items": readonly MobileApiPrecedentSeed[];
  "next_cursor": string | null;
};

export type SentNotice = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export type SentenceView = {
  "end": number;
  "start": number;
  "text": string;
};

export type ServerDocument = {
  "authorization_endpoint": string;
  "authorization_response_iss_parameter_supported": true;
  "client_id_metadata_document_supported": true;
  "code_challenge_methods_supported": readonly string[];
  "device_authorization_endpoint": string;
  "grant_types_supported": readonly string[];
  "issuer": string;
  "jwks_uri": string;
  "response_modes_supported": readonly string[];
  "response_types_supported": readonly string[];
  "scopes_supported": readonly string[];
  "token_endpoint": string;
  "token_endpoint_auth_methods_supported": readonly string[];
};

export type SessionPage = {
  "items": readonly SessionView[];
  "next_cursor": string | null;
};

export type SessionView = {
  "agent_id": string | null;
  "client": "browser" | "device" | "client" | "support";
  "client_id": string | null;
  "device": string;
  "ended_at": string | null;
  "ended_because": ("signed_out" | "revoked" | "reused" | "replaced" | "removed") | null;
  "expires_at": string;
  "impersonator": string | null;
  "passkey_id": string | null;
  "provider": string;
  "scope": string;
  "session_id": string;
  "started_at": string;
  "tenant_id": string | null;
  "used_at": string;
};

export type SettlementBody = {
  "happened": boolean;
  "note": string;
  "output"?: JsonValue;
};

export type Shown = {
  "action": string;
  "asked_by": string;
  "at": string;
  "context": Record<string, boolean | number | string>;
  "decision_id": string;
  "determining": readonly string[];
  "effect": "allow" | "deny";
  "entities": readonly Record<string, JsonValue>[] | null;
  "errors": readonly string[];
  "obligations": readonly Obligation[];
  "policy_version": string;
  "principal": Uid;
  "resource": Uid;
  "slice_hash": string;
  "workspace_id"?: string | null;
};

export type SignedCard = {
  "added_rule": Rule | null;
  "amount_usd_micros": number | null;
  "answer_hash": string | null;
  "attachments"?: readonly CitedArtifact[];
  "authors": readonly string[];
  "break_glass": BreakGlass | null;
  "capacity": ("approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self") | null;
  "case": CaseBinding | null;
  "deadline_at": string;
  "decided_at": string | null;
  "decided_by": string | null;
  "decision_hash": string;
  "deferred_until": string | null;
  "device_id": string | null;
  "effect": ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay") | null;
  "grants": readonly Grant[];
  "id": string;
  "kind": "artifact" | "communication" | "execution" | "financial" | "constitutional";
  "late": readonly LateDecision[];
  "missing": readonly string[];
  "needs_answer": boolean;
  "note": string;
  "on_timeout": "approve" | "deny";
  "passkey_for": "nothing" | "break_glass" | "assent";
  "passkey_id": string | null;
  "precedent_id": string | null;
  "receipt_id": string | null;
  "requested_at": string;
  "requested_by": string;
  "review": Review | null;
  "risk": "low" | "medium" | "high" | "critical";
  "rule": Rule;
  "signature": string | null;
  "stage": Stage | null;
  "status": "pending" | "deferred" | "escalated" | "approved" | "rejected" | "changes_requested" | "expired" | "cancelled" | "auto_approved" | "confirmed" | "vetoed" | "overturned" | "reversed" | "reversal_failed";
  "subject": Subject;
  "summary": string;
  "version": number;
  "veto": VetoWindow | null;
  "veto_reason": VetoReason | null;
  "votes": readonly Vote[];
  "workspace_id"?: string | null;
};

export type SignedReceipt = {
  "envelope": DsseEnvelope;
  "keys": readonly string[];
  "receipt": RecordedReceipt | RecordedProgramReceipt;
};

export type Skill = {
  "effects": readonly ("read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay")[];
  "name": string;
  "status": "available" | "withdrawn";
  "summary": string;
  "version": string;
};

export type SkillCalls = {
  "calls": readonly Call[];
  "compute": Call;
  "kind": "skill";
  "most_calls": number;
};

export type SkillList = {
  "items": readonly Skill[];
  "next_cursor": string | null;
};

export type SnapshotPage = {
  "items": readonly SnapshotView[];
  "next_cursor": string | null;
};

export type SnapshotView = {
  "at": string;
  "done": number;
  "is_newest": boolean;
  "next_steps": readonly string[];
  "snapshot": string;
  "unit": number;
};

export type SourceBody = {
  "citation"?: Citation | null;
  "id"?: string;
  "kind"?: "person" | "call" | "document" | "artifact" | "approval" | "memory";
};

export type Spec = {
  "budget"?: Budget;
  "containment"?: Containment;
  "data_access"?: readonly DataAccess[];
  "escalation_triggers"?: readonly string[];
  "industry"?: string;
  "instructions"?: string | null;
  "interfaces"?: Interfaces;
  "mode"?: "production" | "trial";
  "name": string;
  "purpose"?: string;
  "rights"?: Rights;
  "scope"?: Scope;
  "skills"?: readonly string[];
  "systems"?: readonly System[];
  "way_of_working"?: WayOfWorking;
};

export type Spend = {
  "limit_usd_micros": number;
  "spent_usd_micros": number;
  "state": "active" | "warning" | "critical" | "exhausted";
};

export type SsoBody = {
  "client_id": string;
  "client_secret"?: string | null;
  "default_roles"?: readonly ("tenant_admin" | "governor" | "deputy" | "operator" | "developer" | "analyst" | "end_user")[];
  "domain": string;
  "groups"?: readonly GroupRolesBody[];
  "issuer": string;
  "joins"?: boolean;
};

export type SsoView = {
  "changed_at": string;
  "changed_by": string;
  "client_id": string;
  "default_roles": readonly string[];
  "domain": string;
  "groups": readonly GroupRoles[];
  "issuer": string;
  "joins": boolean;
  "record_name": string;
  "record_value": string;
  "redirect_uri": string;
  "verified_at": string | null;
};

export type Stage = {
  "name": string;
  "number": number;
  "of": number;
};

export type StageFinding = {
  "check": string;
  "evidence": string;
  "path": string;
  "remedy": string;
  "stage": number;
  "verdict": "pass" | "fail" | "escalate" | "concern";
};

export type StageView = {
  "approval_id": string | null;
  "certification_id": string | null;
  "findings": readonly Finding[] | null;
  "finished_at": string | null;
  "name": string;
  "number": number;
  "started_at": string | null;
  "status": "pending" | "running" | "waiting" | "passed" | "failed" | "escalated" | "skipped";
};

export type Step = {
  "agent"?: AgentBody | null;
  "approval"?: "required" | null;
  "budget_usd"?: number | null;
  "calls"?: CallsBody | readonly string[] | null;
  "capsule"?: string | null;
  "for_each"?: string | null;
  "id": string;
  "if"?: string | null;
  "needs"?: readonly string[] | null;
  "output"?: string | Record<string, JsonValue> | null;
  "parallel"?: readonly InnerStep[] | null;
  "retry"?: RetryBody | null;
  "runtime"?: ("monty" | "cpython") | null;
  "skill"?: string | null;
  "timeout"?: number | null;
  "tolerance_percent"?: number | null;
  "undo"?: UndoBody | null;
  "use"?: string | null;
  "wait"?: WaitBody | null;
  "with"?: Record<string, JsonValue>;
};

export type StepPage = {
  "items": readonly StepView[];
  "next_cursor": string | null;
};

export type StepPrediction = {
  "approval": boolean;
  "calls": number | null;
  "cost_usd_micros": number;
  "denials": readonly Denial[];
  "effect": "read" | "draft" | "change" | "send" | "publish" | "deploy" | "delete" | "grant" | "decide" | "pay";
  "operation": string | null;
  "output": Record<string, JsonValue>;
  "reversible": boolean;
  "risk": "low" | "medium" | "high" | "critical";
  "step": string;
  "tolerance_percent": number;
};

export type StepView = {
  "approval_id": string | null;
  "assented_by": string | null;
  "at": string;
  "cost_usd_micros": number;
  "divergences": readonly Divergence[];
  "invocation_id": string | null;
  "iteration": number | null;
  "iterations": number | null;
  "number": number;
  "operation": string | null;
  "output": Labelled;
  "predicted_usd_micros": number;
  "prompt": string | null;
  "settled_by": string | null;
  "status": string;
  "step": string;
  "sub_run_id": string | null;
  "turn": TurnView | null;
  "turns": number | null;
};

export type SubRun = {
  "kind": "capsule";
  "plan_hash": string;
};

export type Subject = {
  "id": string;
  "name": string;
  "type": string;
};

export type SubjectBody = {
  "id": string;
  "name"?: string | null;
  "type": string;
};

export type SubscriptionBody = {
  "endpoint": string;
  "expirationTime"?: number | null;
  "keys": PushKeysBody;
};

export type SubscriptionView = {
  "add_ons": readonly AddOnTaken[];
  "cancel_at_period_end": boolean;
  "credits": CreditsView;
  "current_period": PeriodView | null;
  "discount": DiscountView | null;
  "entitlements": EntitlementsView;
  "interval": ("month" | "year") | null;
  "past_due_since": string | null;
  "plan": "free" | "pro" | "team" | "enterprise";
  "quotas": readonly QuotaUse[];
  "seats": number;
  "status": "trialing" | "active" | "past_due" | "paused" | "canceled";
  "trial_ends_at": string | null;
  "waits_for": string | null;
};

export type SummaryBody = {
  "sentences"?: number;
  "text": string;
  "written"?: boolean;
};

export type SummaryView = {
  "absent": readonly AbsentView[];
  "by": "textrank" | "first_sentences";
  "sentences": readonly SentenceView[];
  "written": WrittenView | null;
};

export type SupportAccessBody = {
  "allowed": boolean;
};

export type SupportAccessView = {
  "allowed": boolean;
  "changed_at": string | null;
  "changed_by": string | null;
};

export type Suspension = {
  "at": string;
  "by": string;
  "origin": string | null;
  "reason": string;
  "trigger": "by_hand" | "dependency" | "execution_bypass" | "scope_drift" | "evidence_gap" | "ethics_violation" | "health" | "rollback_failed" | "recalled";
};

export type SuspensionBody = {
  "reason": string;
};

export type SyncAccepted = {
  "card": Card;
  "client_decision_id": string | null;
  "status": number;
};

export type SyncBody = {
  "decisions": readonly (QueuedApprove | QueuedRequestChanges | QueuedVeto)[];
};

export type SyncRefused = {
  "client_decision_id": string | null;
  "problem": Problem;
  "retry_after": number | null;
  "status": number;
};

export type SyncResults = {
  "results": readonly (SyncAccepted | SyncRefused)[];
};

export type System = {
  "connector"?: string | null;
  "name": string;
  "operations"?: readonly Operation[];
  "sources"?: readonly string[] | null;
};

export type TenantBody = {
  "name": string;
  "slug": string;
};

export type TenantMarginView = {
  "api_calls": number | null;
  "cost_usd_micros": number;
  "executions": number;
  "gross_basis_points": number | null;
  "is_low": boolean;
  "models_usd_micros": number;
  "mrr_cents": number;
  "plan": "free" | "pro" | "team" | "enterprise";
  "revenue_cents": number;
  "stored_bytes": number;
  "tenant_id": string;
  "tenants": number;
};

export type TenantView = {
  "closes_at": string | null;
  "created_at": string;
  "name": string;
  "slug": string;
  "status": "trial" | "active" | "suspended" | "closing" | "closed";
  "tenant_id": string;
  "tier": string;
};

export type TenantsView = {
  "items": readonly TenantView[];
  "next_cursor": null;
};

export type TestReport = {
  "failed": number;
  "passed": number;
  "results": readonly Tested[];
};

export type Tested = {
  "determining": readonly string[];
  "effect": "allow" | "deny";
  "errors": readonly string[];
  "expect": "allow" | "deny";
  "passed": boolean;
};

export type TimelineEntry = {
  "at": string;
  "by": string;
  "device_id": string | null;
  "event": string;
  "note": string;
  "read_ms": number | null;
  "sequence": number;
};

export type TimelinePage = {
  "items": readonly TimelineEntry[];
  "next_cursor": string | null;
};

export type TokenAnswer = {
  "access_token": string;
  "expires_in": number;
  "refresh_token"?: string | null;
  "scope": string;
  "token_type"?: "Bearer";
};

export type TokenBody = {
  "client_id"?: string;
  "client_secret"?: string;
  "code"?: string;
  "code_verifier"?: string;
  "device_code"?: string;
  "grant_type"?: string;
  "redirect_uri"?: string;
  "refresh_token"?: string;
  "resource"?: string;
  "scope"?: string;
  "tenant"?: string;
  "workspace"?: string;
};

export type TokenView = {
  "run_id": string;
  "run_status": "pending" | "running" | "paused" | "awaiting_approval" | "completed" | "failed" | "cancelled";
  "stopping": string | null;
  "token_id": string;
};

export type ToolsShown = {
  "audience": string | null;
  "header": string | null;
  "scope": string | null;
  "token_url": string | null;
  "user": string | null;
};

export type ToolsSuspensionBody = {
  "reason": string;
};

export type TurnView = {
  "chosen": readonly (string | null)[];
  "model": string;
  "number": number;
  "receipt_id": string | null;
  "tokens_in": number | null;
  "tokens_out": number | null;
};

export type Uid = JsonValue[];

export type UidBody = {
  "id": string;
  "type": string;
};

export type Undo = {
  "arguments": Record<string, JsonValue>;
  "operation": string;
};

export type UndoBody = {
  "use": string;
  "with"?: Record<string, JsonValue>;
};

export type UnitCostsView = {
  "api_call": number;
  "execution": number;
  "gib_month": number;
  "measured_on": string;
  "priced_on": string;
};

export type UnsortedMeter = {
  "meter": string;
  "problem": string;
  "section": number;
};

export type Upload = {
  "headers": Record<string, string>;
  "until": string;
  "url": string;
};

export type Usage = {
  "group_by": "total" | "subject" | "hour" | "day" | "month";
  "is_whole": boolean;
  "items": readonly UsageSum[];
  "since": string;
  "until": string;
};

export type UsageAccepted = {
  "accepted": number;
  "duplicates": number;
  "rejected": readonly RejectedEvent[];
};

export type UsageCharge = {
  "before": number;
  "cents": number;
  "charged": number;
  "counted": readonly UsageCounted[];
  "included": number;
  "meter": "executions" | "tokens" | "api_calls" | "storage";
  "period": string;
  "price_cents": number;
  "price_units": number;
  "quantity": number;
  "section": number;
};

export type UsageCounted = {
  "meter": string;
  "quantity": number;
  "root": string;
};

export type UsageEventsBody = {
  "events": readonly (null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue })[];
};

export type UsageRoot = {
  "closed_at": string | null;
  "corrects": number | null;
  "events": number;
  "meter": string;
  "period": string;
  "quantity": number;
  "root": string;
  "section": number;
  "slabs": number;
};

export type UsageRootList = {
  "items": readonly UsageRoot[];
  "unsorted": readonly UnsortedMeter[];
};

export type UsageRootProof = {
  "closing": ClosingProof | null;
  "entry": EntryProof | null;
  "event": ProvedUsageEvent | null;
  "format": "assent-usage-proof/1";
  "meter": string;
  "opened": OpenedUsageSlab | null;
  "period": string;
  "quantity": number;
  "root": string;
  "section": number;
  "slabs": readonly string[];
  "tenant_id": string;
};

export type UsageSoFar = {
  "cents": number;
  "is_whole": boolean;
  "meters": readonly MeterSoFar[];
  "period": string;
};

export type UsageSum = {
  "events": number;
  "meter": string;
  "quantity": number;
  "since": string | null;
  "subject": string | null;
};

export type Validation = {
  "findings": readonly PolicyFinding[];
  "valid": boolean;
};

export type Verdicts = {
  "items": readonly CitationVerdict[];
};

export type VerifyBody = {
  "envelope"?: DsseEnvelope | null;
};

export type VersionRow = {
  "answered": number;
  "cost_usd_micros": number;
  "doubtful": number;
  "median_ms": number | null;
  "plans": readonly string[];
  "questions": number;
  "refused": number;
  "runs": number;
  "tokens_in": number;
  "tokens_out": number;
  "unfit": number;
  "version": number;
};

export type VetoBody = {
  "approval_id": string;
  "assertion"?: Assertion | null;
  "attachments"?: readonly string[];
  "client_decision_id": string;
  "decision_hash": string;
  "explanation": string;
  "read_ms"?: number | null;
  "reason_category": "constitutional" | "safety" | "budget" | "other";
  "seen_version"?: number | null;
  "signature"?: string | null;
};

export type VetoReason = {
  "attachments": readonly string[];
  "category": "constitutional" | "safety" | "budget" | "other";
  "explanation": string;
};

export type VetoWindow = {
  "closes_at": string;
  "delivered_at": string | null;
  "device_id": string | null;
  "waits_for_device": boolean;
};

export type ViolationPage = {
  "items": readonly ReportedViolation[];
  "next_cursor": string | null;
};

export type Vote = {
  "added_places": readonly number[];
  "at": string;
  "capacity": "approver" | "governor" | "deputy" | "break_glass" | "silence" | "precedent" | "requester" | "self";
  "device_id": string | null;
  "on_behalf_of": string | null;
  "passkey_id": string | null;
  "places": readonly number[];
  "principal": string;
};

export type Wait = {
  "kind": "wait";
  "seconds": JsonValue;
  "until": JsonValue;
};

export type WaitBody = {
  "for"?: number | string | null;
  "until"?: string | null;
};

export type Waiting = {
  "approval_id": string | null;
  "content_hash": string | null;
  "invocation_id": string | null;
  "kind": "approval" | "time" | "doubt" | "run";
  "run_id": string | null;
  "step": string | null;
  "until": string | null;
};

export type Waits = {
  "approved": number;
  "escalated_seconds": number;
  "lost_usd_micros": number;
  "median_seconds": number;
  "refused": number;
  "requests": number;
  "silent": number;
  "waited_seconds": number;
  "waiting": number;
};

export type WayOfWorking = {
  "auditability"?: string | null;
  "containment"?: string | null;
  "decision_rights"?: string | null;
  "escalation_triggers"?: string | null;
  "inputs_and_evidence"?: string | null;
  "interfaces"?: string | null;
  "outcome"?: string | null;
  "outputs"?: string | null;
  "scope"?: string | null;
  "self_critique"?: string | null;
};

export type WhereNext = {
  "return_to": string;
};

export type Withdrawal = {
  "at": string;
  "by": string;
  "outcome": ("cancelled" | "too_late") | null;
};

export type WorkspaceBody = {
  "name": string;
};

export type WorkspaceChange = {
  "archived"?: boolean | null;
  "name"?: string | null;
};

export type WorkspacePage = {
  "items": readonly WorkspaceView[];
  "next_cursor": string | null;
};

export type WorkspaceRoles = {
  "roles": readonly string[];
  "workspace_id": string;
};

export type WorkspaceView = {
  "archived_at": string | null;
  "created_at": string;
  "created_by": string;
  "name": string;
  "workspace_id": string;
};

export type WrittenView = {
  "ended": "stop" | "length" | "time";
  "model": string;
  "text": string;
  "tokens_in": number;
  "tokens_out": number;
};
