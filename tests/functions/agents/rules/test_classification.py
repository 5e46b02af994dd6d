"""A change is a proposal only where every difference provably narrows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.agents.rules.classification import classify
from tests.functions.agents.specs import ESCALATES, document, spec

RIGHTS = document()["rights"]
READ, WRITE = (
    {"source": "clinic-cms", "mode": mode, "classification": "public"} for mode in ("read", "write")
)
LIMITED = {"operation": "clinic-cms/drafts.write", "per_day": 40, "only": {"section": ["a*"]}}
MONEY = {"usd": 50, "argument": "amount", "currency": "currency"}

NARROWER: dict[str, dict[str, Any]] = {
    "a right of its own needs approval": {
        "rights__alone": ["clinic-cms/articles.read"],
        "rights__with_approval": [*RIGHTS["with_approval"], "clinic-cms/drafts.write"],
    },
    "a right is limited": {"rights__alone": ["clinic-cms/articles.read", LIMITED]},
    "above a limit a person approves": {
        "rights__alone": ["clinic-cms/articles.read", LIMITED],
        "rights__with_approval": [*RIGHTS["with_approval"], "clinic-cms/drafts.write"],
    },
    "one more is never done": {"rights__never": [*RIGHTS["never"], "clinic-cms/articles.delete"]},
    "a trial": {"mode": "trial"},
    "less money": {"budget": {"per_run_usd": 0.1, "per_day_usd": 1}},
    "a smaller radius": {"containment__blast_radius": "workspace"},
    "a skill less": {"skills": ["research", "draft"]},
}
WIDER: dict[str, dict[str, Any]] = {
    "an approval is dropped": {
        "rights__alone": [*RIGHTS["alone"], "clinic-cms/articles.publish"],
        "rights__with_approval": [],
    },
    "never is shorter": {"rights__never": []},
    "a new operation": {
        "systems__0__operations__5": {"name": "articles.delete", "effect": "delete"},
        "rights__never": [*RIGHTS["never"], "clinic-cms/articles.delete"],
    },
    "an undo is dropped": ESCALATES,
    "nobody confirms the effects": {"systems__0__connector": None},
    "other sources": {"systems__0__sources": ["clinic-cms", "patients"]},
    "more data": {"data_access": [WRITE, {**READ, "source": "patients"}]},
    "a milder classification": {"data_access": [{**WRITE, "classification": "internal"}]},
    "another skill": {"skills": ["research", "draft", "fact-check", "publish"]},
    "another purpose": {"purpose": "Draft articles."},
    "other instructions": {"instructions": "Be brief."},
    "one more occasion to ask": {
        "escalation_triggers": [*document()["escalation_triggers"], "A reader complains"]
    },
    "a sentence more out of scope": {
        "scope__out": [*document()["scope"]["out"], "Asking anybody"],
    },
    "a sentence less in scope": {"scope__in": document()["scope"]["in"][:-1]},
    "an input less": {"interfaces__inputs": document()["interfaces"]["inputs"][:-1] or ["x"]},
    "more money": {"budget": {"per_run_usd": 0.5, "per_day_usd": 6}},
    "a larger radius": {"containment__blast_radius": "platform"},
    "fewer occasions to ask": {"escalation_triggers": document()["escalation_triggers"][:1]},
    "more in scope": {"scope__in": [*document()["scope"]["in"], "Leaflets"]},
    "less out of scope": {"scope__out": document()["scope"]["out"][:1]},
    "another agent": {"interfaces__depends_on": ["source-finder"]},
    "another rollback": {"containment__rollback": "Ask somebody."},
    "another section": {"way_of_working__outcome": "Articles."},
}


@pytest.mark.parametrize("change", NARROWER.values(), ids=NARROWER.keys())
def test_what_narrows_is_a_proposal(change: dict[str, Any]) -> None:
    kind, why = classify(spec(), spec(**change))
    assert kind == "proposal", why
    assert all(each.startswith("/") for each in why)


@pytest.mark.parametrize("change", WIDER.values(), ids=WIDER.keys())
def test_what_widens_weakens_or_cannot_be_told_is_an_evolution(change: dict[str, Any]) -> None:
    kind, why = classify(spec(), spec(**change))
    assert kind == "evolution"
    assert why


@given(
    narrowing=st.sampled_from(sorted(NARROWER)),
    widening=st.sampled_from(sorted(set(WIDER) - {"an undo is dropped"})),
)
def test_one_widening_among_narrowings_is_an_evolution(narrowing: str, widening: str) -> None:
    changed = spec(**{**NARROWER[narrowing], **WIDER[widening]})
    assert classify(spec(), changed)[0] == "evolution"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"per_day": 5}, {"per_day": 4}, "proposal"),
        ({"per_day": 5}, {"per_day": 6}, "evolution"),
        ({"per_day": 5}, {}, "evolution"),
        ({"per_day": 5}, {"per_run": 1}, "evolution"),
        ({"up_to_usd": MONEY}, {"up_to_usd": {**MONEY, "usd": 49}}, "proposal"),
        ({"up_to_usd": MONEY}, {"up_to_usd": {**MONEY, "usd": 51}}, "evolution"),
        ({"up_to_usd": MONEY}, {"up_to_usd": {**MONEY, "argument": "total"}}, "evolution"),
        ({"only": {"to": ["a", "b"]}}, {"only": {"to": ["a"]}}, "proposal"),
        ({"only": {"to": ["a"]}}, {"only": {"to": ["a", "b"]}}, "evolution"),
        ({"only": {"to": ["a"]}}, {"only": {"cc": ["a"]}}, "evolution"),
    ],
)
@pytest.mark.parametrize("holding", ["alone", "with_approval"])
def test_limits_may_only_become_narrower(
    before: dict[str, Any], after: dict[str, Any], kind: str, holding: str
) -> None:
    rest = ["clinic-cms/articles.read", "clinic-cms/articles.publish"]
    old, new = (
        spec(
            rights={
                "alone": rest[:1],
                "with_approval": rest[1:],
                holding: [*rest, {"operation": "clinic-cms/drafts.write", **limits}],
            }
        )
        for limits in (before, after)
    )
    assert kind == classify(old, new)[0]


def test_reading_only_instead_of_writing_narrows() -> None:
    slug, mode = "insurance-renewal-writer", "data_access__0__mode"
    kind, why = classify(spec(slug, **{mode: "write"}), spec(slug))
    assert (kind, why[0]) == (
        "proposal",
        "/data_access: drops the right to write policies",
    )
    assert classify(spec(slug), spec(slug, **{mode: "write"}))[0] == "evolution"


def kinds(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, str]:
    """The kind of the change, and that of the change back."""
    return classify(spec(**old), spec(**new))[0], classify(spec(**new), spec(**old))[0]


def test_data_that_an_operation_touches_keeps_its_classification_and_stays_named() -> None:
    secret = {**WRITE, "classification": "restricted"}
    assert kinds({"data_access": [secret, WRITE]}, {"data_access": [WRITE]}) == ("evolution",) * 2
    assert kinds({"data_access": [WRITE]}, {"data_access": []})[0] == "evolution"
    patients = {**secret, "source": "patients"}
    unused = {"data_access": [WRITE, patients]}
    assert kinds(unused, {"data_access": [WRITE]}) == ("proposal", "evolution")
    touching = {**unused, "systems__0__sources": ["clinic-cms", "patients"]}
    assert kinds(touching, {"data_access": [WRITE]}) == ("evolution",) * 2
    own = {**touching, "systems__0__operations__0__sources": ["patients"]}
    assert kinds(own, touching) == ("evolution",) * 2


def test_an_undo_that_loses_its_own_entry_may_be_done_alone() -> None:
    alone, undo = [*RIGHTS["alone"], "clinic-cms/articles.publish"], "clinic-cms/articles.unpublish"
    bare = {"rights__alone": alone, "rights__with_approval": []}
    for list_of_rights in (
        {"rights__alone": alone, "rights__with_approval": [undo]},
        {"rights__alone": [*alone, {"operation": undo, "per_day": 1}], "rights__with_approval": []},
    ):
        assert kinds(list_of_rights, bare)[0] == "evolution"
    whole = {"rights__alone": [*alone, undo], "rights__with_approval": []}
    assert kinds(whole, bare) == ("proposal", "evolution")


def test_line_breaks_are_part_of_a_text() -> None:
    lines = {"instructions": "Never:\n- publish\n\nAlways:\n- ask"}
    assert kinds(lines, {"instructions": "Never: - publish Always:\n- ask"}) == ("evolution",) * 2


def test_an_agent_that_it_no_longer_needs_is_an_evolution() -> None:
    checked = {"interfaces__depends_on": ["checker"]}
    assert kinds(checked, {"interfaces__depends_on": []}) == ("evolution",) * 2


def test_from_trial_to_production_widens() -> None:
    assert classify(spec(mode="trial"), spec())[0] == "evolution"


def test_the_order_of_lists_and_the_form_of_a_right_make_no_difference() -> None:
    turned = spec(
        skills=document()["skills"][::-1],
        rights__alone=[{"operation": right} for right in RIGHTS["alone"][::-1]],
    )
    assert classify(spec(), turned) == ("proposal", ("only the form changed",))


def test_of_many_differences_fifty_are_told_and_the_rest_is_counted() -> None:
    many = [
        {"source": f"{number} {'x' * 190}", "mode": "read", "classification": "public"}
        for number in range(50)
    ]
    _, why = classify(spec(), spec(data_access=many, purpose="x", mode="trial"))
    assert len(why) == 51
    assert max(map(len, why)) == 200
    assert why[-1] == "and 2 more differences"


def test_a_system_that_is_left_out_narrows() -> None:
    more = spec(
        systems__1={"name": "library", "operations": [{"name": "search", "effect": "read"}]},
        rights__alone=[*RIGHTS["alone"], "library/search"],
    )
    assert classify(more, spec())[0] == "proposal"
    assert classify(spec(), more)[0] == "evolution"
