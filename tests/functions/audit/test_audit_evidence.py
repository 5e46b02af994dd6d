"""Everything that is published is evidence unless it is listed, and an entry stays small."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.registry import published_types
from functions.audit.aggregates import EXPORT_DUE
from functions.audit.reactions import CHECKPOINT_DUE, HANDLERS
from functions.audit.rules.evidence import (
    BY_HASH_ONLY,
    LONGEST_FIELD,
    MOST_BYTES,
    NO_EVIDENCE,
    entry_body,
    evidence_types,
    is_body_of,
)
from shared.manifest.filters import narrowest_filter
from tests.chaos.checker.claims.audit import NO_EVIDENCE as CHECKER_NO_EVIDENCE

ATTRIBUTES = {"id": "evt_1", "type": "assent.approval.approved.v1", "actorid": "mara"}
PUBLISHED = {name for types in published_types().values() for name in types}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
payloads = st.dictionaries(
    st.text(max_size=12) | st.sampled_from(sorted(BY_HASH_ONLY)), json_values, max_size=8
)


def _data(body: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.loads(body)["data"])
    return found


def test_every_published_type_has_an_entry_unless_it_is_said_why_not() -> None:
    assert set(HANDLERS) - {CHECKPOINT_DUE, EXPORT_DUE} == PUBLISHED - set(NO_EVIDENCE)
    assert set(NO_EVIDENCE) <= PUBLISHED
    assert set(NO_EVIDENCE) == CHECKER_NO_EVIDENCE


@pytest.mark.parametrize(
    "event_type",
    [
        *(
            f"assent.approval.{what}.v1"
            for what in (
                *("approved", "auto_approved", "rejected", "changes_requested", "expired"),
                *("cancelled", "vetoed", "overturned", "reviewed", "review_missed", "reversed"),
                *("reversal_failed", "escalated", "delegated", "deferred"),
            )
        ),
        *(
            f"assent.precedent.{what}.v1"
            for what in ("activated", "suspended", "superseded", "deprecated", "reviewed")
        ),
        *(
            f"assent.agent.{what}.v1"
            for what in ("activated", "trial_started", "upgraded", "suspended", "reactivated")
        ),
        *(
            f"assent.creation_case.{what}.v1"
            for what in ("judged", "returned", "rejected", "cancelled", "approved", "rolled_back")
        ),
        *("assent.pipeline.paused.v1", "assent.pipeline.resumed.v1"),
        *("assent.lookup.missed.v1", "assent.credential.refused.v1", "assent.delivery.buried.v1"),
    ],
)
def test_decisions_suspensions_refusals_and_changes_of_configuration_are_evidence(
    event_type: str,
) -> None:
    assert event_type in HANDLERS


def test_a_type_that_is_new_is_evidence_and_passes_the_filters_of_today() -> None:
    new = "assent.approval_policy.changed.v1"
    assert new in evidence_types({*PUBLISHED, new})
    for topic, types in published_types().items():
        handled = evidence_types(types)
        assert narrowest_filter(handled, set(types) - handled).passes(new), topic


@given(payloads)
def test_an_entry_is_about_its_event_and_about_no_other(data: dict[str, Any]) -> None:
    text = json.dumps(data)
    body = entry_body(ATTRIBUTES, text)
    assert body == entry_body(ATTRIBUTES, json.dumps(dict(reversed(data.items()))))
    assert "\n" not in body
    assert is_body_of(body, ATTRIBUTES, text)
    assert not is_body_of(body, {**ATTRIBUTES, "actorid": "eve"}, text)
    assert not is_body_of(body, ATTRIBUTES, json.dumps({**data, "more": 1}))
    for name in data:
        assert not is_body_of(body, ATTRIBUTES, json.dumps({**data, name: "something else"}))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"data": 5}', '{"data": "[]"}', '{"data": "{"}'])
def test_what_is_no_body_is_about_no_event(body: str) -> None:
    assert not is_body_of(body, ATTRIBUTES, "{}")


def test_texts_of_people_are_kept_by_their_hash_only() -> None:
    data = dict.fromkeys(sorted(BY_HASH_ONLY), "Mrs. Vogel, born 1950") | {"decided_by": "mara"}
    kept = _data(entry_body(ATTRIBUTES, json.dumps(data)))
    assert kept.pop("decided_by") == "mara"
    text = json.dumps("Mrs. Vogel, born 1950")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert kept == {name: {"bytes": len(text), "sha256": sha256} for name in BY_HASH_ONLY}


def test_who_broke_the_glass_over_whom_stays_readable() -> None:
    said = {
        "capacity": "break_glass",
        "break_glass": {"grounds": "breach", "skipped": ["role:governor", "principal:mara"]},
        "review": {"because": "break_glass", "status": "owed"},
        "rule": {"kind": "any", "of": [{"role": "governor"}]},
        "decision_hash": "a" * 64,
    }
    assert _data(entry_body(ATTRIBUTES, json.dumps(said))) == said


def test_a_long_field_is_kept_by_its_hash_and_a_signature_whole() -> None:
    data = {"note": "n" * LONGEST_FIELD, "reason": "r" * 100, "signature": "s" * 9_000}
    kept = _data(entry_body(ATTRIBUTES, json.dumps(data)))
    assert kept["note"].keys() == {"bytes", "sha256"}
    assert (kept["reason"], kept["signature"]) == (data["reason"], data["signature"])


def test_many_fields_stay_within_the_bound() -> None:
    data = {f"field{number}": "x" * (LONGEST_FIELD - 10) for number in range(100)}
    body = entry_body(ATTRIBUTES, json.dumps(data))
    kept = [value for value in _data(body).values() if isinstance(value, str)]
    assert MOST_BYTES - LONGEST_FIELD < sum(map(len, kept)) <= MOST_BYTES


def test_the_longest_event_makes_a_small_entry() -> None:
    data = {"content": "c" * 900_000, "evidence": [{"quote": "q" * 900} for _ in range(900)]}
    assert len(entry_body(ATTRIBUTES, json.dumps({**data, "decision_hash": "0" * 64}))) < 1_000


def test_a_lone_surrogate_and_a_line_feed_are_kept() -> None:
    data = '{"note": "half \\ud800, line\\nfeed"}'
    body = entry_body(ATTRIBUTES, data)
    assert "\n" not in body
    assert _data(body) == {"note": "half \ud800, line\nfeed"}
    assert is_body_of(body, ATTRIBUTES, data)


def test_what_is_kept_by_hash_only_is_a_field_of_some_event() -> None:
    models = [model for types in published_types().values() for model in types.values()]
    fields = {name for model in models for name in model.model_fields}
    assert fields >= BY_HASH_ONLY
