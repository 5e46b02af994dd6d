"""Receipts: what became of one call, or of one question to a model, as an in-toto statement says
it. `runs` and `models` report the outcomes, `audit` makes them receipts: appends them to its tree,
signs and keeps them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from events.labels import Labels
from shared.kit.ids import derive_id
from shared.kit.instants import Instant
from shared.kit.models import Data

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://assent.dev/receipt/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

Outcome = Literal["intended", "refused", "dispatched", "confirmed", "doubtful", "undone"]
# No event has an id of this form, so a receipt never takes the place of an event in the log.
ReceiptId = Annotated[str, StringConstraints(pattern=r"^rct_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Name = Annotated[str, StringConstraints(max_length=200)]
# Each policy that decided has its name in it, and a tenant has many.
Decision = Annotated[str, StringConstraints(max_length=16_000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# What the receipt of a question to a model has for its operation.
ASKED = "model/turn"
# What writes or reads a file.
OF_ARTIFACTS = ("assent/artifacts.write", "assent/artifacts.read")
LONGEST_REASON = 500
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ModelTurn(Data):
    """Which model was asked, for which turn of its step, and the tokens that this cost, as its
    server says; null where it does not. `prompt` is the version of a prompt that it was asked with,
    as `name@version`. `answered_in_ms` is from when the question was noted to when its answer was
    there, in milliseconds, and `fits` whether that answer is one that its step gives; null where
    there was none and, the latter, in a step in which a model chooses."""

    name: Name
    turn: int
    tokens_in: int | None = None
    tokens_out: int | None = None
    prompt: Name | None = None
    answered_in_ms: int | None = None
    fits: bool | None = None


class CallReceipt(Data):
    """What became of one call of one run, or of a call that an agent elsewhere made without one,
    which has neither run, step nor plan; `receipt_id_of` derives `receipt_id`. A receipt is never
    altered and nothing in it is sealed, so `reason` has words of ours only, never those of a person
    or of what the call reached. `arguments_sha256` and `output_sha256` are hashes of canonical
    JSON; the second is missing where there is no output. `on_behalf_of` is the person who signed in
    an agent elsewhere, where one did. `approval_id` and `assented_by` say who
    assented to it, where somebody had to; `settled_by` is who said what became of a doubtful call.
    `predicted_usd_micros` stands beside what it cost. `pin` is the definition of the connector that
    the plan has, and `credential` the name of what the call was made with. `labels` are those of
    its arguments, as its token says them; missing where there is none. `artifact_sha256` is the
    hash of the file that the call wrote or read, where it did.

    One with `model` is about a question to a model: `arguments_sha256` is the hash of what it was
    asked (messages and tools), `output_sha256` that of what it answered (text and calls), and no
    policy is asked about it, so it has no `decision`. `doubtful`: the answer was lost, and all that
    it may have cost counts."""

    receipt_id: ReceiptId
    invocation_id: Name
    run_id: Name | None = None
    step: Name | None = None
    iteration: int | None = None
    attempt: int = 1
    operation: Name
    outcome: Outcome
    at: Instant
    agent_id: Name
    agent_version: Name
    on_behalf_of: Name | None = None
    plan_hash: Sha256 | None = None
    arguments_sha256: Sha256
    output_sha256: Sha256 | None = None
    token_id: Name | None = None
    decision: Decision | None = None
    approval_id: Name | None = None
    assented_by: Name | None = None
    settled_by: Name | None = None
    cost_usd_micros: int = 0
    predicted_usd_micros: int = 0
    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] | None = None
    pin: Sha256 | None = None
    credential: Name | None = None
    labels: Labels | None = None
    artifact_sha256: Sha256 | None = None
    model: ModelTurn | None = None

    @property
    def subject(self) -> str:
        """What it is about: its run or, where it was made without one, the call itself."""
        return f"invocation/{self.invocation_id}" if self.run_id is None else f"run/{self.run_id}"

    @property
    def actor(self) -> str:
        """Who called."""
        return self.agent_id

    @property
    def named(self) -> str:
        """The call, as the statement's subject names it."""
        made_in = self.invocation_id if self.run_id is None else f"{self.run_id}/{self.step}"
        return f"{made_in}/{self.operation}"


class Receipt(CallReceipt):
    """What became of one call of one run."""

    run_id: Name
    step: Name
    plan_hash: Sha256


class ModelAsked(Data):
    """Which model a program asked, by which `route`, and the tokens that this cost, those of caches
    among them, as its provider says; null where it does not. Where the answer was kept of an
    earlier call, `cached_from` names that, and nobody was asked. `redacted` values had placeholders
    in what it was told; null where it was told all. `prompt` is the version of a prompt that was
    used, as `name@version`."""

    name: Name
    route: Name
    tokens_in: int | None = None
    tokens_out: int | None = None
    cached_from: Name | None = None
    redacted: int | None = None
    prompt: Name | None = None


class ProgramReceipt(Data):
    """What became of a program's call of a model, which belongs to no run: `called_by` and, where
    it was an API key, `key_id`. As of any receipt, nothing in it is a person's text.
    `arguments_sha256` is the hash of the bytes that were sent, `output_sha256` that of those that
    were answered; `predicted_usd_micros` is the most that it could cost. `doubtful`: nobody knows
    what it used, and all that it may have cost counts."""

    receipt_id: ReceiptId
    invocation_id: Name
    operation: Name
    outcome: Outcome
    at: Instant
    called_by: Name
    key_id: Name | None = None
    arguments_sha256: Sha256
    output_sha256: Sha256 | None = None
    cost_usd_micros: int = 0
    predicted_usd_micros: int = 0
    credential: Name | None = None
    model: ModelAsked

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"model_call/{self.invocation_id}"

    @property
    def actor(self) -> str:
        """Who called."""
        return self.called_by

    @property
    def named(self) -> str:
        """The call, as the statement's subject names it."""
        return f"{self.invocation_id}/{self.operation}"


AnyReceipt = CallReceipt | ProgramReceipt


def read_receipt(said: Mapping[str, Any]) -> AnyReceipt:
    """The receipt of that text: of a program's call where it names no agent. Raises
    pydantic.ValidationError."""
    return (CallReceipt if "agent_id" in said else ProgramReceipt).model_validate(said)


def reason_of(said: str | None) -> str | None:
    """As much of a reason as a receipt takes: one that is too long keeps no outcome from being
    recorded."""
    return None if said is None else said[:LONGEST_REASON]


def artifact_in(operation: str, output: Any) -> str | None:
    """The SHA-256 of the file that a call wrote or read, as its output says."""
    if operation not in OF_ARTIFACTS or not isinstance(output, Mapping):
        return None
    digest = output.get("sha256")
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None


def receipt_id_of(invocation_id: str, outcome: Outcome, attempt: int = 1) -> str:
    """The id of the receipt of one outcome: the same however often it is reported."""
    return derive_id("rct", _EPOCH, invocation_id, outcome, str(attempt))


def statement(
    receipt: AnyReceipt, tenant_id: str, workspace_id: str | None = None
) -> dict[str, Any]:
    """The in-toto statement of a receipt: its subject is the call, by the hash of its arguments;
    its predicate the receipt, with the tenant and, where its run is in one, the workspace."""
    subject = {
        "name": receipt.named,
        "digest": {"sha256": receipt.arguments_sha256},
    }
    predicate = {**receipt.model_dump(mode="json", exclude_none=True), "tenant_id": tenant_id}
    predicate |= {"workspace_id": workspace_id} if workspace_id else {}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [subject],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
