"""Decisions that a passkey signs: verified, kept so that anybody can verify them later, and refused
and audited for anything else than exactly this decision; a veto is possible without."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc import jws

from events.approval_policies import PasskeyRule
from events.assertions import DecisionAssertion
from functions.approvals.aggregates import POLICIES, RUN
from functions.approvals.rules.policy import BUILT_IN
from shared.aggregates import Transition
from shared.kit.callers import Caller
from shared.kit.passkeys import PasskeyRefused, passkey_id_of
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from tests.authenticator import PRESENT, Authenticator
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.api.test_approvals_api import (
    SEED,
    ask,
    deciding,
    governor,
    vetoing,
)
from tests.functions.approvals.api.test_phone_api import body as phoned
from tests.functions.approvals.api.test_phone_api import path as phone_path
from tests.functions.approvals.api.test_phone_api import phone
from tests.functions.approvals.signing import SITE, added, authenticator, challenge, removed
from tests.shared.cloud import Cloud


class Signer:
    """A governor with a passkey."""

    def __init__(self, program: Program, key: Authenticator) -> None:
        self.principal = f"gala-{uuid.uuid4().hex[:8]}"
        self.program = governor(program, self.principal)
        self.key = key

    def signed(self, card: Any, body: dict[str, Any], **said: Any) -> dict[str, Any]:
        asked = challenge(self.program.tenant, card["id"], body)
        return {**body, "assertion": self.key.sign(asked, **said)}

    async def decide(self, card: Any, body: dict[str, Any]) -> httpx.Response:
        return await self.program.post(f"/v1/approvals/{card['id']}/decisions", body)


@pytest.fixture
async def gala(program: Program) -> Signer:
    signer = Signer(program, authenticator())
    await added(signer.key, signer.principal)
    return signer


async def entries(tenant: str, type: str) -> list[dict[str, Any]]:
    found = TenantStore(tenant).find_all(EVENT_LOG, where=[("type", "==", type)])
    return [json.loads(each.data["data"]) async for each in found]


async def reasons(tenant: str) -> list[str]:
    refused = await entries(tenant, "assent.credential.refused.v1")
    return sorted({each["reason"] for each in refused})


def refused(answer: httpx.Response, code: str) -> str:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, code), problem
    detail: str = problem["detail"]
    return detail


async def test_a_signed_decision_says_so_on_the_card_and_in_the_vote(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    answer = await gala.decide(asked, gala.signed(asked, deciding(asked, note="Go on.")))
    card = answer.json()
    assert (answer.status_code, card["status"]) == (200, "approved")
    own = passkey_id_of(gala.key.credential_id)
    assert (card["passkey_id"], card["votes"][0]["passkey_id"]) == (own, own)


async def test_whoever_has_the_event_can_verify_it(program: Program, gala: Signer) -> None:
    asked = await ask(program)
    await gala.decide(asked, gala.signed(asked, deciding(asked)))
    (data,) = await entries(program.tenant, "assent.approval.approved.v1")
    kept = DecisionAssertion.model_validate(data["assertion"])
    assert (kept.profile, kept.verify((SITE["origin"],))) == ("webauthn.assertion/1", 0)
    assert kept.statement.decision_hash == data["decision_hash"]
    altered = kept.statement.model_copy(update={"decision": "reject"})
    with pytest.raises(PasskeyRefused):
        kept.model_copy(update={"statement": altered}).verify((SITE["origin"],))
    with pytest.raises(PasskeyRefused):
        kept.verify(("https://evil.example",))


async def test_the_receipt_names_the_passkey(program: Program, gala: Signer) -> None:
    asked = await ask(program)
    await gala.decide(asked, gala.signed(asked, deciding(asked)))
    detail = (await gala.program.get(f"/v1/approvals/{asked['id']}")).json()
    signed = json.loads(jws.extract_compact(detail["signature"].encode()).payload)
    assert signed["passkey_id"] == passkey_id_of(gala.key.credential_id)


VERBS: dict[str, tuple[dict[str, Any], str]] = {
    "approve": ({}, "approved"),
    "reject": ({"note": "No."}, "rejected"),
    "request_changes": ({"note": "Name the editor."}, "changes_requested"),
    "defer": ({}, "deferred"),
    "escalate": ({}, "escalated"),
    "delegate": ({"to": "dina"}, "delegated"),
    "break_glass": ({"grounds": "outage"}, "approved"),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_every_decision_can_be_signed(program: Program, gala: Signer, verb: str) -> None:
    fields, event = VERBS[verb]
    asked = await ask(program)
    if verb == "defer":
        # A later moment than the request's, in the form that answers have.
        fields = {"until": asked["deadline_at"]}
    answer = await gala.decide(asked, gala.signed(asked, deciding(asked, verb, **fields)))
    assert answer.status_code == 200, answer.text
    (data,) = await entries(program.tenant, f"assent.approval.{event}.v1")
    assert data["assertion"]["statement"]["decision"] == verb


@pytest.mark.parametrize("action", ["approve", "request-changes", "veto"])
async def test_a_phone_signs_the_same(program: Program, gala: Signer, action: str) -> None:
    asked = await ask(program)
    sent = phoned(asked, action)
    asked_for = challenge(program.tenant, asked["id"], sent, action.replace("-", "_"))
    mobile = phone(program, gala.principal)
    answer = await mobile.post(
        phone_path(asked["id"], action), {**sent, "assertion": gala.key.sign(asked_for)}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["passkey_id"] == passkey_id_of(gala.key.credential_id)


async def test_a_signed_veto_says_so(program: Program, gala: Signer) -> None:
    asked = await ask(program)
    answer = await gala.program.post("/v1/vetoes", gala.signed(asked, vetoing(asked)))
    assert answer.json()["passkey_id"] == passkey_id_of(gala.key.credential_id)


Change = Callable[[dict[str, Any]], dict[str, Any]]
# What an attacker sends with a signature that the governor gave for something else.
OTHERWISE: dict[str, Change] = {
    "another decision": lambda body: {**body, "decision": "reject"},
    "another client_decision_id": lambda body: {
        **body,
        "client_decision_id": str(uuid.uuid4()),
    },
    "another note": lambda body: {**body, "note": "And pay them."},
    "another verb with a choice": lambda body: {
        **body,
        "decision": "delegate",
        "to": "mallory",
    },
    "a broken glass": lambda body: {**body, "decision": "break_glass", "grounds": "outage"},
}


@pytest.mark.parametrize("change", OTHERWISE)
async def test_a_signature_of_another_decision_is_refused_and_audited(
    program: Program, gala: Signer, change: str
) -> None:
    asked = await ask(program)
    body = OTHERWISE[change](gala.signed(asked, deciding(asked)))
    detail = refused(await gala.decide(asked, body), "signature_invalid")
    assert "signed something else" in detail
    assert await reasons(program.tenant) == ["challenge_differs"]
    assert (await program.get(f"/v1/approvals/{asked['id']}")).json()["status"] == "pending"


@pytest.mark.parametrize("other", ["hash", "approval", "tenant"])
async def test_a_signature_for_another_content_is_refused_and_audited(
    program: Program, gala: Signer, other: str
) -> None:
    asked = await ask(program)
    body = deciding(asked)
    signed_body = {**body, "decision_hash": "0" * 64} if other == "hash" else body
    named = (await ask(program))["id"] if other == "approval" else asked["id"]
    tenant = "another-clinic" if other == "tenant" else program.tenant
    assertion = gala.key.sign(challenge(tenant, named, signed_body))
    answer = await gala.decide(asked, {**body, "assertion": assertion})
    refused(answer, "signature_invalid")
    assert await reasons(program.tenant) == ["challenge_differs"]


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "origin": ({"origin": "https://evil.example"}, {}, "another_origin"),
    "rp id": ({"rp_id": "evil.example"}, {}, "another_origin"),
    "nobody verified": ({"flags": PRESENT}, {}, "user_not_verified"),
    "a registration": ({}, {"type": "webauthn.create"}, "unverified"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_signature_of_another_page_or_person_is_refused_and_audited(
    program: Program, gala: Signer, wrong: str
) -> None:
    fields, said, reason = WRONG[wrong]
    for name, value in fields.items():
        setattr(gala.key, name, value)
    asked = await ask(program)
    answer = await gala.decide(asked, gala.signed(asked, deciding(asked), **said))
    refused(answer, "signature_invalid")
    assert await reasons(program.tenant) == [reason]


@pytest.mark.parametrize("whose", ["nobody's", "another governor's", "removed", "imitated"])
async def test_a_key_that_is_not_the_governors_now_is_refused_and_audited(
    program: Program, gala: Signer, whose: str
) -> None:
    reason = "unknown_key"
    if whose == "nobody's":
        gala.key = authenticator()
    elif whose == "another governor's":
        gala.key = authenticator()
        await added(gala.key, "goran")
    elif whose == "removed":
        await removed(gala.key, gala.principal)
    else:
        gala.key, reason = authenticator(key_id=gala.key.key_id), "unverified"
    asked = await ask(program)
    answer = await gala.decide(asked, gala.signed(asked, deciding(asked)))
    refused(answer, "signature_invalid")
    assert await reasons(program.tenant) == [reason]


async def test_a_removal_counts_in_whatever_order_it_arrives(program: Program) -> None:
    signer = Signer(program, authenticator())
    await removed(signer.key, signer.principal)
    await added(signer.key, signer.principal)
    asked = await ask(program)
    answer = await signer.decide(asked, signer.signed(asked, deciding(asked)))
    refused(answer, "signature_invalid")


async def test_a_count_that_went_back_is_refused_and_audited(program: Program) -> None:
    signer = Signer(program, authenticator(count=5))
    await added(signer.key, signer.principal)
    first, second = await ask(program), await ask(program, summary="Again")
    body = signer.signed(first, deciding(first))
    assert (await signer.decide(first, body)).status_code == 200
    signer.key.count = 4
    late = await signer.decide(second, signer.signed(second, deciding(second)))
    assert "somebody may have a copy" in refused(late, "signature_invalid")
    assert await reasons(program.tenant) == ["counter_back"]
    # Another delivery of the event that added it makes nothing forgotten.
    signer.key.count = 5
    await added(signer.key, signer.principal)
    again = await signer.decide(second, signer.signed(second, deciding(second)))
    refused(again, "signature_invalid")
    signer.key.count = 6
    after = await signer.decide(second, signer.signed(second, deciding(second)))
    assert after.status_code == 200, after.text


async def test_the_same_signature_again_gets_the_first_answer(program: Program) -> None:
    signer = Signer(program, authenticator(count=5))
    await added(signer.key, signer.principal)
    asked = await ask(program)
    body = signer.signed(asked, deciding(asked))
    first = await signer.decide(asked, body)
    assert (await signer.decide(asked, body)).content == first.content
    anew = {**body, "assertion": signer.signed(asked, deciding(asked))["assertion"]}
    assert (await signer.decide(asked, anew)).content == first.content


@pytest.mark.wired
async def test_a_decision_whose_first_commit_was_lost_is_taken_with_the_same_signature(
    program: Program, cloud: Cloud
) -> None:
    signer = Signer(program, authenticator(count=5))
    await added(signer.key, signer.principal)
    asked = await ask(program)
    body = signer.signed(asked, deciding(asked))
    # The first commit stores the count, the second is the decision's.
    cloud.mend()
    cloud.firestore.cut("Commit", number=2)
    assert (await signer.decide(asked, body)).status_code == 503
    cloud.mend()
    again = await signer.decide(asked, body)
    assert (again.status_code, again.json()["status"]) == (200, "approved")


async def test_what_is_no_assertion_is_refused_by_its_fields(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    body = gala.signed(asked, deciding(asked))
    for part, value in (("signature", "=="), ("credential_id", ""), ("more", "x")):
        sent = {**body, "assertion": {**body["assertion"], part: value}}
        assert (await gala.decide(asked, sent)).status_code == 422


async def policy(program: Program, **rule: Any) -> None:
    """The tenant's policy asks for passkeys."""
    changed = BUILT_IN.but(version=1, passkey=PasskeyRule(**rule))
    none: frozenset[str] = frozenset()
    caller = Caller("amira", program.tenant, none, none, datetime.now(UTC), "")

    async def use_case(work: Any) -> Any:
        await work.save(Transition(changed))
        return changed

    await RUN.command(caller, use_case, POLICIES.model)


@pytest.mark.parametrize("rule", [{"from_risk": "medium"}, {"irreversible": True}])
async def test_what_the_policy_names_is_assented_to_with_a_passkey_only(
    program: Program, gala: Signer, rule: dict[str, Any]
) -> None:
    await policy(program, **rule)
    asked = await ask(program, rollback_plan=" ")
    assert asked["passkey_for"] == "assent"
    fields: dict[str, dict[str, Any]] = {
        "approve": {},
        "break_glass": {"grounds": "outage"},
        "delegate": {"to": "dina"},
        "escalate": {},
        "defer": {"until": asked["deadline_at"]},
    }
    for verb, more in fields.items():
        answer = await gala.decide(asked, deciding(asked, verb, **more))
        assert "/passkeys" in refused(answer, "passkey_required")
    signed = await gala.decide(asked, gala.signed(asked, deciding(asked)))
    assert signed.json()["status"] == "approved"


@pytest.mark.parametrize("verb", ["reject", "request_changes", "veto"])
async def test_whoever_may_decide_refuses_without_a_passkey(
    program: Program, gala: Signer, verb: str
) -> None:
    await policy(program, from_risk="low", irreversible=True, break_glass=True)
    asked = await ask(program)
    if verb == "veto":
        answer = await gala.program.post("/v1/vetoes", vetoing(asked))
    else:
        answer = await gala.decide(asked, deciding(asked, verb, note="No."))
    assert (answer.status_code, answer.json()["passkey_id"]) == (200, None)


async def test_a_veto_that_its_own_signature_spoils_is_possible_without_it(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    body = gala.signed(asked, vetoing(asked))
    await removed(gala.key, gala.principal)
    refused(await gala.program.post("/v1/vetoes", body), "signature_invalid")
    unsigned = {name: each for name, each in body.items() if name != "assertion"}
    assert (await gala.program.post("/v1/vetoes", unsigned)).json()["status"] == "rejected"


async def test_a_broken_glass_alone_can_need_a_passkey(program: Program, gala: Signer) -> None:
    await policy(program, break_glass=True)
    asked = await ask(program)
    assert asked["passkey_for"] == "break_glass"
    glass = deciding(asked, "break_glass", grounds="outage")
    refused(await gala.decide(asked, glass), "passkey_required")
    assert (await gala.decide(asked, deciding(asked))).status_code == 200


async def test_a_tenant_that_asks_for_nothing_decides_as_before(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program, rollback_plan=" ")
    answer = (await gala.decide(asked, deciding(asked))).json()
    assert (answer["passkey_for"], answer["passkey_id"]) == ("nothing", None)


async def test_below_the_policys_risk_nobody_signs(program: Program, gala: Signer) -> None:
    await policy(program, from_risk="high")
    asked = await ask(program)
    assert (asked["risk"], asked["passkey_for"]) == ("medium", "nothing")


async def test_the_rule_holds_for_its_own_change(program: Program, gala: Signer) -> None:
    await policy(program, from_risk="high")
    whole = {"entries": [], "reason": "No more passkeys.", "passkey": {}}
    proposed = (await program.put("/v1/approvals/policy", whole)).json()
    assert proposed["passkey_for"] == "assent"
    refused(await gala.decide(proposed, deciding(proposed)), "passkey_required")
    detail = (await program.get(f"/v1/approvals/{proposed['id']}")).json()["content"]
    assert detail["passkey_was"]["from_risk"] == "high"
    assert detail["passkey"]["from_risk"] is None
    await gala.decide(proposed, gala.signed(proposed, deciding(proposed)))
    assert (await program.get("/v1/approvals/policy")).json()["passkey"]["from_risk"] is None


async def test_neither_a_precedent_nor_silence_assents_where_a_passkey_must(
    program: Program,
) -> None:
    author = program.of("otto")
    posted = (await author.post("/v1/precedent-seeds", SEED)).json()
    await governor(program).post(f"/v1/precedent-seeds/{posted['seed_id']}/activate")
    assert (await ask(program))["status"] == "auto_approved"
    await policy(program, from_risk="low")
    asked = await ask(program)
    assert asked["status"] == "pending"
    (match,) = (await program.get(f"/v1/approvals/{asked['id']}")).json()["matches"]
    assert "no passkey must sign: the policy asks for one" in match["unsatisfied"]
