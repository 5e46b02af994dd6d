"""Every public route, by what a token for one workspace gets from it."""

# What a token for a workspace opens; every other route refuses it.
ABOUT_ONE = {
    ("GET", "/v1/agents/{agent_id}"),
    *(
        ("POST", f"/v1/agents/{{agent_id}}/{each}")
        for each in ("changes", "suspend", "reactivate", "reports")
    ),
    ("GET", "/v1/workflows/{case_id}"),
    ("POST", "/v1/workflows/{case_id}/revisions"),
    ("POST", "/v1/workflows/{case_id}/cancel"),
    ("GET", "/v1/approvals/{approval_id}"),
    ("POST", "/v1/approvals/{approval_id}/decisions"),
    ("POST", "/v1/approvals/{approval_id}/review"),
    *(
        (method, f"/v1/receipts/{{receipt_id}}{each}")
        for method, each in (("GET", ""), ("GET", "/proof"), ("POST", "/verify"))
    ),
    ("GET", "/v1/invocations/{invocation_id}"),
    ("POST", "/v1/invocations/{invocation_id}/settle"),
    ("GET", "/v1/artifacts/{artifact_id}"),
    ("POST", "/v1/artifacts/{artifact_id}/complete"),
    ("DELETE", "/v1/artifacts/{artifact_id}"),
    *((method, "/v1/corpora/{corpus_id}") for method in ("GET", "PATCH", "DELETE")),
    *((method, "/v1/corpora/{corpus_id}/documents") for method in ("GET", "POST")),
    *((method, "/v1/corpora/{corpus_id}/documents/{document_id}") for method in ("GET", "DELETE")),
    ("GET", "/v1/mobile/approvals/{approval_id}"),
    ("GET", "/v1/mobile/approvals/{approval_id}/timeline"),
    ("POST", "/v1/mobile/approvals/{approval_id}/approve"),
    ("POST", "/v1/mobile/approvals/{approval_id}/request-changes"),
    ("POST", "/v1/mobile/approvals/{approval_id}/veto"),
    ("GET", "/v1/mobile/agents/{agent_id}"),
    *(
        (method, f"{seeds}/{{seed_id}}{verb}")
        for seeds in ("/v1/precedent-seeds", "/v1/mobile/seeds")
        for method, verb in (("GET", ""), ("POST", "/activate"), ("POST", "/suspend"))
    ),
    ("POST", "/v1/precedent-seeds/{seed_id}/establish"),
    ("GET", "/v1/patterns/{pattern_id}"),
    ("POST", "/v1/patterns/{pattern_id}/draft"),
    ("POST", "/v1/api-keys/{key_id}/rotate"),
    ("DELETE", "/v1/api-keys/{key_id}"),
}
LISTS = {
    ("GET", "/v1/agents"),
    ("GET", "/v1/workflows"),
    ("GET", "/v1/capsules"),
    ("GET", "/v1/approvals"),
    ("GET", "/v1/mobile/approvals"),
    ("GET", "/v1/mobile/agents"),
    ("GET", "/v1/mobile/violations"),
    ("GET", "/v1/precedent-seeds"),
    ("GET", "/v1/mobile/seeds"),
    ("GET", "/v1/patterns"),
    ("GET", "/v1/audit/entries"),
    ("GET", "/v1/receipts"),
    ("GET", "/v1/api-keys"),
    ("GET", "/v1/decisions"),
    ("GET", "/v1/schedules"),
    ("GET", "/v1/artifacts"),
    ("GET", "/v1/corpora"),
    ("GET", "/v1/industries"),
    ("GET", "/v1/connectors"),
    ("GET", "/v1/credentials"),
}
OTHERS = {
    ("POST", "/v1/agents"): "makes what is new in the token's workspace",
    ("POST", "/v1/agents/import"): "reads and stores nothing",
    ("POST", "/v1/capsules"): "makes what is new in the token's workspace",
    ("POST", "/v1/plans"): "names a capsule in its body",
    ("POST", "/v1/jobs"): "names a capsule in its body",
    ("POST", "/v1/schedules"): "makes what is new in the token's workspace",
    ("POST", "/v1/artifacts"): "makes what is new in the token's workspace",
    ("POST", "/v1/corpora"): "makes what is new in the token's workspace",
    ("POST", "/v1/knowledge/search"): "names corpora in its body",
    ("POST", "/v1/knowledge/citations/verify"): "names documents in its body",
    ("POST", "/v1/knowledge/nearest-rules"): "reads and stores nothing",
    ("POST", "/v1/connectors"): "makes what is new in the token's workspace",
    ("POST", "/v1/approvals"): "makes what is new in the token's workspace",
    ("POST", "/v1/precedent-seeds"): "makes what is new in the token's workspace",
    ("POST", "/v1/mobile/seeds"): "makes what is new in the token's workspace",
    ("GET", "/v1/mobile/dashboard"): "counts what the token opens",
    ("POST", "/v1/patterns/mine"): "mines what the token opens",
    ("GET", "/v1/governance/report"): "reports on what the token opens",
    ("GET", "/v1/prompts/{name}/comparison"): "counts what the token opens",
    ("GET", "/v1/notifications/preferences"): "the caller's own",
    ("PUT", "/v1/notifications/preferences"): "the caller's own",
    ("GET", "/v1/notifications/channels"): "the caller's own that the token opens",
    ("POST", "/v1/notifications/channels"): "makes what is told of the token's workspace",
    ("GET", "/v1/pipeline"): "the whole tenant's, without the ids of cases",
    ("POST", "/v1/vetoes"): "names an approval in its body",
    ("POST", "/v1/invocations"): "takes a capability token, which names its workspace",
    ("POST", "/v1/model-routes/{name}/questions"): "takes a capability token, as above",
    ("POST", "/mcp"): "acts for the agent that the key names, where both lie",
    ("POST", "/v1/mobile/sync"): "names approvals in its body",
    ("GET", "/v1/skills"): "the platform's catalogue",
    ("POST", "/v1/api-keys"): "makes what is new in the token's workspace",
    ("POST", "/v1/decisions"): "records what is new in the token's workspace",
    ("GET", "/v1/policies"): "the tenant's policies hold in its workspaces too",
    ("GET", "/v1/policies/{policy_id}"): "the tenant's policies hold in its workspaces too",
    ("GET", "/v1/audit/checkpoint"): "a number of entries and a hash of all",
    ("GET", "/v1/audit/proofs"): "names an entry in its query",
}
# Of identity, which tests/journeys/test_workspaces.py tries: about oneself, and one's workspace.
OF_IDENTITY = (
    *("/v1/me", "/v1/auth", "/v1/passkeys", "/v1/tenants"),
    *("/v1/workspaces", "/v1/members", "/v1/invitations"),
)
# They have names of their own: tests/functions/capsules/test_capsules_in_workspaces.py tries them.
OF_CAPSULES = ("/v1/capsules/", "/v1/plans/")
# So have these: tests/functions/tools/test_connectors.py tries them.
OF_CONNECTORS = ("/v1/connectors/", "/v1/credentials/")
# Each is one person's own: tests/functions/notifications tries them.
OF_NOTIFICATIONS = ("/v1/notifications/channels/", "/v1/notifications/deliveries")
# tests/functions/runs/test_run_workspaces.py, test_recalls.py and test_revoked_tokens.py try them.
OF_RUNS = ("/v1/runs", "/v1/schedules/", "/v1/recalls", "/v1/tokens")
# tests/functions/knowledge/memories/test_memories_of_people.py tries them.
OF_MEMORIES = ("/v1/memories",)
