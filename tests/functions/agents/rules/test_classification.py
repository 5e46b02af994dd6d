"""Proposal or evolution: only what certainly narrows is a proposal."""

from typing import Any

import pytest

from functions.agents.rules.classification import classify
from tests.functions.agents.specs import document, spec

BASE = document()
RIGHTS = BASE["decision_rights"]
READ = {"source": "clinic-cms", "mode": "read", "classification": "public"}
WRITE = {**READ, "mode": "write"}
CMS = BASE["external_systems"][0]

NARROWER: list[dict[str, Any]] = [
    {"skills": ["draft", "research"]},
    {"scope__out": [*BASE["scope"]["out"], "Recipes"]},
    {"escalation_triggers": [*BASE["escalation_triggers"], "A reader complains"]},
    {"data_access": [], "external_systems": [], "skills": ["draft"]},
    {"budget": {"per_run_usd": 0.1, "per_day_usd": 2}},
    {"mode": "trial"},
    {"containment__blast_radius": "workspace"},
    {"decision_rights__never": [*RIGHTS["never"], "Name a brand"]},
    {"decision_rights__alone": RIGHTS["alone"][:1]},
    {
        "decision_rights__alone": RIGHTS["alone"][:1],
        "decision_rights__with_approval": [*RIGHTS["with_approval"], RIGHTS["alone"][1]],
    },
    {"external_systems": [{**CMS, "operations": ["articles.read"]}]},
    {"purpose": BASE["purpose"].upper() + "  "},
    {"skills": list(reversed(BASE["skills"]))},
]
WIDER: list[dict[str, Any]] = [
    {"skills": [*BASE["skills"], "translate"]},
    {"purpose": "Draft articles about food for the clinic's editor."},
    {"industry": "clinics"},
    {"scope__in": [*BASE["scope"]["in"], "Recipes"]},
    {"scope__out": BASE["scope"]["out"][:1]},
    {"escalation_triggers": BASE["escalation_triggers"][:1]},
    {"interfaces__outputs": [*BASE["interfaces"]["outputs"], "A newsletter"]},
    {"interfaces__depends_on": ["fact-finder"]},
    {"budget": {"per_run_usd": 0.6, "per_day_usd": 5}},
    {"budget": {"per_run_usd": 0.1, "per_day_usd": 6}},
    {"containment__rollback": "Delete the draft."},
    {"containment__blast_radius": "platform"},
    {"containment__blast_radius": None},
    {"decision_rights__never": RIGHTS["never"][:1]},
    {"decision_rights__with_approval": []},
    {"decision_rights__with_approval": [*RIGHTS["with_approval"], "Send a newsletter"]},
    {"decision_rights__alone": [*RIGHTS["alone"], "Choose a picture"]},
    {
        "decision_rights__alone": [*RIGHTS["alone"], *RIGHTS["with_approval"]],
        "decision_rights__with_approval": [],
    },
    {"data_access": [WRITE]},
    {"data_access": [READ, {**READ, "source": "wiki"}]},
    {"data_access": [{**READ, "classification": "internal"}]},
    {"external_systems": [{**CMS, "operations": [*CMS["operations"], "articles.publish"]}]},
    {"external_systems": [{**CMS, "reversible": False}]},
    {"external_systems": [CMS, {"name": "mailer", "operations": [], "reversible": True}]},
    {"way_of_working__outcome": "Articles that laypeople understand."},
    {"way_of_working__self_critique": "It reads the draft once more."},
]


@pytest.mark.parametrize("change", NARROWER)
def test_what_certainly_narrows_is_a_proposal(change: dict[str, Any]) -> None:
    kind, why = classify(spec(), spec(**change))
    assert kind == "proposal", why
    assert why


@pytest.mark.parametrize("change", WIDER)
def test_what_widens_weakens_or_cannot_be_told_is_an_evolution(change: dict[str, Any]) -> None:
    kind, why = classify(spec(), spec(**change))
    assert kind == "evolution"
    assert why


@pytest.mark.parametrize("narrower", NARROWER[:6])
@pytest.mark.parametrize("wider", WIDER[:6])
def test_one_widening_among_narrowings_is_an_evolution(
    narrower: dict[str, Any], wider: dict[str, Any]
) -> None:
    if not narrower.keys() & wider.keys():
        assert classify(spec(), spec(**narrower, **wider))[0] == "evolution"


def test_a_right_ruled_out_instead_of_approved_is_a_proposal() -> None:
    published = RIGHTS["with_approval"]
    change = spec(
        decision_rights__with_approval=[],
        decision_rights__never=[*RIGHTS["never"], *published],
    )
    assert classify(spec(), change)[0] == "proposal"


def test_writing_no_more_and_reading_still_is_a_proposal() -> None:
    kind, why = classify(spec(data_access=[WRITE]), spec(data_access=[READ]))
    assert (kind, why[0]) == ("proposal", "/data_access: only reads clinic-cms as public")


def test_leaving_trial_is_an_evolution() -> None:
    assert classify(spec(mode="trial"), spec())[0] == "evolution"


def test_what_stages_four_and_five_would_not_pass_is_never_a_proposal() -> None:
    sly = spec(decision_rights__never=[*RIGHTS["never"], "Wait for the editor's approval"])
    kind, why = classify(spec(), sly)
    assert kind == "evolution"
    assert why == ("/decision_rights/never/2: gate_bypass_protection must be judged",)


def test_a_reversible_system_dropped_whole_is_a_proposal() -> None:
    two = spec(
        external_systems=[
            CMS,
            {"name": "board", "operations": ["notes.create"], "reversible": True},
        ]
    )
    assert classify(two, spec())[0] == "proposal"
