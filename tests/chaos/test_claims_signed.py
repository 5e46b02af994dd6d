"""The checker sees forged signatures, changed contents and a broken audit chain."""

import pytest

from tests.chaos.checker.canonical import canonical
from tests.chaos.sample.chronicle import Key
from tests.chaos.sample.doctor import caught_by, change_state, event, tenant_of
from tests.chaos.sample.story import evidence


def test_a_signature_by_another_key_is_seen() -> None:
    found = evidence()
    decided = event(found, "approved")["data"]
    decided["signature"] = Key("approvals-1").sign({"outcome": "approved"})
    assert "every_decision_is_signed" in caught_by(found)


def test_a_decision_without_a_signature_is_seen() -> None:
    found = evidence()
    event(found, "vetoed", "apr_2")["data"]["signature"] = None
    assert "every_decision_is_signed" in caught_by(found)


@pytest.mark.parametrize(
    "field", ["decided_by", "decided_at", "decision_hash", "kind", "capacity", "summary"]
)
def test_a_signed_decision_that_was_altered_is_seen(field: str) -> None:
    found = evidence()
    event(found, "approved")["data"][field] = "something else"
    assert "every_decision_is_signed" in caught_by(found)


def test_a_signature_of_one_decision_under_another_is_seen() -> None:
    found = evidence()
    first, other = event(found, "approved")["data"], event(found, "auto_approved")["data"]
    first["signature"] = other["signature"]
    assert "every_decision_is_signed" in caught_by(found)


def test_a_content_that_was_swapped_under_its_hash_is_seen() -> None:
    found = evidence()
    hash = event(found, "requested")["data"]["decision_hash"]
    other = canonical({"budget": {"per_run_usd": 50}})
    tenant_of(found).documents["contents"][hash]["body"] = other
    assert "every_hash_is_of_its_content" in caught_by(found)


def test_a_hash_that_nothing_is_stored_under_is_seen() -> None:
    found = evidence()
    change_state(found, "creation_cases", "cas_1", spec_hash="0" * 64)
    assert "every_hash_is_of_its_content" in caught_by(found)


def test_a_certification_of_another_case_is_seen() -> None:
    found = evidence()
    cases = tenant_of(found).states("creation_cases")
    change_state(found, "creation_cases", "cas_1", certifications=cases["cas_2"]["certifications"])
    assert "every_certification_is_signed" in caught_by(found)


def test_a_certification_by_another_key_is_seen() -> None:
    found = evidence()
    forged = [Key("agents-1").sign({"case_id": "cas_1"})]
    change_state(found, "creation_cases", "cas_1", certifications=forged)
    assert "every_certification_is_signed" in caught_by(found)


def test_evidence_that_is_not_audited_is_seen() -> None:
    for what in ("lookup.missed", "approval.vetoed", "precedent.activated"):
        found = evidence()
        tenant = tenant_of(found)
        (event,) = (e for e in tenant.events if e["type"] == f"assent.{what}.v1")
        tenant.audited = [link for link in tenant.audited if link["event_id"] != event["id"]]
        assert "all_evidence_is_audited_once" in caught_by(found)


def test_evidence_that_is_audited_twice_or_never_happened_is_seen() -> None:
    found = evidence()
    tenant_of(found).audited.append(dict(tenant_of(found).audited[0]))
    assert "all_evidence_is_audited_once" in caught_by(found)
    found = evidence()
    tenant_of(found).audited[0]["event_id"] = "evt_999"
    assert "all_evidence_is_audited_once" in caught_by(found)


@pytest.mark.parametrize("field", ["body", "event_id", "previous_hash", "hash"])
def test_an_altered_link_of_the_audit_chain_is_seen(field: str) -> None:
    found = evidence()
    tenant_of(found).audited[0][field] = "altered"
    assert "the_chain_is_whole" in caught_by(found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (5.0, "5"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1.5e-7, "1.5e-7"),
        (0.000001, "0.000001"),
        (333333333.33333329, "333333333.3333333"),
        (4.5, "4.5"),
        (-1e30, "-1e+30"),
        ({"\ufb33": 1, "\U0001f600": 2, "a": [True, None, "é\n\x1b"]}, None),
    ],
)
def test_canonical_json_is_as_rfc_8785_has_it(value: object, text: str | None) -> None:
    # An astral character sorts by its surrogates, before what is at the end of the first plane.
    expected = text or '{"a":[true,null,"é\\n\\u001b"],"\U0001f600":2,"\ufb33":1}'
    assert canonical(value) == expected
