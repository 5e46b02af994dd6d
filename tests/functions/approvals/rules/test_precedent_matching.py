"""All conditions, and never for its own people, the irreversible, or what several must decide."""

from typing import Any

import pytest

from events.precedents import Condition, rate
from functions.approvals.rules.precedent import MOST_ACTIVE_PER_KIND, ActivePrecedents
from shared.kit.errors import VersionConflict
from tests.functions.approvals.builders import (
    CONTENT,
    HOUR,
    START,
    active,
    matches_of,
    opened,
    precedent,
    rule,
)


def test_all_conditions_must_hold_and_the_card_lists_which_did() -> None:
    conditions = (
        Condition(field="content.action", op="eq", value="reindex"),
        Condition(field="content.rows", op="le", value=1000),
    )
    approval = opened(active(conditions=conditions))
    assert approval.status == "pending"
    (match,) = matches_of(active(conditions=conditions))
    assert match.satisfied == ('content.action eq "reindex"', "risk le medium")
    assert match.unsatisfied == ("content.rows le 1000: it is 1200",)
    assert approval.considered == (match.seed_id,)


def test_a_riskier_request_is_not_covered() -> None:
    approval = opened(active(max_risk="low"))
    assert approval.status == "pending"
    assert matches_of(active(max_risk="low"))[0].unsatisfied == ("risk le low: it is medium",)


@pytest.mark.parametrize("role", ["author", "activated_by"])
def test_a_precedent_never_serves_its_author_or_who_activated_it(role: str) -> None:
    assert opened(active(**{role: "amira"})).status == "pending"
    assert opened(active(**{role: "somebody-else"})).status == "auto_approved"


@pytest.mark.parametrize(
    "fields",
    [
        {"rollback_plan": " "},
        {"content": {**CONTENT, "irreversible": ["clinic-cms/articles.publish"]}},
        {"content": {**CONTENT, "irreversible": True}},
        {"content": {**CONTENT, "Irreversible": True}},
        {"content": {**CONTENT, "systems": [{"Reversible": "false"}]}},
        {"content": {**CONTENT, "Findings": [{"Verdict": "fail"}]}},
        {"content": {**CONTENT, "findings": {"first": {"verdict": "FAIL"}}}},
        {"content": {**CONTENT, "findings": [{"verdict": "pass"}, {"verdict": "escalate"}]}},
        {"rule": rule("all", "role:governor", "role:legal")},
        {"precedents_allowed": False},
    ],
)
def test_no_precedent_assents_to_what_is_a_humans_to_decide(fields: dict[str, Any]) -> None:
    assert opened(active(), **fields).status == "pending"


def test_passed_findings_do_not_bar_a_match() -> None:
    content = {**CONTENT, "findings": [{"verdict": "pass"}, {"check": "x"}, "text"]}
    assert opened(active(), content=content).status == "auto_approved"


def test_where_precedents_are_not_allowed_none_is_even_considered() -> None:
    approval = opened(active(), precedents_allowed=False)
    assert (matches_of(active(), precedents_allowed=False), approval.considered) == ((), ())


def test_the_first_activated_of_several_assents() -> None:
    first = active(precedent_id="pre_z", activated_at=START - HOUR)
    assert opened(active(precedent_id="pre_a"), first).precedent_id == "pre_z"


def test_the_card_shows_every_comparison_the_closest_first() -> None:
    far = [
        active(
            precedent_id=f"pre_{number:02}",
            conditions=(Condition(field="content.x", op="eq", value=number),) * 2,
        )
        for number in range(MOST_ACTIVE_PER_KIND - 1)
    ]
    precedents = (*far, active(max_risk="low"))
    matches = matches_of(*precedents)
    assert matches[0].seed_id == active().precedent_id
    assert {match.seed_id for match in matches} == set(opened(*precedents).considered)


def test_the_active_form_is_what_matching_reads_of_a_precedent() -> None:
    activated = precedent(status="active", activated_by="goran", activated_at=START)
    assert ActivePrecedents(kind="execution").with_(activated).precedents == (active(),)


def filled(*workspaces: str | None) -> ActivePrecedents:
    """The list with as many as may hold in each of these places."""
    listed = ActivePrecedents(kind="execution")
    for place in workspaces:
        for number in range(MOST_ACTIVE_PER_KIND):
            made = precedent(
                precedent_id=f"pre_{place}_{number}",
                workspace_id=place,
                activated_by="goran",
                activated_at=START,
            )
            listed = listed.with_(made)
    return listed


def test_a_request_is_compared_with_what_holds_in_its_workspace() -> None:
    ward, surgery, everywhere = (
        active(precedent_id=f"pre_{place}", workspace_id=place)
        for place in ("wsp_ward", "wsp_surgery", None)
    )
    listed = ActivePrecedents(kind="execution", precedents=(ward, surgery, everywhere))
    assert listed.holding_in("wsp_ward") == (ward, everywhere)
    assert listed.holding_in(None) == (everywhere,)
    assert listed.beside("wsp_ward") == (ward, everywhere)
    assert listed.beside(None) == listed.precedents


def test_a_request_is_compared_with_no_more_than_the_limit() -> None:
    added = precedent(activated_by="goran", activated_at=START)
    full = filled("wsp_ward")
    for place in (None, "wsp_ward"):
        with pytest.raises(VersionConflict):
            full.with_(added.but(workspace_id=place))
    assert len(full.with_(added.but(workspace_id="wsp_surgery")).precedents) == 21
    with pytest.raises(VersionConflict):
        filled(None).with_(added.but(workspace_id="wsp_ward"))


def test_the_active_precedents_of_all_workspaces_have_room_in_one_document() -> None:
    large = (Condition(field="content.x", op="eq", value="x" * 4_000),) * 4
    made = precedent(conditions=large, activated_by="goran", activated_at=START)
    listed = ActivePrecedents(kind="execution")
    for number in range(40):
        listed = listed.with_(made.but(workspace_id=f"wsp_{number}"))
    there = listed.precedents[0].but(workspace_id="wsp_ward")
    crowded = listed.but(precedents=(*listed.precedents, *(there,) * 12))
    with pytest.raises(VersionConflict, match="no room"):
        crowded.with_(made)


def test_rates_are_of_one_and_nothing_has_no_rate() -> None:
    assert (rate(1, 3), rate(0, 0), rate(3, 2)) == (0.3333, 0.0, 1.0)
