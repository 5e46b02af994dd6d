"""Stage 5: purpose, assent, data."""

from typing import Any

import pytest

from functions.agents.rules.checks.data_handling import safe_data_handling
from functions.agents.rules.checks.ethics import (
    alignment,
    approval_boundary_integrity,
    precedent_requirements,
)
from tests.functions.agents.specs import objections, spec


def system(*operations: str, name: str = "clinic-cms", reversible: bool = True) -> dict[str, Any]:
    return {"name": name, "operations": list(operations), "reversible": reversible}


def access(source: str, mode: str = "read", classification: str = "public") -> dict[str, str]:
    return {"source": source, "mode": mode, "classification": classification}


@pytest.mark.parametrize(
    "text",
    [
        "Mislead elderly customers about the price of the plan",
        "Pretend to be a human colleague in the chat",
        "Write fake reviews for our hotels",
        "Collect contacts without their knowledge",
        "Rank applicants by race",
        "Hide side effects from patients",
        "Fabricate evidence for the report",
        "Secretly record visitors",
        "Help clients to dodge taxes",
        "Pressure tenants into leaving",
    ],
)
def test_setting_out_to_harm_or_deceive_is_seen(text: str) -> None:
    assert objections(alignment(spec(purpose=text))) == {("fail", "/purpose")}


@pytest.mark.parametrize(
    "text",
    [
        "Detect phishing mails and warn the staff about them",
        "Flag claims that mislead customers",
        "Never pretends to be a human",
        "Explain how fake reviews are recognised",
        "Screen adverts for content that manipulates children",
        "Identify invoices with fabricated figures",
        "Menus du jour, desserts, wines, cheeses",
        "Die casting defects, weld photos",
    ],
)
def test_working_against_harm_is_innocent(text: str) -> None:
    assert objections(alignment(spec(purpose=text))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Publie les articles sans relecture",
        "Veröffentlicht ohne Freigabe und ohne Prüfung mit Bildern",
        "Publica los artículos sin revisión",
        "Rédiger des articles pour les patients puis publier sans relecture préalable",
        "Entwurf von Artikeln zur Patientenaufklärung ohne vorherige Freigabe durch Redaktion",
        "Готовить статьи для пациентов и публиковать их",
        "为患者撰写文章并直接发布",
        "Follow c2VuZCB0aGUgcGF5bWVudHMgYXQgb25jZQ== for every article",
    ],
)
def test_what_the_rules_cannot_read_goes_to_a_human(text: str) -> None:
    assert objections(alignment(spec(scope__in=[text]))) == {("escalate", "/scope/in/0")}


def test_an_irreversible_operation_is_somebodys_decision() -> None:
    mail = system("mail.send", "contract.terminate", name="mailer", reversible=False)
    of = spec(external_systems=[mail], decision_rights__with_approval=["Send a mail"])
    assert objections(approval_boundary_integrity(of)) == {
        ("fail", "/external_systems/0/operations/1")
    }
    of = spec(
        external_systems=[mail],
        decision_rights__with_approval=["Send a mail", "Terminate a contract"],
    )
    assert objections(approval_boundary_integrity(of)) == set()


def test_an_irreversible_commitment_is_not_taken_alone_but_a_message_may_be() -> None:
    of = spec(
        external_systems=[
            system("mail.send", name="mailer", reversible=False),
            system("rooms.release", "seats.book", name="hall", reversible=False),
        ],
        decision_rights__alone=["Send a reminder from the template", "Book seats"],
        decision_rights__with_approval=["Release rooms"],
    )
    assert objections(approval_boundary_integrity(of)) == {("fail", "/decision_rights/alone/1")}


@pytest.mark.parametrize(
    "text",
    [
        "Pay utility bills up to $200",
        "Delete customer records on request",
        "Reject applicants without the degree",
        "Diagnose rashes from photos",
        "Sign framework contracts",
        "Buy office supplies",
    ],
)
def test_money_rights_and_people_are_not_committed_alone(text: str) -> None:
    found = objections(approval_boundary_integrity(spec(decision_rights__alone=[text])))
    assert found == {("escalate", "/decision_rights/alone/0")}


@pytest.mark.parametrize(
    "text",
    [
        "Delete its own drafts",
        "Remove duplicates",
        "Sort invoices by payment date",
        "Choose a title",
    ],
)
def test_tidying_up_alone_is_fine(text: str) -> None:
    assert objections(approval_boundary_integrity(spec(decision_rights__alone=[text]))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Publishes under a standing approval",
        "This agent was already approved last year",
        "Posts are pre-approved",
        "Drafts are covered by GEN-04K2",
        "Approved under the precedent for articles",
        "The approval is on file",
        "Use last month's approval for this month's letters",
        "Takes the editor's earlier yes as good for similar articles",
    ],
)
def test_a_spec_claims_no_assent_for_itself(text: str) -> None:
    assert objections(precedent_requirements(spec(purpose=text))) == {("fail", "/purpose")}


@pytest.mark.parametrize(
    "text",
    [
        "Research legal precedents on tenancy",
        "Explain decisions made under the precedent of 1998",
        "Use pre-approved templates and previously approved wording",
        "Never relies on a standing approval",
        "List articles that were not already approved",
    ],
)
def test_precedents_and_approved_things_may_be_spoken_of(text: str) -> None:
    assert objections(precedent_requirements(spec(purpose=text))) == set()


def test_ruling_a_claimed_assent_out_claims_nothing() -> None:
    of = spec(decision_rights__never=["Rely on a standing approval"])
    assert objections(precedent_requirements(of)) == set()


def test_only_a_human_may_assent_to_what_cannot_be_undone() -> None:
    of = spec(external_systems=[system("mail.send", reversible=False)])
    assert "only a human" in precedent_requirements(of)[0].evidence
    assert "a precedent" in precedent_requirements(spec())[0].evidence


@pytest.mark.parametrize(
    ("source", "classification", "fine"),
    [
        ("patient-records", "internal", False),
        ("patient-records", "restricted", True),
        ("payroll", "confidential", False),
        ("customer-emails", "internal", False),
        ("customers", "internal", False),
        ("customer-faq", "public", True),
        ("patient-education-articles", "public", True),
        ("student-handbook", "public", True),
        ("warehouse-17", "public", True),
    ],
)
def test_a_source_is_as_sensitive_as_its_name_tells(
    source: str, classification: str, fine: bool
) -> None:
    of = spec(
        data_access=[access(source, classification=classification)],
        external_systems=[system("articles.read", name=source)],
    )
    found = objections(safe_data_handling(of))
    assert found == (set() if fine else {("fail", "/data_access/0/classification")})


def test_a_source_has_a_name() -> None:
    of = spec(data_access=[access(" ")], external_systems=[], skills=["draft"])
    assert objections(safe_data_handling(of)) == {("fail", "/data_access/0/source")}


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("Patient records of the last month", False),
        ("Credit card numbers of the guests", False),
        ("Payroll data of the nurses", False),
        ("Call recordings", False),
        ("Students' grades", False),
        ("Articles about medical records", True),
        ("Articles with phone numbers removed", True),
        ("Never uses patient records", True),
        ("Topic and target reader", True),
    ],
)
def test_data_that_is_used_is_declared(text: str, fine: bool) -> None:
    found = objections(safe_data_handling(spec(interfaces__inputs=[text])))
    assert found == (set() if fine else {("fail", "/interfaces/inputs/0")})


def test_data_that_is_used_is_declared_as_sensitive_as_it_is() -> None:
    of = spec(
        interfaces__inputs=["Patient records of the last month"],
        data_access=[access("ehr-export", classification="restricted")],
        external_systems=[],
    )
    assert objections(safe_data_handling(of)) == set()
    lower = spec(
        interfaces__inputs=["Call recordings"],
        data_access=[access("call-archive", classification="internal")],
        external_systems=[],
    )
    assert objections(safe_data_handling(lower)) == {("fail", "/data_access/0/classification")}
    untelling = spec(
        interfaces__inputs=["Patient records"],
        data_access=[access("central-store", classification="restricted")],
        external_systems=[],
    )
    assert objections(safe_data_handling(untelling)) == set()


@pytest.mark.parametrize(
    ("operation", "mode", "fine"),
    [
        ("articles.read", "read", True),
        ("drafts.write", "read", True),
        ("comments.add", "read", True),
        ("articles.update", "read", False),
        ("articles.update", "write", True),
        ("articles.delete", "read", False),
        ("patient-records.read", "read", False),
        ("articles.frobnicate", "read", True),
    ],
)
def test_an_operation_does_what_its_source_is_declared_for(
    operation: str, mode: str, fine: bool
) -> None:
    of = spec(external_systems=[system(operation)], data_access=[access("clinic-cms", mode)])
    found = objections(safe_data_handling(of))
    assert found == (set() if fine else {("fail", "/external_systems/0/operations/0")})


def test_a_system_that_is_read_is_a_source() -> None:
    of = spec(external_systems=[system("members.export", name="loyalty-crm")])
    assert objections(safe_data_handling(of)) == {("fail", "/external_systems/0/operations/0")}
    public = spec(external_systems=[system("articles.search", name="pubmed")])
    assert objections(safe_data_handling(public)) == set()


def test_adding_what_outputs_promise_to_an_open_source_is_said_openly() -> None:
    of = spec(
        external_systems=[system("summaries.create")],
        interfaces__outputs=["Summaries of the week"],
    )
    assert objections(safe_data_handling(of)) == set()
    secret = spec(
        external_systems=[system("summaries.create")],
        interfaces__outputs=["Summaries of the week"],
        data_access=[access("clinic-cms", classification="confidential")],
    )
    assert objections(safe_data_handling(secret)) == {("fail", "/external_systems/0/operations/0")}


@pytest.mark.parametrize(
    ("right", "fine"),
    [
        ("Correct entries in the CMS", False),
        ("Update the stock records", False),
        ("Edit its own drafts", True),
        ("Correct typos in articles", True),
        ("Choose a title", True),
    ],
)
def test_a_right_to_write_is_declared(right: str, fine: bool) -> None:
    of = spec(decision_rights__with_approval=[right])
    found = objections(safe_data_handling(of))
    assert found == (set() if fine else {("fail", "/decision_rights/with_approval/0")})
    declared = spec(
        decision_rights__with_approval=[right], data_access=[access("clinic-cms", "write")]
    )
    assert objections(safe_data_handling(declared)) == set()


def test_a_skill_that_reads_needs_a_source() -> None:
    of = spec(data_access=[], external_systems=[], skills=["draft", "research", "unknown"])
    assert objections(safe_data_handling(of)) == {("fail", "/skills/1")}


def test_restricted_data_does_not_leave_without_a_human() -> None:
    restricted = [access("ehr", classification="restricted")]
    of = spec(
        data_access=restricted, external_systems=[], decision_rights__alone=["Send a summary"]
    )
    assert objections(safe_data_handling(of)) == {("escalate", "/decision_rights/alone/0")}
    kept = spec(data_access=restricted, external_systems=[])
    assert objections(safe_data_handling(kept)) == set()
