"""Stage 4: what touches what, how far, and how it is undone."""

from typing import Any

import pytest

from functions.agents.rules.checks.architecture import (
    blast_radius,
    explicit_interfaces,
    layer_separation,
    rollback_path,
)
from functions.agents.rules.checks.coupling import no_hidden_coupling
from tests.functions.agents.specs import objections, spec


def system(*operations: str, name: str = "clinic-cms", reversible: bool = True) -> dict[str, Any]:
    return {"name": name, "operations": list(operations), "reversible": reversible}


@pytest.mark.parametrize("texts", [[], [""], ["TBD"]])
@pytest.mark.parametrize("name", ["inputs", "outputs"])
def test_inputs_and_outputs_are_named(name: str, texts: list[str]) -> None:
    found = objections(explicit_interfaces(spec(**{f"interfaces__{name}": texts})))
    assert found == {("fail", f"/interfaces/{name}")}


def test_what_names_nothing_in_particular_is_no_interface() -> None:
    found = objections(explicit_interfaces(spec(interfaces__outputs=["Draft", "various files"])))
    assert found == {("fail", "/interfaces/outputs/1")}


def test_operations_are_named_one_by_one() -> None:
    of = spec(external_systems=[system("articles.*", "articles.all", "articles.read"), system()])
    assert objections(explicit_interfaces(of)) == {
        ("fail", "/external_systems/0/operations/0"),
        ("fail", "/external_systems/0/operations/1"),
        ("fail", "/external_systems/1/operations"),
    }


@pytest.mark.parametrize("operation", ["sql.execute", "run_shell", "fs.rawWrite", "ssh.exec"])
def test_an_operation_stays_above_the_systems_interface(operation: str) -> None:
    found = objections(layer_separation(spec(external_systems=[system(operation)])))
    assert found == {("fail", "/external_systems/0/operations/0")}


def test_the_platform_is_no_agents_system() -> None:
    found = objections(layer_separation(spec(external_systems=[system("x.read", name="assent")])))
    assert found == {("fail", "/external_systems/0/name")}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Run raw SQL against the warehouse", True),
        ("Use direct database access where the API is slow", True),
        ("Never uses direct database access", False),
        ("Write SQL reports for the analyst to read", False),
    ],
)
def test_reaching_below_is_seen_in_words(text: str, seen: bool) -> None:
    found = objections(layer_separation(spec(decision_rights__alone=[text])))
    assert found == ({("fail", "/decision_rights/alone/0")} if seen else set())


@pytest.mark.parametrize(
    ("radius", "fine"), [("agent", True), ("tenant", True), ("platform", False)]
)
def test_no_radius_is_the_platform(radius: str, fine: bool) -> None:
    found = objections(blast_radius(spec(containment__blast_radius=radius)))
    assert found == (set() if fine else {("fail", "/containment/blast_radius")})


def test_a_radius_is_named() -> None:
    found = objections(blast_radius(spec(containment__blast_radius=None)))
    assert found == {("fail", "/containment/blast_radius")}


@pytest.mark.parametrize(
    ("text", "radius", "fine"),
    [
        ("Articles for all tenants", "tenant", False),
        ("Reports across tenants", "tenant", False),
        ("Company-wide announcements", "workspace", False),
        ("Company-wide announcements", "tenant", True),
        ("Articles for every department", "agent", False),
        ("Never shown to other tenants", "tenant", True),
    ],
)
def test_a_radius_is_not_understated_in_words(text: str, radius: str, fine: bool) -> None:
    of = spec(scope__in=[text], containment__blast_radius=radius)
    assert objections(blast_radius(of)) == (set() if fine else {("fail", "/scope/in/0")})


def test_an_agent_that_changes_a_system_reaches_further_than_itself() -> None:
    of = spec(
        containment__blast_radius="agent",
        external_systems=[system("drafts.write", "articles.publish", "articles.read")],
    )
    assert objections(blast_radius(of)) == {("fail", "/external_systems/0/operations/1")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "None",
        "Not applicable",
        "to be defined",
        "Not needed.",
        "There is no way to undo it.",
        "Mails cannot be recalled.",
        "Deletion is irreversible",
        "The team is experienced.",
        "We will call the vendor.",
    ],
)
def test_no_way_back_is_no_rollback(text: str) -> None:
    found = objections(rollback_path(spec(containment__rollback=text)))
    assert found == {("fail", "/containment/rollback")}


@pytest.mark.parametrize(
    "text",
    [
        "Restore the previous version.",
        "Delete the drafts of the run",
        "Switch the agent off; nothing else was touched.",
        "Discard what it proposed.",
        "Reopen the ticket and restore its fields from the log",
        "Withdraw the leaflet.",
    ],
)
def test_saying_what_is_undone_is_a_rollback(text: str) -> None:
    assert objections(rollback_path(spec(containment__rollback=text))) == set()


def test_an_agent_does_not_need_itself_nor_a_nameless_one() -> None:
    of = spec(interfaces__depends_on=["clinic-content-writer", "The Source Finder", "fact-finder"])
    assert objections(no_hidden_coupling(of)) == {
        ("fail", "/interfaces/depends_on/0"),
        ("fail", "/interfaces/depends_on/1"),
    }


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Drafts from the topic-scout agent", True),
        ("Hands results to an agent called scout", True),
        ("Findings of another agent", True),
        ("Findings of the fact-finder agent", False),
        ("Calls taken by a customer-service agent", False),
        ("Posts on LinkedIn", True),
        ("Never posts on LinkedIn", False),
        ("Articles from the clinic-cms", False),
        ("State kept in shared memory", True),
        ("Topics", False),
    ],
)
def test_what_the_spec_counts_on_is_named(text: str, seen: bool) -> None:
    needs = ["fact-finder"] if "fact-finder" in text else []
    found = objections(
        no_hidden_coupling(spec(interfaces__inputs=[text], interfaces__depends_on=needs))
    )
    assert found == ({("fail", "/interfaces/inputs/0")} if seen else set())


def test_a_declared_product_is_no_hidden_coupling() -> None:
    of = spec(
        interfaces__outputs=["Messages in Slack"],
        external_systems=[system("messages.send", name="slack")],
    )
    assert objections(no_hidden_coupling(of)) == set()
