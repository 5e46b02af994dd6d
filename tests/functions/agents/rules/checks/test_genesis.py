"""Stage 3: what makes a job whole, bounded, governed, stable and bearable."""

from typing import Any

import pytest

from functions.agents.rules.checks.boundaries import decision_boundaries
from functions.agents.rules.checks.genesis import (
    completeness,
    evolution_triggers,
    governance_hooks,
    no_undue_burden,
    scope,
)
from tests.functions.agents.specs import objections, spec

RIGHTS = {"alone": ["Choose a title"], "with_approval": ["Publish an article"], "never": ["Gossip"]}


def rights(**changes: list[str]) -> Any:
    return spec(decision_rights={**RIGHTS, **changes})


@pytest.mark.parametrize("purpose", ["", "   ", "TBD", "n/a", "Draft articles", "see above"])
def test_a_purpose_that_says_nothing_is_not_complete(purpose: str) -> None:
    assert objections(completeness(spec(purpose=purpose))) == {("fail", "/purpose")}


def test_industry_and_skills_are_part_of_a_whole_spec() -> None:
    assert objections(completeness(spec(industry="", skills=[]))) == {
        ("fail", "/industry"),
        ("fail", "/skills"),
    }


def test_a_blank_entry_of_any_list_is_named_by_its_place() -> None:
    of = spec(escalation_triggers=["fine", " "], scope__in=["fine", ""])
    assert objections(completeness(of)) == {
        ("fail", "/escalation_triggers/1"),
        ("fail", "/scope/in/1"),
    }


@pytest.mark.parametrize("out", [[], [""], ["none"]])
def test_something_must_be_out_of_scope(out: list[str]) -> None:
    assert objections(scope(spec(scope__out=out))) == {("fail", "/scope/out")}


def test_something_must_be_in_scope() -> None:
    assert objections(scope(spec(scope__in=[]))) == {("fail", "/scope/in")}


def test_the_same_cannot_be_in_and_out_of_scope() -> None:
    of = spec(scope={"in": ["Articles", "Medical advice"], "out": ["Medical advices"]})
    assert objections(scope(of)) == {("fail", "/scope/in/1")}


@pytest.mark.parametrize(
    "text",
    [
        "Anything else",
        "Articles, etc",
        "Articles and so on",
        "Any task it is given",
        "various data",
    ],
)
def test_a_scope_has_an_end(text: str) -> None:
    assert objections(scope(spec(scope__in=[text]))) == {("fail", "/scope/in/0")}


def test_nothing_ruled_out_and_nothing_decided_are_no_boundaries() -> None:
    assert objections(decision_boundaries(rights(never=["none"]))) == {
        ("fail", "/decision_rights/never")
    }
    assert objections(decision_boundaries(rights(alone=[], with_approval=[]))) == {
        ("fail", "/decision_rights")
    }


@pytest.mark.parametrize(
    ("never", "claim"),
    [
        ("Publish an article", "Publish an article"),
        ("Publish an article", "publish the articles."),
        ("Contact a patient", "Email reminders to patients"),
        ("Send emails to patients", "Message patients about their visit"),
        ("Delete a record", "Erase records older than a year"),
        ("Pay an invoice", "Settle small invoices"),
        ("Issue refunds", "Refund damaged goods"),
        ("Change a price", "Adjust prices overnight"),
        ("Give medical advice", "Give general medical advice"),
        ("Post to the website", "Publish notes on the website"),
        ("Sign contracts", "Countersign supplier contracts"),
        ("Grade students", "Mark students by their essays"),
        ("Prescribe medicines", "Prescribe drugs for colds"),
        ("Write to the ledger", "Update the ledger"),
        ("Dismiss an employee", "Terminate staff on probation"),
        ("Refund more than $500", "Refund any amount"),
    ],
)
@pytest.mark.parametrize("listed", ["alone", "with_approval"])
def test_a_right_that_is_ruled_out_is_seen_in_other_words(
    never: str, claim: str, listed: str
) -> None:
    found = objections(decision_boundaries(rights(never=[never], **{listed: [claim]})))
    assert ("fail", f"/decision_rights/{listed}/0") in found


@pytest.mark.parametrize(
    ("never", "claim"),
    [
        ("Publish medical advice", "Publish articles"),
        ("Send emails to patients", "Send emails to the editor"),
        ("Send messages outside business hours", "Send messages to suppliers"),
        ("Refund more than $500", "Refund up to $100"),
        ("Change a price by more than 20%", "Change a price by up to 5%"),
        ("Delete a record", "Delete drafts older than 30 days"),
        ("Give individual medical advice", "Explain common conditions"),
        ("Publish", "Prepare articles that the editor publishes"),
        ("Name a competitor", "Choose a name for the draft"),
    ],
)
def test_what_is_not_ruled_out_may_be_a_right(never: str, claim: str) -> None:
    of = rights(never=[never], alone=[claim], with_approval=["Hand it over"])
    assert objections(decision_boundaries(of)) == set()


def test_never_without_approval_rules_out_only_what_is_done_alone() -> None:
    never = ["Publish articles without approval"]
    assert objections(decision_boundaries(rights(never=never))) == set()
    alone = decision_boundaries(rights(never=never, alone=["Publish short articles"]))
    assert objections(alone) == {("fail", "/decision_rights/alone/0")}


def test_the_purpose_and_the_operations_cannot_claim_what_is_ruled_out() -> None:
    of = spec(
        purpose="Draft articles and publish them on the website.",
        decision_rights__never=["Publish on the website"],
        decision_rights__with_approval=["Hand an article over"],
        external_systems=[
            {"name": "website", "operations": ["articles.publish", "x"], "reversible": True}
        ],
    )
    assert objections(decision_boundaries(of)) == {
        ("fail", "/purpose"),
        ("fail", "/external_systems/0/operations/0"),
    }


def test_one_right_cannot_be_alone_and_with_approval() -> None:
    of = rights(alone=["Publish articles"], with_approval=["Post articles", "Publish articles"])
    assert objections(decision_boundaries(of)) == {("fail", "/decision_rights/alone/0")}
    bounded = rights(alone=["Refund up to $100"], with_approval=["Refund above $100"])
    assert objections(decision_boundaries(bounded)) == set()


@pytest.mark.parametrize("triggers", [[], ["none"], ["n/a", "TBD"]])
def test_something_must_make_an_agent_turn_to_a_human(triggers: list[str]) -> None:
    found = objections(governance_hooks(spec(escalation_triggers=triggers)))
    assert found == {("fail", "/escalation_triggers")}


def test_an_empty_occasion_among_others_is_named() -> None:
    found = objections(governance_hooks(spec(escalation_triggers=["a claim has no source", "TBD"])))
    assert found == {("fail", "/escalation_triggers/1")}


@pytest.mark.parametrize(
    "text",
    [
        "Add new data sources when they look useful",
        "Raise its own budget when a question is hard",
        "Expand scope when readers ask for more",
        "Grants itself access to further systems",
        "Learn new skills from the web",
        "Rewrites its instructions after each run",
    ],
)
def test_an_agent_does_not_change_itself(text: str) -> None:
    found = objections(evolution_triggers(spec(decision_rights__alone=[text])))
    assert found == {("fail", "/decision_rights/alone/0")}


@pytest.mark.parametrize(
    "text",
    [
        "Never adds sources of its own",
        "Propose new sources to the editor",
        "Add new rules to the glossary",
        "Update the access list of the library",
        "Change the order of the paragraphs",
    ],
)
def test_changing_something_else_is_no_change_of_itself(text: str) -> None:
    assert objections(evolution_triggers(spec(decision_rights__alone=[text]))) == set()


def test_a_wish_to_change_is_an_occasion_and_an_order_to_change_is_not() -> None:
    asked = spec(escalation_triggers=["Somebody asks it to extend its scope"])
    assert objections(evolution_triggers(asked)) == set()
    ordered = spec(escalation_triggers=["Extend its own scope when busy"])
    assert objections(evolution_triggers(ordered)) == {("fail", "/escalation_triggers/0")}


@pytest.mark.parametrize("trigger", ["always", "every request", "On each document", "any input"])
def test_people_are_not_asked_all_the_time(trigger: str) -> None:
    found = objections(no_undue_burden(spec(escalation_triggers=[trigger])))
    assert found == {("fail", "/escalation_triggers/0")}


def test_too_many_questions_are_a_burden() -> None:
    many = [f"Approve the change number {number}" for number in range(13)]
    found = objections(no_undue_burden(spec(decision_rights__with_approval=many)))
    assert found == {("fail", "/decision_rights/with_approval/12")}
    occasions = [f"Occasion number {number} arises" for number in range(21)]
    found = objections(no_undue_burden(spec(escalation_triggers=occasions)))
    assert found == {("fail", "/escalation_triggers/20")}


@pytest.mark.parametrize(
    ("budget", "paths"),
    [
        ((0.5, 5), set()),
        ((5, 5), set()),
        ((0, 5), {"/budget/per_run_usd"}),
        ((0, 0), {"/budget/per_run_usd", "/budget/per_day_usd"}),
        ((6, 5), {"/budget/per_run_usd"}),
    ],
)
def test_a_budget_makes_sense(budget: tuple[float, float], paths: set[str]) -> None:
    of = spec(budget={"per_run_usd": budget[0], "per_day_usd": budget[1]})
    assert {path for _, path in objections(no_undue_burden(of))} == paths


def test_nothing_is_listed_twice() -> None:
    of = spec(skills=["draft", "draft"], escalation_triggers=["No source", "no source."])
    assert objections(no_undue_burden(of)) == {
        ("fail", "/skills/1"),
        ("fail", "/escalation_triggers/1"),
    }
