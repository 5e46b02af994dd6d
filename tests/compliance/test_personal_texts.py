"""Each text in an event is sealed as a person's own words, or is none, for a reason."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

import pytest
from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from events.registry import published_types
from shared.kit.personal import mark_of, parts_of
from shared.manifest import load_manifests
from shared.runtime.entry_points import _package
from tests.compliance.source import ROOT

WRAPPING_KEY = "tenants-wrapping-key"

IDS = "is an id that Assent made, or one that it was asked for"
PRINCIPALS = "names a principal: a pseudonym where people sign in (docs/decisions/0062)"
HASHES = "is a hash or a signature"
AUTHENTICATORS = "is what an authenticator made; without it nobody verifies what it signed"
SERVERS = "is the address of a server or a program, and of no person"
OURS = "is Assent's own words or one of a few words; people choose, and do not write it"
NAMES = "names a thing, which rules and people find again by it (docs/guides/erase-a-person.md)"
RULES = "is what a rule compares: without it a precedent assents to something else"

# By the field's name, or by class and field where other classes mean something else by it.
NOT_PERSONAL: dict[str, str] = {
    **dict.fromkeys(
        (
            *("agent_id", "approval_id", "case_id", "certification_id", "channel_id", "considered"),
            *("delivered_id", "delivery_id", "drafted_from", "ends_approval_id", "entry_id"),
            *("example_approval_id", "export_id", "grant_id", "invitation_id", "key_id"),
            *("invoice_id", "credit_id", "line_id"),
            *("live_case_id", "LookupMissed.id", "notification_id", "origin", "precedent_id"),
            *("receipt_id", "reference", "refusal_id", "rolled_back", "session_id"),
            *("superseded_by", "tenant_id", "added_in", "client_decision_id", "given_in"),
            *("DecisionStatement.tenant", "passkey_id", "policy_id", "PolicyRetired.undoes"),
            *("PolicyReturned.ends", "removed_in", "workspace_id", "capsule_id"),
            *("notice_id", "schedule_id", "last_run_id", "run_ids", "invocation_ids"),
            *("RunEvidenceCovered.asked",),
            *("invocation_id", "run_id", "token", "Receipt.token_id", "parent_run_id", "replay_of"),
            *("RunCancelled.ends", "recall_id", "RunTokenRevoked.token_id", "connector_id"),
            *(
                "artifact_id",
                "call_id",
                "direct_call_id",
                "DirectCallWithdrawn.ends",
                "CallReceipt.token_id",
                "device_id",
            ),
            *("corpus_id", "document_id", "pattern_id", "exceptions", "KeptOut.approval_ids"),
            *("memory_id", "shelf", "supersedes", "MemorySource.id"),
        ),
        IDS,
    ),
    **dict.fromkeys(
        (
            *("accepted_by", "activated_by", "admins", "author", "authors", "by", "changed_by"),
            *(
                "created_by",
                "decided_by",
                "deprecated_by",
                "ended_by",
                "governors",
                "impersonator",
                "invited_by",
            ),
            *("missing", "on_behalf_of", "compiled_by", "published_by", "written_by"),
            *("principal", "principal_id", "principals", "proposed_by", "reported_by"),
            *("deputy_by", "requested_by", "returned_by", "reviewed_by", "revoked_by", "skipped"),
            *("to", "cancelled_by", "set_by", "started_by", "Receipt.assented_by", "settled_by"),
            *("lifted_by", "recalled_by", "suspended_by", "removed_by", "called_by"),
            *("withdrawn_by", "CallReceipt.assented_by", "uploaded_by", "made_by", "added_by"),
            *("readers", "learned_by"),
        ),
        PRINCIPALS,
    ),
    **dict.fromkeys(
        (
            *("assessment_hash", "choices_hash", "content_hash", "decision_hash", "evidence_hash"),
            *("findings_hash", "matches_hash", "sha256", "signature", "source_hash"),
            *("spec_hash", "checksum", "plan_hash", "prediction_hash", "outputs_hash"),
            *("text_hash", "inputs_hash", "pin", "active_pin", "pin_before"),
            *("CallReceipt.arguments_sha256", "CallReceipt.output_sha256", "arguments_sha256"),
            *("ProgramReceipt.arguments_sha256", "ProgramReceipt.output_sha256"),
            *("Receipt.arguments_sha256", "Receipt.output_sha256"),
            *("answer_hash", "answer_sha256", "request_sha256", "artifact_sha256"),
            *(
                "model_sha256",
                "fact_hash",
                "quote_sha256",
                "ClosedUsage.root",
                "UsageMonthClosed.root",
            ),
        ),
        HASHES,
    ),
    **dict.fromkeys(
        (
            *("authenticator_data", "client_data_json", "credential_id", "public_key"),
            *("DeviceKey.x", "DeviceKey.y"),
        ),
        AUTHENTICATORS,
    ),
    **dict.fromkeys(
        (
            *("client_id", "domain", "issuer", "resource", "rp_id", "hosts", "token_url"),
            *("base_url", "Prices.page"),
        ),
        SERVERS,
    ),
    **dict.fromkeys(
        (
            *("agent_version", "call", "check", "decision", "delivered_subject"),
            *("delivered_type", "DeliveryBuried.reason", "DeliveryRecovered.reason"),
            "ClosedUsage.meter",
            *("AuditExportRequested.reason", "AuditExportCompleted.reason"),
            *("AuditExportFailed.reason", "default_roles", "entry_subject", "entry_type"),
            *("function", "PolicyApprovalNeeded.summary", "RunApprovalNeeded.summary"),
            *("Receipt.reason", "BudgetApprovalNeeded.summary", "Problem.code", "cron"),
            "SubscriptionApprovalNeeded.summary",
            *(
                "Failure.code",
                "period",
                "MarginFell.month",
                "capsule_version",
                "CallReceipt.reason",
            ),
            *("DirectCallApprovalNeeded.summary", "Difference.fields"),
            *("DeliveryBuried.path", "DeliveryRecovered.path", "Finding.path", "provider"),
            *("Finding.evidence", "remedy", "role", "roles", "Violation.rule", "scope"),
            *(
                "ArtifactStored.reason",
                "DocumentAdded.reason",
                "DocumentEmbedded.reason",
                "DocumentFailed.reason",
                "DocumentRemoved.reason",
                "ArtifactRefused.reason",
                "ArtifactRemoved.reason",
            ),
            *("ArtifactWritten.reason", "media_type", "cached_from", "version", "why"),
            *("QuietHours.begin", "QuietHours.end", "QuietHours.time_zone"),
            *("scopes", "NotificationRequested.subject", "Violation.summary", "confirmed_by"),
            *("made_by_run", "DeclaredMeter.unit"),
        ),
        OURS,
    ),
    # What shows that nobody reviewed in time, say. An agent's are marked.
    "violations.Violation.evidence": OURS,
    **dict.fromkeys(
        (
            *("agent_name", "depends_on", "GroupRoles.group", "industry", "name", "slug"),
            *("Subject.id", "Subject.type", "title", "Receipt.operation", "Receipt.step"),
            *("InvocationSettled.operation", "InvocationSettled.step"),
            *("CallReceipt.operation", "CallReceipt.step", "CallReceipt.credential"),
            *("DirectCallApprovalNeeded.operation", "DirectCallWithdrawn.operation"),
            *("InvocationReported.operation", "Difference.operation", "Difference.name_before"),
            *("Receipt.labels", "CallReceipt.labels", "ArtifactStored.labels"),
            *("ArtifactRefused.labels", "ArtifactRemoved.labels", "ArtifactWritten.labels"),
            *(
                f"Memory{each}.labels"
                for each in (
                    *("Learned", "Superseded", "Promoted", "Forgotten"),
                    *("Expired", "Evicted", "Erased"),
                )
            ),
            "MemorySource.operation",
            *("agent", "capsule", "kept", "Failure.step", "Waiting.step", "Receipt.credential"),
            *("Shown.header", "Shown.user", "Shown.audience", "answered_by", "fallbacks"),
            *("ModelCallSettled.model", "ModelCallSettled.route", "ModelRouteChanged.model"),
            *("ModelAsked.route", "ModelAsked.prompt", "ModelCallSettled.prompt"),
            "ModelTurn.prompt",
            *("ProgramReceipt.operation", "ProgramReceipt.credential"),
            *("ModelCallSettled.credential", "ModelRouteChanged.credential", "shares"),
        ),
        NAMES,
    ),
    **dict.fromkeys(("Condition.field", "value"), RULES),
}


def _holds_text(annotation: Any) -> bool:
    if annotation in (str, Any, JsonValue):
        return True
    return any(_holds_text(each) for each in get_args(annotation) if not isinstance(each, str))


def _fields(
    model: type[BaseModel], seen: set[type[BaseModel]]
) -> Iterator[tuple[type[BaseModel], str, FieldInfo]]:
    """Each field with text of a model and of its parts, once."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        if _holds_text(field.annotation):
            yield model, name, field
        for part in parts_of(field):
            yield from _fields(part, seen)


SEEN: set[type[BaseModel]] = set()
FIELDS = [
    found
    for types in published_types().values()
    for payload in types.values()
    for found in _fields(payload, SEEN)
]


def _names(model: type[BaseModel], name: str) -> tuple[str, ...]:
    module = model.__module__.rpartition(".")[2]
    return name, f"{model.__name__}.{name}", f"{module}.{model.__name__}.{name}"


def test_each_text_of_an_event_is_personal_or_is_not_for_a_reason() -> None:
    undecided = {
        f"{model.__name__}.{name}"
        for model, name, field in FIELDS
        if mark_of(field) is None and not NOT_PERSONAL.keys() & set(_names(model, name))
    }
    assert not undecided, f"mark as PersonalText, or say why not: {sorted(undecided)}"


def test_no_text_is_both_personal_and_not() -> None:
    both = {
        f"{model.__name__}.{name}"
        for model, name, field in FIELDS
        if mark_of(field) is not None and NOT_PERSONAL.keys() & set(_names(model, name))
    }
    assert not both


def test_every_reason_is_about_a_text_that_is_there() -> None:
    there = {each for model, name, _ in FIELDS for each in _names(model, name)}
    assert NOT_PERSONAL.keys() <= there


@pytest.mark.parametrize("noun", [each.noun for each in load_manifests(ROOT).deployables])
def test_who_seals_or_opens_anything_can_read_the_wrapping_key(noun: str) -> None:
    manifests = load_manifests(ROOT)
    topic = published_types().get(noun, {})
    publishes = any(_has_marks(payload, set()) for payload in topic.values())
    shows = decides = False
    if manifests.by_noun[noun].http is not None:
        router = import_module(f"{_package(noun)}.api").ROUTER
        shows = any(
            _has_marks(each.response_model, set())
            for each in router.routes
            if isinstance(each.response_model, type)
        )
        # The commit of a command has what its decision was made on, sealed (docs/decisions/0066).
        decides = any(each.methods - {"GET"} for each in router.routes)
    # An export of everything opens what other functions published (docs/decisions/0085).
    exports = noun == "audit"
    assert (publishes or shows or decides or exports) == (
        WRAPPING_KEY in manifests.by_noun[noun].access.secrets
    )


def _has_marks(model: type[BaseModel], seen: set[type[BaseModel]]) -> bool:
    return any(mark_of(field) is not None for _, _, field in _fields(model, seen))
