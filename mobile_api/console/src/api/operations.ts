/** Written by `python -m docs.typescript` from docs/api/openapi.json. */

import type { Accepted, AcknowledgementBody, ActivationBody, Agent, AgentDetail, AgentList, AgentPage, AgentView, Answer, ApprovalCard, ApprovalDetail, ApprovalPage, ApproveBody, ArtifactBody, ArtifactDetail, ArtifactPage, ArtifactRetentionBody, ArtifactView, AuditCheckpoint, AuditEntryPage, AuditExport, AuditProofs, BudgetPage, BudgetView, CapsuleBody, CapsuleDetail, CapsuleDrafted, CapsulePage, CapsuleView, Card, CardDetail, CardPage, CaseAccepted, CaseList, CasesBody, CatalogueView, ChannelBody, ChannelList, ChannelView, CheckoutBody, CheckoutView, CitationsBody, CodeBody, ComparedBody, ComparisonView, ConnectorBody, ConnectorChange, ConnectorPage, ConnectorView, CorpusBody, CorpusChange, CorpusList, CorpusView, CorrectionBody, CreationCaseView, CredentialBody, CredentialPage, CredentialView, CreditBody, CreditsView, Dashboard, DecisionBody, DecisionPage, DecisionView, DeliveryPage, DeliveryView, DocumentBody, DocumentPage, DocumentView, DraftView, ErasureBody, ErasureView, FlagBody, FlagView, ForecastBody, ForecastView, GhostrunBody, GovernanceReport, GovernorVetoBody, HealthView, ImpersonationBody, ImpersonationPage, ImpersonationView, ImportBody, IndustryList, InvitationBody, InvitationPage, InvitationView, InvocationView, InvoicePage, InvoiceView, JobBody, KeyBody, KeyPage, KeyView, KpisView, LiftBody, LimitBody, LimitView, LineProof, LocalModels, Me, MemberChange, MemberDetail, MemberPage, MemberView, MemoriesRecalled, MemoryBody, MemoryLearnedView, MemoryPage, MemoryQueryBody, MemoryView, MeterBody, MeterList, MetricsView, MinedView, MobileApiPrecedentSeed, ModelRoutePage, ModelRouteView, NameBody, NearestRules, NewChannel, NewImpersonation, NewInvitation, NewKey, Order, PatternPage, PatternView, PipelineView, PlanBody, PlanView, PolicyBody, PolicyDetail, PolicyPage, PolicyPolicyBody, PolicyRecord, PolicyRequestBody, PolicyView, PortalView, PrecedentBody, PrecedentSeed, PrecedentSeedPage, Prediction, PreferencesBody, PreferencesView, PreviewBody, PreviewView, PromptBody, PromptComparison, PromptDetail, PromptPage, PromptPreview, PromptView, ReasonBody, RecallBody, RecallDetail, RecallPage, RecallView, ReceiptPage, ReceiptProof, ReceiptVerification, RedactionBody, RedactionView, ReferralView, Replay, ReplayBody, ReportBody, RequestBody, RequestChangesBody, ResumeBody, RetentionBody, RetentionView, ReviewBody, RouteBody, RunBody, RunEvents, RunPage, RunView, RunsReplayBody, ScheduleBody, SchedulePage, ScheduleView, SearchBody, SeedPage, SessionPage, SessionView, SettlementBody, SignedCard, SignedReceipt, SkillList, SnapshotPage, Spec, SsoBody, SsoView, StepPage, SubscriptionView, SummaryBody, SummaryView, SupportAccessBody, SupportAccessView, SuspensionBody, SyncBody, SyncResults, TenantBody, TenantView, TenantsView, TestReport, TimelinePage, TokenView, ToolsSuspensionBody, Usage, UsageAccepted, UsageEventsBody, UsageRootList, UsageRootProof, Validation, Verdicts, VerifyBody, VetoBody, ViolationPage, WorkspaceBody, WorkspaceChange, WorkspacePage, WorkspaceView } from './generated.ts';

export interface Operations {
  /** Lists the tenant's agents, newest first. */
  agents_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: AgentList;
  };
  /** Submits an agent spec, JSON or YAML: stages 1 to 5 run at once; the answer shows the stage, and every finding of every stage with its path, its evidence and its remedy. */
  agents_create: {
    body: Spec | string;
    answer: CaseAccepted;
  };
  /** Translates an agent's definition into a draft of a spec, with all that had to be assumed and every finding that the draft would have. Submits and stores nothing. */
  agents_import: {
    body: ImportBody;
    answer: DraftView;
  };
  /** Shows one agent with its spec. */
  agents_get: {
    path: { "agent_id": string; };
    answer: AgentDetail;
  };
  /** Opens a case for a changed spec and says why it is a proposal or an evolution. For the agent's requester, those who submitted the version that serves, and the roles governor, genesis and tenant_admin. */
  agents_change: {
    path: { "agent_id": string; };
    body: Spec | string;
    answer: CaseAccepted;
  };
  /** Puts a suspended agent on probation, unless a recall of its version is in force; needs the role governor or genesis. */
  agents_reactivate: {
    path: { "agent_id": string; };
    body: ReasonBody;
    answer: AgentView;
  };
  /** Reports a violation or a reading of health; violations and the third critical reading in a row suspend the agent. Repeated reports are counted in `reports`; needs the role governor, genesis, tenant_admin, operator or service_runtime. */
  agents_report: {
    path: { "agent_id": string; };
    body: ReportBody;
    answer: AgentView;
  };
  /** Suspends an agent by hand, and with it every agent that depends on it; needs the role governor, genesis or tenant_admin. */
  agents_suspend: {
    path: { "agent_id": string; };
    body: ReasonBody;
    answer: AgentView;
  };
  /** Lists the tenant's keys without their secrets, newest first; with a token for a workspace, the keys of that one. */
  api_keys_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: KeyPage;
  };
  /** Makes a key that acts as the caller, with some of its scopes and no role; with a token for a workspace, a key that opens nothing outside of it. */
  api_keys_create: {
    body: KeyBody;
    answer: NewKey;
  };
  /** Revokes a key; its maker may, and an admin. */
  api_keys_delete: {
    path: { "key_id": string; };
    answer: KeyView;
  };
  /** Gives a key another secret; the earlier one is taken for 24 hours. */
  api_keys_rotate: {
    path: { "key_id": string; };
    answer: NewKey;
  };
  /** Lists approvals without their contents, newest first; `status` is a bucket. */
  approvals_list: {
    query?: { "status"?: ("pending" | "veto_open" | "decided"); "limit"?: number; "cursor"?: string; };
    answer: ApprovalPage;
  };
  /** Requests approval of exactly `content`; a precedent may approve at once. */
  approvals_create: {
    body: RequestBody;
    answer: SignedCard;
  };
  /** Shows the approval policy: who decides what, by when, and for whom silence approves. */
  approvals_policy_get: {
    answer: PolicyRecord;
  };
  /** Proposes another approval policy, which holds once a governor who did not propose it approves. */
  approvals_policy_set: {
    body: PolicyBody;
    answer: SignedCard;
  };
  /** Shows one approval with its content. */
  approvals_get: {
    path: { "approval_id": string; };
    answer: ApprovalDetail;
  };
  /** Decides. The same `client_decision_id` and body always give the same answer. */
  approvals_decide: {
    path: { "approval_id": string; };
    body: Omit<DecisionBody, 'client_decision_id'> & { client_decision_id?: string };
    answer: ApprovalCard;
  };
  /** Reviews a break-glass or a deputy's decision. */
  approvals_review: {
    path: { "approval_id": string; };
    body: ReviewBody;
    answer: ApprovalCard;
  };
  /** Lists files, newest first, of all or of one status. */
  artifacts_list: {
    query?: { "status"?: ("pending" | "scanning" | "stored" | "refused" | "removed"); "limit"?: number; "cursor"?: string; };
    answer: ArtifactPage;
  };
  /** Announces a file, and answers where to PUT its bytes within fifteen minutes; then it is to be completed. */
  artifacts_create: {
    body: ArtifactBody;
    answer: ArtifactDetail;
  };
  /** Shows for how long at most files are kept that no approval cites. */
  artifacts_retention_get: {
    answer: RetentionView;
  };
  /** Sets for how many days at most files are kept that no approval cites, after they were stored; a shorter time holds a week later. Needs the role tenant_admin. */
  artifacts_retention_set: {
    body: ArtifactRetentionBody;
    answer: RetentionView;
  };
  /** Removes the bytes of a file for ever; what is known of it, its SHA-256 among that, stays. A run that reads it later is refused. */
  artifacts_delete: {
    path: { "artifact_id": string; };
    answer: ArtifactView;
  };
  /** Shows a file that somebody uploaded or a run wrote, with an address to download it. */
  artifacts_get: {
    path: { "artifact_id": string; };
    answer: ArtifactDetail;
  };
  /** Checks what was uploaded: how many bytes, their SHA-256, and whether they are of the type. The file is then `stored`, or `scanning` where files are scanned, or `refused` with the reason. */
  artifacts_complete: {
    path: { "artifact_id": string; };
    answer: ArtifactDetail;
  };
  /** Shows the newest checkpoint, a C2SP signed note, with the keys that verify it. */
  audit_checkpoint_get: {
    answer: AuditCheckpoint;
  };
  /** Lists entries, newest first: by their actor, action (an event's type) and subject, and from one time up to before another. */
  audit_entries_list: {
    query?: { "actor"?: string; "action"?: string; "subject"?: string; "from"?: string; "to"?: string; "limit"?: number; "cursor"?: string; };
    answer: AuditEntryPage;
  };
  /** Asks for an archive of the whole log, which `assent-verify` verifies without the network; one at a time. */
  audit_exports_create: {
    answer: AuditExport;
  };
  /** Shows an export and, once it is ready, where to download it for the next fifteen minutes; one of everything needs the role tenant_admin. */
  audit_exports_get: {
    path: { "export_id": string; };
    answer: AuditExport;
  };
  /** Proves that the newest checkpoint covers an entry, that it continues an earlier one, or both. For a token for a workspace there are no entries but that workspace's. */
  audit_proofs_get: {
    query?: { "entry"?: number; "from_size"?: number; };
    answer: AuditProofs;
  };
  /** Lists the caller's sessions, newest first; to support and to a token for a workspace those of its tenant only. */
  auth_sessions_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: SessionPage;
  };
  /** Ends a session of the caller's, also one in which support acts as the caller: it gives no further token. */
  auth_sessions_delete: {
    path: { "session_id": string; };
    answer: SessionView;
  };
  /** Opens a page at Stripe where the order is paid for; the same page for the same order. With another tenant's code as `referral` a first subscription costs less at first. Needs the role tenant_admin. */
  billing_checkout_create: {
    body: CheckoutBody;
    answer: CheckoutView;
  };
  /** Opens a page at Stripe for means of payment and receipts. Needs the role tenant_admin. */
  billing_portal_create: {
    answer: PortalView;
  };
  /** Gives the tenant's referral code, always the same, which other tenants send when they first buy. Only a tenant that pays has one. Needs the role tenant_admin. */
  billing_referral_create: {
    answer: ReferralView;
  };
  /** Lists the budgets of which something was held or spent, those of the newest periods first. */
  budgets_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: BudgetPage;
  };
  /** Shows what all tenants together hold and have spent in the month, as far as they took of it; needs the role platform_admin. */
  budgets_platform_get: {
    answer: BudgetView;
  };
  /** Sets what all tenants together may spend in a month; needs the role platform_admin. */
  budgets_platform_set: {
    body: LimitBody;
    answer: LimitView;
  };
  /** Sets what an agent or an API key, by its id, may spend in a day, or the `tenant` in a month. */
  budgets_set: {
    path: { "scope": string; };
    body: LimitBody;
    answer: LimitView;
  };
  /** Lists versions of capsules without their sources, newest first. */
  capsules_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: CapsulePage;
  };
  /** Writes a version of a capsule as a draft, in YAML or JSON; answers what may be a mistake in it. A refusal names line and column. A version never changes; the same source again is the same version. */
  capsules_create: {
    body: CapsuleBody | string;
    answer: CapsuleDrafted;
  };
  /** Shows a version of a capsule with its source. */
  capsules_versions_get: {
    path: { "name": string; "version": string; };
    answer: CapsuleDetail;
  };
  /** Ends a version: it is compiled no more. Plans that were compiled from it stay. */
  capsules_versions_deprecate: {
    path: { "name": string; "version": string; };
    answer: CapsuleView;
  };
  /** Publishes a version: it is signed, and compiled from now on. */
  capsules_versions_publish: {
    path: { "name": string; "version": string; };
    answer: CapsuleView;
  };
  /** Lists the connectors without their operations, those that were written last first. */
  connectors_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: ConnectorPage;
  };
  /** Registers a connector as a draft, by which nothing is called yet. The tools of an MCP server are read once, and are what it can do from then on. */
  connectors_create: {
    body: ConnectorBody;
    answer: ConnectorView;
  };
  /** Removes a connector: plans that name it are refused. */
  connectors_delete: {
    path: { "name": string; };
    answer: ConnectorView;
  };
  /** Shows a connector with its operations and its pin. */
  connectors_get: {
    path: { "name": string; };
    answer: ConnectorView;
  };
  /** Changes a connector's definition, which is another one from then on, with another pin: plans with the one before are refused, and an active connector is suspended. */
  connectors_update: {
    path: { "name": string; };
    body: ConnectorChange;
    answer: ConnectorView;
  };
  /** Lets runs act by exactly the definition with that pin. */
  connectors_activate: {
    path: { "name": string; };
    body: ActivationBody;
    answer: ConnectorView;
  };
  /** Reads the tools of an MCP server again. Where anything differs from what was read before, the connector has another pin, and an active one is suspended; `differences` says what. */
  connectors_refresh: {
    path: { "name": string; };
    answer: ConnectorView;
  };
  /** Ends at once that anything is called by a connector. */
  connectors_suspend: {
    path: { "name": string; };
    body: ToolsSuspensionBody;
    answer: ConnectorView;
  };
  /** Lists the corpora that the caller may read, newest first. */
  corpora_list: {
    answer: CorpusList;
  };
  /** Makes a corpus, which becomes active with its first document. */
  corpora_create: {
    body: CorpusBody;
    answer: CorpusView;
  };
  /** Removes a corpus with its documents: no later answer has a passage of it, and its citations verify no more. */
  corpora_delete: {
    path: { "corpus_id": string; };
    answer: CorpusView;
  };
  /** Shows a corpus. */
  corpora_get: {
    path: { "corpus_id": string; };
    answer: CorpusView;
  };
  /** Names a corpus anew, gives it other readers, or sets it aside or back; who made it, a governor or a tenant_admin may. */
  corpora_update: {
    path: { "corpus_id": string; };
    body: CorpusChange;
    answer: CorpusView;
  };
  /** Lists the documents of a corpus, newest first. */
  corpora_documents_list: {
    path: { "corpus_id": string; };
    query?: { "limit"?: number; "cursor"?: string; };
    answer: DocumentPage;
  };
  /** Adds a document, an uploaded file or a text, which is read and embedded soon. The same bytes again are the same document; other bytes under the same name are its next version. */
  corpora_documents_add: {
    path: { "corpus_id": string; };
    body: DocumentBody;
    answer: DocumentView;
  };
  /** Removes a document: no later answer has a passage of it, and its citations verify no more. */
  corpora_documents_delete: {
    path: { "corpus_id": string; "document_id": string; };
    answer: DocumentView;
  };
  /** Shows a document: whether it is found yet, or why it cannot be read. */
  corpora_documents_get: {
    path: { "corpus_id": string; "document_id": string; };
    answer: DocumentView;
  };
  /** Lists the credentials without their values, those that were set last first. */
  credentials_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: CredentialPage;
  };
  /** Deletes a credential's value. Connectors that name it are refused from then on. */
  credentials_delete: {
    path: { "name": string; };
    answer: CredentialView;
  };
  /** Stores a credential, or another value in its place, which calls are made with from then on. The value is never shown again, and no answer of this call is kept. */
  credentials_set: {
    path: { "name": string; };
    body: CredentialBody;
    answer: CredentialView;
  };
  /** Grants a tenant a credit, which pays its renewals until it expires, before any other means of payment; shows all of its credits. Needs the role platform_admin. */
  credits_create: {
    body: CreditBody;
    answer: CreditsView;
  };
  /** Lists recorded decisions, newest first, with the entities that they were decided on. */
  decisions_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: DecisionPage;
  };
  /** Decides a request by the published policies on the entities that are sent, and records it. */
  decisions_create: {
    body: PolicyRequestBody;
    answer: DecisionView;
  };
  /** Shows for which share of the tenant's principals a flag is on. */
  flags_get: {
    path: { "name": string; };
    answer: FlagView;
  };
  /** Turns a flag on for a share of the tenant's principals; needs the role tenant_admin. */
  flags_set: {
    path: { "name": string; };
    body: FlagBody;
    answer: FlagView;
  };
  /** Reports what governing cost and kept out, of all that was requested from one instant up to before another, at most 92 days later: by rule, by governor and by precedent. */
  governance_report_get: {
    query: { "from": string; "to": string; };
    answer: GovernanceReport;
  };
  /** Shows which functions have not published in time what they committed; needs the role platform_admin. */
  health_get: {
    answer: HealthView;
  };
  /** Lists who acted as members of the tenant, newest first; needs the role tenant_admin. */
  impersonations_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: ImpersonationPage;
  };
  /** Lets support act as a member for half an hour, to read; needs the role platform_admin. */
  impersonations_create: {
    body: ImpersonationBody;
    answer: NewImpersonation;
  };
  /** Shows whether support may act as members of the tenant. */
  impersonations_access_get: {
    answer: SupportAccessView;
  };
  /** Says whether support may act as members; needs the role tenant_admin. */
  impersonations_access_set: {
    body: SupportAccessBody;
    answer: SupportAccessView;
  };
  /** Ends it: who acts may, whom they act as, and an admin of the tenant. */
  impersonations_delete: {
    path: { "session_id": string; };
    answer: ImpersonationView;
  };
  /** Lists the industries that the caller may read corpora about. */
  industries_list: {
    answer: IndustryList;
  };
  /** Lists the tenant's invitations, newest first; needs the role tenant_admin. */
  invitations_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: InvitationPage;
  };
  /** Invites somebody, once, within seven days; needs the role tenant_admin. */
  invitations_create: {
    body: InvitationBody;
    answer: NewInvitation;
  };
  /** Revokes an invitation; needs the role tenant_admin. */
  invitations_delete: {
    path: { "invitation_id": string; };
    answer: InvitationView;
  };
  /** Accepts an invitation, once. */
  invitations_accept: {
    path: { "token": string; };
    answer: Accepted;
  };
  /** Shows what became of a call of a run. */
  invocations_get: {
    path: { "invocation_id": string; };
    answer: InvocationView;
  };
  /** Says what became of a doubtful call, as a person found out: that it happened, with what it gave, or that it did not, and then its run may try again. */
  invocations_settle: {
    path: { "invocation_id": string; };
    body: SettlementBody;
    answer: InvocationView;
  };
  /** Lists the tenant's invoices, newest first. Needs the role tenant_admin. */
  invoices_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: InvoicePage;
  };
  /** Shows an invoice with its lines. Needs the role tenant_admin. */
  invoices_get: {
    path: { "invoice_id": string; };
    answer: InvoiceView;
  };
  /** Proves a line of usage, and that it counts the receipt or event of that id: what `assent-verify` verifies without the network. With the scope audit:read the event comes with its entry in the audit log. Needs the role tenant_admin. */
  invoices_lines_proof_get: {
    path: { "invoice_id": string; "line_id": string; };
    query?: { "event"?: string; };
    answer: LineProof;
  };
  /** Compiles a published capsule with its inputs, rehearses the plan and runs it; without a version, the highest that is published. It answers as `POST /v1/runs` does, and refuses what does not compile, with line and column, and what its rehearsal denies. */
  jobs_create: {
    body: JobBody;
    answer: RunView;
  };
  /** Says of each citation whether the document says exactly that, and why not where it does not. */
  knowledge_verify: {
    body: CitationsBody;
    answer: Verdicts;
  };
  /** Shows the three sentences of a spec, a plan or another content that are nearest to what the constitution forbids, for people to read first. They are no finding: nothing is decided by them, and nothing is stored. */
  knowledge_nearest: {
    body: ComparedBody;
    answer: NearestRules;
  };
  /** Answers a question with passages of documents that the caller may read, each with a citation. A question of what is allowed is answered from the constitution first. */
  knowledge_search: {
    body: SearchBody;
    answer: Answer;
  };
  /** Shows recurring revenue, its movements, churn and margins of a month, as 2026-11. `tenant_id` leaves only that tenant's margin; `cac_cents`, the cost of winning a tenant, adds the ratios that need it. Needs the role platform_admin. */
  kpis_get: {
    query?: { "month"?: string; "tenant_id"?: string; "cac_cents"?: number; };
    answer: KpisView;
  };
  /** Lists the models that run in Assent's own process, and what works without them. */
  local_models_list: {
    answer: LocalModels;
  };
  /** Forecasts a series, such as spending a day, with how far two methods were off before. */
  local_models_forecast: {
    body: ForecastBody;
    answer: ForecastView;
  };
  /** Finds personal data in a text and puts placeholders there. Nothing leaves Assent, and nothing is kept. */
  local_models_redact: {
    body: RedactionBody;
    answer: RedactionView;
  };
  /** Chooses the sentences of a text that say most of it. Nothing leaves Assent, and nothing is kept. */
  local_models_summarize: {
    body: SummaryBody;
    answer: SummaryView;
  };
  /** Shows who the caller is, and what the token allows. */
  me_get: {
    answer: Me;
  };
  /** Lists the tenant's members with their names, newest first. */
  members_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: MemberPage;
  };
  /** Removes a member, which an admin may, or oneself. */
  members_delete: {
    path: { "principal": string; };
    answer: MemberView;
  };
  /** Shows one member with their name. */
  members_get: {
    path: { "principal": string; };
    answer: MemberDetail;
  };
  /** Gives a member other roles, which needs the role tenant_admin, or, with `workspace_id`, the role workspace_admin in a token for that workspace; or makes it the governors' deputy for a time, which needs the role governor or tenant_admin. */
  members_update: {
    path: { "principal": string; };
    body: MemberChange;
    answer: MemberView;
  };
  /** Lets a member sign in again for this tenant; needs the role tenant_admin. */
  members_sessions_delete: {
    path: { "principal": string; };
    answer: MemberView;
  };
  /** Lists the facts that are recalled, newest first, of all scopes or of one agent's own. `as_of`: those that were believed at that instant, as they were known then; a page may have fewer. `valid_at`: only those that say something about that instant. */
  memories_list: {
    query?: { "agent_id"?: string; "as_of"?: string; "valid_at"?: string; "limit"?: number; "cursor"?: string; };
    answer: MemoryPage;
  };
  /** Tells a fact to one agent, to the agents of the token's workspace (`team`), or to all of the tenant. Its source is whoever tells it, or what they name. Where the shelf is full, the fact of its tier that was recalled the longest ago makes room (`evicted`); what is `semantic` never does: then the call is refused. */
  memories_create: {
    body: MemoryBody;
    answer: MemoryLearnedView;
  };
  /** Erases the texts of all facts of a source, or that a person said, fifty at once. Needs the role tenant_admin. */
  memories_erase: {
    body: ErasureBody;
    answer: ErasureView;
  };
  /** Shows what an agent recalls for a question, and keeps nothing of that. */
  memories_recall: {
    body: MemoryQueryBody;
    answer: MemoriesRecalled;
  };
  /** Erases the text of a fact for good, and of those that it corrected or that corrected it. That there was a fact, when, and from where stays. */
  memories_delete: {
    path: { "memory_id": string; };
    answer: MemoryView;
  };
  /** Shows a fact with its source, whatever became of it. */
  memories_get: {
    path: { "memory_id": string; };
    answer: MemoryView;
  };
  /** Tells what is right instead. The earlier fact stays as what was believed until now; with a later `valid_from`, as what held until then. */
  memories_correct: {
    path: { "memory_id": string; };
    body: CorrectionBody;
    answer: MemoryLearnedView;
  };
  /** Shows how many tenants signed up and how many people signed in; needs the role platform_admin. */
  metrics_get: {
    answer: MetricsView;
  };
  /** Agents, by name. */
  mobile_agents_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: AgentPage;
  };
  /** One agent. */
  mobile_agents_get: {
    path: { "agent_id": string; };
    answer: Agent;
  };
  /** Cards, newest first; `status` is a bucket of the domain's states. */
  mobile_approvals_list: {
    query?: { "status"?: ("pending" | "veto_open" | "decided"); "limit"?: number; "cursor"?: string; };
    answer: CardPage;
  };
  /** A card with all that a decision needs. */
  mobile_approvals_get: {
    path: { "approval_id": string; };
    answer: CardDetail;
  };
  /** Approves exactly the content with that hash. */
  mobile_approvals_approve: {
    path: { "approval_id": string; };
    body: Omit<ApproveBody, 'client_decision_id'> & { client_decision_id?: string };
    answer: Card;
  };
  /** Returns the request with the changes that it needs. */
  mobile_approvals_request_changes: {
    path: { "approval_id": string; };
    body: Omit<RequestChangesBody, 'client_decision_id'> & { client_decision_id?: string };
    answer: Card;
  };
  /** The timeline of a card, newest first. */
  mobile_approvals_timeline_list: {
    path: { "approval_id": string; };
    query?: { "limit"?: number; "cursor"?: string; };
    answer: TimelinePage;
  };
  /** Rejects a pending approval; reverses a precedent's approval inside its veto window. */
  mobile_approvals_veto: {
    path: { "approval_id": string; };
    body: Omit<GovernorVetoBody, 'client_decision_id'> & { client_decision_id?: string };
    answer: Card;
  };
  /** What waits for the governor, and the platform's health. */
  mobile_dashboard_get: {
    answer: Dashboard;
  };
  /** Precedents, newest first. */
  mobile_seeds_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: SeedPage;
  };
  /** Posts a precedent; the answer is `approved` or `rejected`, with the findings. */
  mobile_seeds_create: {
    body: PrecedentBody;
    answer: MobileApiPrecedentSeed;
  };
  /** One precedent, with its rates. */
  mobile_seeds_get: {
    path: { "seed_id": string; };
    answer: MobileApiPrecedentSeed;
  };
  /** Activates a precedent, which may approve from now on. */
  mobile_seeds_activate: {
    path: { "seed_id": string; };
    answer: MobileApiPrecedentSeed;
  };
  /** Suspends a precedent until it is activated again. */
  mobile_seeds_suspend: {
    path: { "seed_id": string; };
    answer: MobileApiPrecedentSeed;
  };
  /** Takes decisions queued offline, at most fifty, in order; each has its own result. */
  mobile_sync: {
    body: SyncBody;
    answer: SyncResults;
  };
  /** Violations with their evidence, newest first. */
  mobile_violations_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: ViolationPage;
  };
  /** Lists where the calls of the tenant's models go, those set last first. */
  model_routes_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: ModelRoutePage;
  };
  /** Shows where the calls of a model go. */
  model_routes_get: {
    path: { "name": string; };
    answer: ModelRouteView;
  };
  /** Sets where the calls of a model go from now on, what they cost, and who may stand in. */
  model_routes_set: {
    path: { "name": string; };
    body: RouteBody;
    answer: ModelRouteView;
  };
  /** Lists the caller's channels, at most ten, oldest first. */
  notifications_channels_list: {
    answer: ChannelList;
  };
  /** Adds a channel of the caller's: it is told what concerns them, while they may see that. A token for a workspace adds one that is told of that workspace alone. A mailbox gets a code that confirms it. */
  notifications_channels_create: {
    body: ChannelBody;
    answer: NewChannel;
  };
  /** Removes a channel of the caller's: nothing is sent there any more. */
  notifications_channels_delete: {
    path: { "channel_id": string; };
    answer: null;
  };
  /** Confirms a mailbox by the code that it got; after five wrong codes it takes no more. */
  notifications_channels_confirm: {
    path: { "channel_id": string; };
    body: CodeBody;
    answer: ChannelView;
  };
  /** Lists what was sent to the caller, newest first, with each try and what became of it. */
  notifications_deliveries_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: DeliveryPage;
  };
  /** Says that a device had a delivery, signed by the device's key. The first time counts. */
  notifications_deliveries_acknowledge: {
    path: { "delivery_id": string; };
    body: AcknowledgementBody;
    answer: DeliveryView;
  };
  /** Sends a delivery again, which is over: delivered, failed, doubtful or moot. */
  notifications_deliveries_resend: {
    path: { "delivery_id": string; };
    answer: DeliveryView;
  };
  /** Shows what the caller wants to be told when, and the key that a browser subscribes with. */
  notifications_preferences_get: {
    answer: PreferencesView;
  };
  /** Says what the caller does not want to be told, and their quiet hours. A last call before a deadline comes in quiet hours too, unless it is muted. */
  notifications_preferences_set: {
    body: PreferencesBody;
    answer: PreferencesView;
  };
  /** Lists what people's decisions teach, the latest found first, and when they were mined. */
  patterns_list: {
    query?: { "status"?: "found" | "lost"; "limit"?: number; "cursor"?: string; };
    answer: PatternPage;
  };
  /** Mines the latest two thousand requests for patterns; at most once in five minutes. */
  patterns_mine: {
    answer: MinedView;
  };
  /** Shows a pattern with its conditions, its support, its exceptions, its bound and how later decisions bear it out. */
  patterns_get: {
    path: { "pattern_id": string; };
    answer: PatternView;
  };
  /** Drafts a precedent from a pattern, on probation. It approves nothing until a governor has read and activated it. */
  patterns_draft: {
    path: { "pattern_id": string; };
    answer: PrecedentSeed;
  };
  /** Shows whether the tenant's pipeline runs or is paused, and why. */
  pipeline_get: {
    answer: PipelineView;
  };
  /** Resumes a paused pipeline; needs the role governor. */
  pipeline_resume: {
    body: ReasonBody;
    answer: PipelineView;
  };
  /** Compiles a published version with its inputs to a plan. The same version, inputs, agent version and policies are the same plan, with the same hash. What does not compile is refused with line, column and the smallest change that would. */
  plans_create: {
    body: PlanBody;
    answer: PlanView;
  };
  /** Shows what is sold: plans with their prices, features and limits, overage and add-ons. */
  plans_catalogue_get: {
    answer: CatalogueView;
  };
  /** Shows a plan with its content and its prediction. */
  plans_get: {
    path: { "plan_hash": string; };
    answer: PlanView;
  };
  /** Rehearses a plan: what each step would do, cost and need, and why it would not be let act. It touches nothing. After a full rehearsal in which nothing is denied the plan may run. */
  plans_ghostrun: {
    path: { "plan_hash": string; };
    body: GhostrunBody;
    answer: Prediction;
  };
  /** Lists the versions of the tenant's policies without their text, newest first, all of them or those with a status. */
  policies_list: {
    query?: { "status"?: ("draft" | "published" | "retired"); "limit"?: number; "cursor"?: string; };
    answer: PolicyPage;
  };
  /** Writes a policy as a draft, which decides nothing. A name that exists gets its next version; the text of a version never changes. */
  policies_create: {
    body: PolicyPolicyBody;
    answer: PolicyDetail;
  };
  /** Shows a version of a policy with its text. */
  policies_get: {
    path: { "policy_id": string; };
    answer: PolicyDetail;
  };
  /** Shows what a version newly allows or denies beside what is published, each with a request and its entities; or proves that it changes nothing. */
  policies_compare: {
    path: { "policy_id": string; };
    answer: ComparisonView;
  };
  /** Asks for the constitutional approval to publish a draft, with examples of what it changes. It is published once that is given, for exactly this text and what is published now. */
  policies_publish: {
    path: { "policy_id": string; };
    answer: PolicyView;
  };
  /** Decides the recorded decisions of a time again, each with the entities that it was decided on, as if the version were published; up to 5,000 in one call: first those that allowed commands, then the answers of `POST /v1/decisions`, each newest first. */
  policies_replay: {
    path: { "policy_id": string; };
    body: ReplayBody;
    answer: Replay;
  };
  /** Decides requests as if the version were published, and says which are decided as expected. */
  policies_test: {
    path: { "policy_id": string; };
    body: CasesBody;
    answer: TestReport;
  };
  /** Says what keeps a version from being published, each finding with its line and column. */
  policies_validate: {
    path: { "policy_id": string; };
    answer: Validation;
  };
  /** Gives up the approval that a publication waits for; the version is a draft again. */
  policies_withdraw: {
    path: { "policy_id": string; };
    answer: PolicyView;
  };
  /** Lists precedents with their rates, newest first. */
  precedent_seeds_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: PrecedentSeedPage;
  };
  /** Posts a precedent; Genesis reviews it at once. */
  precedent_seeds_create: {
    body: PrecedentBody;
    answer: PrecedentSeed;
  };
  /** Shows one precedent with its findings and rates. */
  precedent_seeds_get: {
    path: { "seed_id": string; };
    answer: PrecedentSeed;
  };
  /** Activates a precedent, which may approve from now on; needs the role governor. */
  precedent_seeds_activate: {
    path: { "seed_id": string; };
    answer: PrecedentSeed;
  };
  /** Ends the probation of a precedent that people agreed with three times without knowing of it; needs the role governor. */
  precedent_seeds_establish: {
    path: { "seed_id": string; };
    answer: PrecedentSeed;
  };
  /** Suspends a precedent until it is activated again; needs the role governor. */
  precedent_seeds_suspend: {
    path: { "seed_id": string; };
    answer: PrecedentSeed;
  };
  /** Lists versions of prompts without their messages, newest first, all of them or those of one prompt. */
  prompts_list: {
    query?: { "name"?: string; "limit"?: number; "cursor"?: string; };
    answer: PromptPage;
  };
  /** Writes a version of a prompt as a draft. A version never changes; the same content again is the same version. */
  prompts_create: {
    body: PromptBody;
    answer: PromptDetail;
  };
  /** Shows what a call would say with messages and values that are not stored. Refuses what writing the version would refuse. */
  prompts_preview_create: {
    body: PreviewBody;
    answer: PromptPreview;
  };
  /** Compares the versions of a prompt by what runs asked models with each of them, from one instant up to before another, at most 92 days later: answers that were kept, unfit, refused and lost ones, tokens, cost and time. */
  prompts_comparison_get: {
    path: { "name": string; };
    query: { "from": string; "to": string; };
    answer: PromptComparison;
  };
  /** Shows a version of a prompt with its messages and variables. */
  prompts_versions_get: {
    path: { "name": string; "number": number; };
    answer: PromptDetail;
  };
  /** Lets capsules and calls use a version from now on. */
  prompts_versions_activate: {
    path: { "name": string; "number": number; };
    answer: PromptView;
  };
  /** Ends a version: no call uses it, and no capsule that names it compiles. Plans that were compiled with it hold its text, and run. */
  prompts_versions_deprecate: {
    path: { "name": string; "number": number; };
    answer: PromptView;
  };
  /** Lists the recalls, newest first. */
  recalls_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: RecallPage;
  };
  /** Stops an agent, or one version of it, everywhere: from this answer on none of its tokens acts, and nothing of it starts or compiles. Its runs are halted, it is suspended with all that depends on it, and so are the precedents that were learned from it. For governors. */
  recalls_create: {
    body: RecallBody;
    answer: RecallView;
  };
  /** Shows what a recall stopped, and the runs of the agent, newest first, 25 at a time: which it halted, which can be undone, and which were. */
  recalls_get: {
    path: { "recall_id": string; };
    query?: { "cursor"?: string; };
    answer: RecallDetail;
  };
  /** Lifts a recall: the agent stays suspended until somebody reactivates it, and its halted runs until somebody resumes them. For governors. */
  recalls_lift: {
    path: { "recall_id": string; };
    body: LiftBody;
    answer: RecallView;
  };
  /** Lists receipts, newest first: all, or those of a run, or of a program's call of a model. */
  receipts_list: {
    query?: { "run_id"?: string; "call_id"?: string; "limit"?: number; "cursor"?: string; };
    answer: ReceiptPage;
  };
  /** Shows a receipt with its DSSE envelope, which the log's key signed over the in-toto statement. In the format `cose` it is a signed statement with its proof: 202 with the time of the next checkpoint while none covers it. */
  receipts_get: {
    path: { "receipt_id": string; };
    query?: { "format"?: "dsse" | "cose"; };
    answer: SignedReceipt;
  };
  /** Proves that a checkpoint covers a receipt: what `assent-verify` verifies without the network. 202 with the time of the next checkpoint while none does. */
  receipts_proof_get: {
    path: { "receipt_id": string; };
    answer: ReceiptProof;
  };
  /** Verifies a receipt against the log and its newest checkpoint, and an envelope of it that the caller has; says what was checked, and names what was tampered with. */
  receipts_verify: {
    path: { "receipt_id": string; };
    body: VerifyBody;
    answer: ReceiptVerification;
  };
  /** Lists the runs, newest first, all of them or those with a status. */
  runs_list: {
    query?: { "status"?: ("pending" | "running" | "paused" | "awaiting_approval" | "completed" | "failed" | "cancelled"); "limit"?: number; "cursor"?: string; };
    answer: RunPage;
  };
  /** Runs a plan that was rehearsed. The answer comes when the run has to wait for a person or a time, has ended, or after some fifteen seconds. */
  runs_create: {
    body: RunBody;
    answer: RunView;
  };
  /** Shows for how long runs are kept after they ended. */
  runs_retention_get: {
    answer: RetentionView;
  };
  /** Sets for how many days runs are kept after they ended; a shorter time holds a week later. Needs the role tenant_admin. */
  runs_retention_set: {
    body: RetentionBody;
    answer: RetentionView;
  };
  /** Shows where a run stands; of one that was removed, where to find what it did. */
  runs_get: {
    path: { "run_id": string; };
    answer: RunView;
  };
  /** Ends a run: at once where it waits, else once it knows what became of what it began. An approval that it waits for is given up. */
  runs_cancel: {
    path: { "run_id": string; };
    answer: RunView;
  };
  /** Shows what happened to a run after its event with the number `after`: all of it from 0 on, in order, each once. Send the answer's `after` the next time. To whoever accepts `text/event-stream` it sends each event as it happens, with its number as `id`, for 25 seconds or until the run has ended; whoever comes again with `Last-Event-ID` misses none. */
  runs_events_list: {
    path: { "run_id": string; };
    query?: { "after"?: number; "limit"?: number; };
    answer: RunEvents;
  };
  /** Lets a run rest: at once where it waits, else once it knows what became of what it began. */
  runs_pause: {
    path: { "run_id": string; };
    answer: RunView;
  };
  /** Repeats an ended or paused run without doing anything: what only computes is computed again, each other call answers what is recorded of it. `divergences` counts what differs, and the steps of the replay show it. */
  runs_replay: {
    path: { "run_id": string; };
    body: RunsReplayBody;
    answer: RunView;
  };
  /** Lets a paused run go on from where it stopped. Whoever resumes one that overran its rehearsal accepts that. With the name of a snapshot it goes on only if it stands there still: no step that has ended is done again. */
  runs_resume: {
    path: { "run_id": string; };
    body: ResumeBody;
    answer: RunView;
  };
  /** Lets a failed run go on from the step that failed; no step that has ended is done again. */
  runs_retry: {
    path: { "run_id": string; };
    answer: RunView;
  };
  /** Shows where a run stood after each of its steps, in the order of its plan. It goes on from the newest. */
  runs_snapshots_list: {
    path: { "run_id": string; };
    query?: { "limit"?: number; "cursor"?: string; };
    answer: SnapshotPage;
  };
  /** Shows what the steps of a run gave, in the order of its plan, each before its iterations; a page has at most `limit` of them, and 900 KB. */
  runs_steps_list: {
    path: { "run_id": string; };
    query?: { "limit"?: number; "cursor"?: string; };
    answer: StepPage;
  };
  /** Undoes what an ended or paused run did, in reverse order, as far as anything undoes it. Asked again, it undoes a call that was in doubt and of which somebody has said that it happened. */
  runs_undo: {
    path: { "run_id": string; };
    answer: RunView;
  };
  /** Lists the schedules, newest first, with what came of the last firing of each. */
  schedules_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: SchedulePage;
  };
  /** Starts a job at each instant of a cron expression, in UTC, or at each event of a type, in the caller's name and while they have their roles. What a cron expression could not start now is refused as `POST /v1/jobs` refuses it. */
  schedules_create: {
    body: ScheduleBody;
    answer: ScheduleView;
  };
  /** Ends a schedule. What it started goes on. */
  schedules_delete: {
    path: { "schedule_id": string; };
    answer: ScheduleView;
  };
  /** Lists the catalogue of skills, by name. */
  skills_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: SkillList;
  };
  /** Shows the tenant's issuer; needs the role tenant_admin. */
  sso_get: {
    answer: SsoView;
  };
  /** Says at which issuer the tenant's people sign in; needs the role tenant_admin. */
  sso_set: {
    body: SsoBody;
    answer: SsoView;
  };
  /** Looks for the record that proves the mail domain; needs the role tenant_admin. */
  sso_verify: {
    answer: SsoView;
  };
  /** Shows what the tenant pays for, what it may use, how much of that is used, and its credits. */
  subscription_get: {
    answer: SubscriptionView;
  };
  /** Changes the plan, the interval, the seats and the add-ons of a subscription that was bought; Free ends it with its period. A change that would loosen governance waits for an approval; the same call makes it once that is given. Needs the role tenant_admin. */
  subscription_set: {
    body: Order;
    answer: SubscriptionView;
  };
  /** Pauses the subscription: no later period is charged, and Free holds at once. A pause that takes away features that govern waits for an approval; the same call pauses once that is given. Needs the role tenant_admin. */
  subscription_pause_create: {
    answer: SubscriptionView;
  };
  /** Shows what an order would cost, a first one also with another tenant's code as `referral`, and which features that govern it would lose; changes nothing. Needs the role tenant_admin. */
  subscription_preview_create: {
    body: CheckoutBody;
    answer: PreviewView;
  };
  /** Resumes a paused subscription: in the period that was paid for, or in a new one that begins now and is charged. Needs the role tenant_admin. */
  subscription_resume_create: {
    answer: SubscriptionView;
  };
  /** Lists the caller's tenants. */
  tenants_list: {
    answer: TenantsView;
  };
  /** Signs a tenant up; the caller becomes its admin and its governor. */
  tenants_create: {
    body: TenantBody;
    answer: TenantView;
  };
  /** Shows the tenant that the token is for. */
  tenants_get: {
    path: { "tenant_id": string; };
    answer: TenantView;
  };
  /** Gives the tenant another name; needs the role tenant_admin. */
  tenants_update: {
    path: { "tenant_id": string; };
    body: NameBody;
    answer: TenantView;
  };
  /** Closes the tenant in thirty days, in which nothing happens; needs the role tenant_admin. */
  tenants_close: {
    path: { "tenant_id": string; };
    answer: TenantView;
  };
  /** Asks for an archive of everything that the tenant has, which `assent-verify` verifies without the network; one at a time. Needs the role tenant_admin. */
  tenants_export: {
    path: { "tenant_id": string; };
    answer: AuditExport;
  };
  /** Lifts a suspension, which needs the role platform_admin and a token for no tenant; or ends the closing of the token's own tenant, which needs the role tenant_admin. */
  tenants_resume: {
    path: { "tenant_id": string; };
    answer: TenantView;
  };
  /** Suspends a tenant, in which nothing happens from then on; needs the role platform_admin. */
  tenants_suspend: {
    path: { "tenant_id": string; };
    body: SuspensionBody;
    answer: TenantView;
  };
  /** Revokes a token of a run, as the run, an invocation or a receipt names it: neither it nor what was made of it acts again. A run that goes by the assent in it is cancelled. */
  tokens_revoke: {
    path: { "token_id": string; };
    answer: TokenView;
  };
  /** Shows the usage of one meter or of all, by hour, day, month or subject; without times of this month so far. First counts the new entries of the audit log. */
  usage_list: {
    query?: { "meter"?: string; "from"?: string; "to"?: string; "group_by"?: "total" | "subject" | "hour" | "day" | "month"; };
    answer: Usage;
  };
  /** Counts events of declared meters, each id once for ever; lists those that are not counted, and why. */
  usage_events_create: {
    body: UsageEventsBody;
    answer: UsageAccepted;
  };
  /** Lists the meters that every tenant has, and those that this tenant declared. */
  usage_meters_list: {
    answer: MeterList;
  };
  /** Declares a meter for events of the tenant's programs, or changes its unit. */
  usage_meters_set: {
    path: { "meter": string; };
    body: MeterBody;
    answer: MeterList;
  };
  /** Lists the lines of a month, as 2026-11, with the usage of each meter and the roots that prove it: closed lines, their corrections, and lines that are still open. */
  usage_roots_list: {
    query: { "period": string; };
    answer: UsageRootList;
  };
  /** Proves a line and that it counts the receipt or event of that id, and opens the slab of that number with all of its events; `assent-verify` verifies the proof without the network. With the scope audit:read the event comes with its entry in the audit log. */
  usage_roots_proof_get: {
    path: { "period": string; "meter": string; };
    query?: { "section"?: number; "event"?: string; "slab"?: number; };
    answer: UsageRootProof;
  };
  /** Vetoes: rejects a pending approval, reverses a precedent's approval. */
  vetoes_create: {
    body: Omit<VetoBody, 'client_decision_id'> & { client_decision_id?: string };
    answer: ApprovalCard;
  };
  /** Lists the tenant's creation cases without their findings, newest first, all of them or those with a status. */
  workflows_list: {
    query?: { "status"?: ("specified" | "way_of_working" | "certified" | "architecture_approved" | "ethics_cleared" | "escalated" | "returned" | "blocked" | "approved" | "deploying" | "live" | "rolled_back" | "rollback_failed" | "rejected" | "cancelled"); "limit"?: number; "cursor"?: string; };
    answer: CaseList;
  };
  /** Shows a creation case with its seven stages and every finding. */
  workflows_get: {
    path: { "case_id": string; };
    answer: CreationCaseView;
  };
  /** Cancels a case that is not live yet; one that waits for an approval ends once the approval is cancelled, unless another decision came first. For its requester, those who revised it, governors and tenant admins. */
  workflows_cancel: {
    path: { "case_id": string; };
    answer: CaseAccepted;
  };
  /** Revises a case that was returned, or blocked for how its spec declares something, with a full new spec, judged from stage 1; within 30 days. For its requester, those who revised it, and the roles governor, genesis and tenant_admin. */
  workflows_revise: {
    path: { "case_id": string; };
    body: Spec | string;
    answer: CaseAccepted;
  };
  /** Lists the tenant's workspaces, newest first; with a token for one, that one alone. */
  workspaces_list: {
    query?: { "limit"?: number; "cursor"?: string; };
    answer: WorkspacePage;
  };
  /** Makes a workspace; needs the role tenant_admin. */
  workspaces_create: {
    body: WorkspaceBody;
    answer: WorkspaceView;
  };
  /** Renames a workspace, archives it or takes it back into use; needs the role tenant_admin. */
  workspaces_update: {
    path: { "workspace_id": string; };
    body: WorkspaceChange;
    answer: WorkspaceView;
  };
}

/** The method, the path, and what makes a repeat the same call. */
export const OPERATIONS: Readonly<Record<keyof Operations, readonly [string, string, ('key' | 'decision')?]>> = {
  agents_list: ['GET', '/v1/agents'],
  agents_create: ['POST', '/v1/agents', 'key'],
  agents_import: ['POST', '/v1/agents/import'],
  agents_get: ['GET', '/v1/agents/{agent_id}'],
  agents_change: ['POST', '/v1/agents/{agent_id}/changes', 'key'],
  agents_reactivate: ['POST', '/v1/agents/{agent_id}/reactivate', 'key'],
  agents_report: ['POST', '/v1/agents/{agent_id}/reports', 'key'],
  agents_suspend: ['POST', '/v1/agents/{agent_id}/suspend', 'key'],
  api_keys_list: ['GET', '/v1/api-keys'],
  api_keys_create: ['POST', '/v1/api-keys'],
  api_keys_delete: ['DELETE', '/v1/api-keys/{key_id}', 'key'],
  api_keys_rotate: ['POST', '/v1/api-keys/{key_id}/rotate'],
  approvals_list: ['GET', '/v1/approvals'],
  approvals_create: ['POST', '/v1/approvals', 'key'],
  approvals_policy_get: ['GET', '/v1/approvals/policy'],
  approvals_policy_set: ['PUT', '/v1/approvals/policy', 'key'],
  approvals_get: ['GET', '/v1/approvals/{approval_id}'],
  approvals_decide: ['POST', '/v1/approvals/{approval_id}/decisions', 'decision'],
  approvals_review: ['POST', '/v1/approvals/{approval_id}/review', 'key'],
  artifacts_list: ['GET', '/v1/artifacts'],
  artifacts_create: ['POST', '/v1/artifacts', 'key'],
  artifacts_retention_get: ['GET', '/v1/artifacts/retention'],
  artifacts_retention_set: ['PUT', '/v1/artifacts/retention', 'key'],
  artifacts_delete: ['DELETE', '/v1/artifacts/{artifact_id}', 'key'],
  artifacts_get: ['GET', '/v1/artifacts/{artifact_id}'],
  artifacts_complete: ['POST', '/v1/artifacts/{artifact_id}/complete', 'key'],
  audit_checkpoint_get: ['GET', '/v1/audit/checkpoint'],
  audit_entries_list: ['GET', '/v1/audit/entries'],
  audit_exports_create: ['POST', '/v1/audit/exports', 'key'],
  audit_exports_get: ['GET', '/v1/audit/exports/{export_id}'],
  audit_proofs_get: ['GET', '/v1/audit/proofs'],
  auth_sessions_list: ['GET', '/v1/auth/sessions'],
  auth_sessions_delete: ['DELETE', '/v1/auth/sessions/{session_id}'],
  billing_checkout_create: ['POST', '/v1/billing/checkout'],
  billing_portal_create: ['POST', '/v1/billing/portal'],
  billing_referral_create: ['POST', '/v1/billing/referral'],
  budgets_list: ['GET', '/v1/budgets'],
  budgets_platform_get: ['GET', '/v1/budgets/platform'],
  budgets_platform_set: ['PUT', '/v1/budgets/platform', 'key'],
  budgets_set: ['PUT', '/v1/budgets/{scope}', 'key'],
  capsules_list: ['GET', '/v1/capsules'],
  capsules_create: ['POST', '/v1/capsules', 'key'],
  capsules_versions_get: ['GET', '/v1/capsules/{name}/versions/{version}'],
  capsules_versions_deprecate: ['POST', '/v1/capsules/{name}/versions/{version}/deprecate', 'key'],
  capsules_versions_publish: ['POST', '/v1/capsules/{name}/versions/{version}/publish', 'key'],
  connectors_list: ['GET', '/v1/connectors'],
  connectors_create: ['POST', '/v1/connectors', 'key'],
  connectors_delete: ['DELETE', '/v1/connectors/{name}', 'key'],
  connectors_get: ['GET', '/v1/connectors/{name}'],
  connectors_update: ['PATCH', '/v1/connectors/{name}', 'key'],
  connectors_activate: ['POST', '/v1/connectors/{name}/activate', 'key'],
  connectors_refresh: ['POST', '/v1/connectors/{name}/refresh', 'key'],
  connectors_suspend: ['POST', '/v1/connectors/{name}/suspend', 'key'],
  corpora_list: ['GET', '/v1/corpora'],
  corpora_create: ['POST', '/v1/corpora', 'key'],
  corpora_delete: ['DELETE', '/v1/corpora/{corpus_id}', 'key'],
  corpora_get: ['GET', '/v1/corpora/{corpus_id}'],
  corpora_update: ['PATCH', '/v1/corpora/{corpus_id}', 'key'],
  corpora_documents_list: ['GET', '/v1/corpora/{corpus_id}/documents'],
  corpora_documents_add: ['POST', '/v1/corpora/{corpus_id}/documents', 'key'],
  corpora_documents_delete: ['DELETE', '/v1/corpora/{corpus_id}/documents/{document_id}', 'key'],
  corpora_documents_get: ['GET', '/v1/corpora/{corpus_id}/documents/{document_id}'],
  credentials_list: ['GET', '/v1/credentials'],
  credentials_delete: ['DELETE', '/v1/credentials/{name}', 'key'],
  credentials_set: ['PUT', '/v1/credentials/{name}'],
  credits_create: ['POST', '/v1/credits', 'key'],
  decisions_list: ['GET', '/v1/decisions'],
  decisions_create: ['POST', '/v1/decisions', 'key'],
  flags_get: ['GET', '/v1/flags/{name}'],
  flags_set: ['PUT', '/v1/flags/{name}', 'key'],
  governance_report_get: ['GET', '/v1/governance/report'],
  health_get: ['GET', '/v1/health'],
  impersonations_list: ['GET', '/v1/impersonations'],
  impersonations_create: ['POST', '/v1/impersonations'],
  impersonations_access_get: ['GET', '/v1/impersonations/access'],
  impersonations_access_set: ['PUT', '/v1/impersonations/access', 'key'],
  impersonations_delete: ['DELETE', '/v1/impersonations/{session_id}'],
  industries_list: ['GET', '/v1/industries'],
  invitations_list: ['GET', '/v1/invitations'],
  invitations_create: ['POST', '/v1/invitations'],
  invitations_delete: ['DELETE', '/v1/invitations/{invitation_id}', 'key'],
  invitations_accept: ['POST', '/v1/invitations/{token}/accept'],
  invocations_get: ['GET', '/v1/invocations/{invocation_id}'],
  invocations_settle: ['POST', '/v1/invocations/{invocation_id}/settle', 'key'],
  invoices_list: ['GET', '/v1/invoices'],
  invoices_get: ['GET', '/v1/invoices/{invoice_id}'],
  invoices_lines_proof_get: ['GET', '/v1/invoices/{invoice_id}/lines/{line_id}/proof'],
  jobs_create: ['POST', '/v1/jobs', 'key'],
  knowledge_verify: ['POST', '/v1/knowledge/citations/verify'],
  knowledge_nearest: ['POST', '/v1/knowledge/nearest-rules'],
  knowledge_search: ['POST', '/v1/knowledge/search'],
  kpis_get: ['GET', '/v1/kpis'],
  local_models_list: ['GET', '/v1/local-models'],
  local_models_forecast: ['POST', '/v1/local-models/forecasts'],
  local_models_redact: ['POST', '/v1/local-models/redactions'],
  local_models_summarize: ['POST', '/v1/local-models/summaries'],
  me_get: ['GET', '/v1/me'],
  members_list: ['GET', '/v1/members'],
  members_delete: ['DELETE', '/v1/members/{principal}', 'key'],
  members_get: ['GET', '/v1/members/{principal}'],
  members_update: ['PATCH', '/v1/members/{principal}', 'key'],
  members_sessions_delete: ['DELETE', '/v1/members/{principal}/sessions', 'key'],
  memories_list: ['GET', '/v1/memories'],
  memories_create: ['POST', '/v1/memories', 'key'],
  memories_erase: ['POST', '/v1/memories/erasures', 'key'],
  memories_recall: ['POST', '/v1/memories/recall'],
  memories_delete: ['DELETE', '/v1/memories/{memory_id}', 'key'],
  memories_get: ['GET', '/v1/memories/{memory_id}'],
  memories_correct: ['POST', '/v1/memories/{memory_id}/correct', 'key'],
  metrics_get: ['GET', '/v1/metrics'],
  mobile_agents_list: ['GET', '/v1/mobile/agents'],
  mobile_agents_get: ['GET', '/v1/mobile/agents/{agent_id}'],
  mobile_approvals_list: ['GET', '/v1/mobile/approvals'],
  mobile_approvals_get: ['GET', '/v1/mobile/approvals/{approval_id}'],
  mobile_approvals_approve: ['POST', '/v1/mobile/approvals/{approval_id}/approve', 'decision'],
  mobile_approvals_request_changes: ['POST', '/v1/mobile/approvals/{approval_id}/request-changes', 'decision'],
  mobile_approvals_timeline_list: ['GET', '/v1/mobile/approvals/{approval_id}/timeline'],
  mobile_approvals_veto: ['POST', '/v1/mobile/approvals/{approval_id}/veto', 'decision'],
  mobile_dashboard_get: ['GET', '/v1/mobile/dashboard'],
  mobile_seeds_list: ['GET', '/v1/mobile/seeds'],
  mobile_seeds_create: ['POST', '/v1/mobile/seeds', 'key'],
  mobile_seeds_get: ['GET', '/v1/mobile/seeds/{seed_id}'],
  mobile_seeds_activate: ['POST', '/v1/mobile/seeds/{seed_id}/activate', 'key'],
  mobile_seeds_suspend: ['POST', '/v1/mobile/seeds/{seed_id}/suspend', 'key'],
  mobile_sync: ['POST', '/v1/mobile/sync'],
  mobile_violations_list: ['GET', '/v1/mobile/violations'],
  model_routes_list: ['GET', '/v1/model-routes'],
  model_routes_get: ['GET', '/v1/model-routes/{name}'],
  model_routes_set: ['PUT', '/v1/model-routes/{name}', 'key'],
  notifications_channels_list: ['GET', '/v1/notifications/channels'],
  notifications_channels_create: ['POST', '/v1/notifications/channels', 'key'],
  notifications_channels_delete: ['DELETE', '/v1/notifications/channels/{channel_id}', 'key'],
  notifications_channels_confirm: ['POST', '/v1/notifications/channels/{channel_id}/confirm', 'key'],
  notifications_deliveries_list: ['GET', '/v1/notifications/deliveries'],
  notifications_deliveries_acknowledge: ['POST', '/v1/notifications/deliveries/{delivery_id}/acknowledge', 'key'],
  notifications_deliveries_resend: ['POST', '/v1/notifications/deliveries/{delivery_id}/resend', 'key'],
  notifications_preferences_get: ['GET', '/v1/notifications/preferences'],
  notifications_preferences_set: ['PUT', '/v1/notifications/preferences', 'key'],
  patterns_list: ['GET', '/v1/patterns'],
  patterns_mine: ['POST', '/v1/patterns/mine', 'key'],
  patterns_get: ['GET', '/v1/patterns/{pattern_id}'],
  patterns_draft: ['POST', '/v1/patterns/{pattern_id}/draft', 'key'],
  pipeline_get: ['GET', '/v1/pipeline'],
  pipeline_resume: ['POST', '/v1/pipeline/resume', 'key'],
  plans_create: ['POST', '/v1/plans', 'key'],
  plans_catalogue_get: ['GET', '/v1/plans-catalogue'],
  plans_get: ['GET', '/v1/plans/{plan_hash}'],
  plans_ghostrun: ['POST', '/v1/plans/{plan_hash}/ghostrun', 'key'],
  policies_list: ['GET', '/v1/policies'],
  policies_create: ['POST', '/v1/policies', 'key'],
  policies_get: ['GET', '/v1/policies/{policy_id}'],
  policies_compare: ['POST', '/v1/policies/{policy_id}/compare'],
  policies_publish: ['POST', '/v1/policies/{policy_id}/publish', 'key'],
  policies_replay: ['POST', '/v1/policies/{policy_id}/replay'],
  policies_test: ['POST', '/v1/policies/{policy_id}/test'],
  policies_validate: ['POST', '/v1/policies/{policy_id}/validate'],
  policies_withdraw: ['POST', '/v1/policies/{policy_id}/withdraw', 'key'],
  precedent_seeds_list: ['GET', '/v1/precedent-seeds'],
  precedent_seeds_create: ['POST', '/v1/precedent-seeds', 'key'],
  precedent_seeds_get: ['GET', '/v1/precedent-seeds/{seed_id}'],
  precedent_seeds_activate: ['POST', '/v1/precedent-seeds/{seed_id}/activate', 'key'],
  precedent_seeds_establish: ['POST', '/v1/precedent-seeds/{seed_id}/establish', 'key'],
  precedent_seeds_suspend: ['POST', '/v1/precedent-seeds/{seed_id}/suspend', 'key'],
  prompts_list: ['GET', '/v1/prompts'],
  prompts_create: ['POST', '/v1/prompts', 'key'],
  prompts_preview_create: ['POST', '/v1/prompts/preview'],
  prompts_comparison_get: ['GET', '/v1/prompts/{name}/comparison'],
  prompts_versions_get: ['GET', '/v1/prompts/{name}/versions/{number}'],
  prompts_versions_activate: ['POST', '/v1/prompts/{name}/versions/{number}/activate', 'key'],
  prompts_versions_deprecate: ['POST', '/v1/prompts/{name}/versions/{number}/deprecate', 'key'],
  recalls_list: ['GET', '/v1/recalls'],
  recalls_create: ['POST', '/v1/recalls', 'key'],
  recalls_get: ['GET', '/v1/recalls/{recall_id}'],
  recalls_lift: ['POST', '/v1/recalls/{recall_id}/lift', 'key'],
  receipts_list: ['GET', '/v1/receipts'],
  receipts_get: ['GET', '/v1/receipts/{receipt_id}'],
  receipts_proof_get: ['GET', '/v1/receipts/{receipt_id}/proof'],
  receipts_verify: ['POST', '/v1/receipts/{receipt_id}/verify'],
  runs_list: ['GET', '/v1/runs'],
  runs_create: ['POST', '/v1/runs', 'key'],
  runs_retention_get: ['GET', '/v1/runs/retention'],
  runs_retention_set: ['PUT', '/v1/runs/retention', 'key'],
  runs_get: ['GET', '/v1/runs/{run_id}'],
  runs_cancel: ['POST', '/v1/runs/{run_id}/cancel', 'key'],
  runs_events_list: ['GET', '/v1/runs/{run_id}/events'],
  runs_pause: ['POST', '/v1/runs/{run_id}/pause', 'key'],
  runs_replay: ['POST', '/v1/runs/{run_id}/replay', 'key'],
  runs_resume: ['POST', '/v1/runs/{run_id}/resume', 'key'],
  runs_retry: ['POST', '/v1/runs/{run_id}/retry', 'key'],
  runs_snapshots_list: ['GET', '/v1/runs/{run_id}/snapshots'],
  runs_steps_list: ['GET', '/v1/runs/{run_id}/steps'],
  runs_undo: ['POST', '/v1/runs/{run_id}/undo', 'key'],
  schedules_list: ['GET', '/v1/schedules'],
  schedules_create: ['POST', '/v1/schedules', 'key'],
  schedules_delete: ['DELETE', '/v1/schedules/{schedule_id}', 'key'],
  skills_list: ['GET', '/v1/skills'],
  sso_get: ['GET', '/v1/sso'],
  sso_set: ['PUT', '/v1/sso', 'key'],
  sso_verify: ['POST', '/v1/sso/verify'],
  subscription_get: ['GET', '/v1/subscription'],
  subscription_set: ['PUT', '/v1/subscription'],
  subscription_pause_create: ['POST', '/v1/subscription/pause'],
  subscription_preview_create: ['POST', '/v1/subscription/preview'],
  subscription_resume_create: ['POST', '/v1/subscription/resume'],
  tenants_list: ['GET', '/v1/tenants'],
  tenants_create: ['POST', '/v1/tenants', 'key'],
  tenants_get: ['GET', '/v1/tenants/{tenant_id}'],
  tenants_update: ['PATCH', '/v1/tenants/{tenant_id}', 'key'],
  tenants_close: ['POST', '/v1/tenants/{tenant_id}/close', 'key'],
  tenants_export: ['POST', '/v1/tenants/{tenant_id}/export', 'key'],
  tenants_resume: ['POST', '/v1/tenants/{tenant_id}/resume', 'key'],
  tenants_suspend: ['POST', '/v1/tenants/{tenant_id}/suspend', 'key'],
  tokens_revoke: ['POST', '/v1/tokens/{token_id}/revoke', 'key'],
  usage_list: ['GET', '/v1/usage'],
  usage_events_create: ['POST', '/v1/usage/events'],
  usage_meters_list: ['GET', '/v1/usage/meters'],
  usage_meters_set: ['PUT', '/v1/usage/meters/{meter}', 'key'],
  usage_roots_list: ['GET', '/v1/usage/roots'],
  usage_roots_proof_get: ['GET', '/v1/usage/roots/{period}/{meter}/proof'],
  vetoes_create: ['POST', '/v1/vetoes', 'decision'],
  workflows_list: ['GET', '/v1/workflows'],
  workflows_get: ['GET', '/v1/workflows/{case_id}'],
  workflows_cancel: ['POST', '/v1/workflows/{case_id}/cancel', 'key'],
  workflows_revise: ['POST', '/v1/workflows/{case_id}/revisions', 'key'],
  workspaces_list: ['GET', '/v1/workspaces'],
  workspaces_create: ['POST', '/v1/workspaces', 'key'],
  workspaces_update: ['PATCH', '/v1/workspaces/{workspace_id}', 'key'],
};
