"""Agents of CrewAI become drafts of specs."""

import pytest

from shared.kit.errors import Invalid
from tests.shared.definitions.drafted import UNKNOWN, drafted, effects, why

NEWSROOM = """
fact_finder:
  role: >
    Researcher for {subject}
  goal: >
    Find what is new about {subject}, with two sources for each claim
  backstory: >
    You have checked facts for a daily paper for twenty years.
  tools: [SerperDevTool, ScrapeWebsiteTool()]
  llm: some/model
  verbose: true
editor:
  role: Editor
  goal: Turn findings into one page
  backstory: You cut every sentence that says nothing.
"""

COMMERCE = """
returns_clerk:
  role: Returns clerk
  goal: Answer customers who want to send something back
  backstory: You know the rules of the shop.
  tools:
    - crm.customers.read
    - payments/payments.refund
    - lookup_order
  allow_delegation: true
"""

ENGINEER = """
role: Data engineer
goal: Load the nightly files
backstory: You distrust every file.
allow_code_execution: true
mcps:
  - https://tools.example.com/mcp?api_key=abc123&profile=night
  - crewai-amp:warehouse#run_query
  - night:s3cr3t@store.example.com/mcp?token=s3cr3t
max_iter: 5
"""


def test_the_agent_that_was_named_is_drafted() -> None:
    draft = drafted("crewai", NEWSROOM, "fact_finder")
    assert draft.spec["name"] == "fact-finder"
    assert draft.spec["purpose"] == (
        "Find what is new about {subject}, with two sources for each claim"
    )
    assert draft.spec["instructions"] == (
        "Role: Researcher for {subject}\n\n"
        "Goal: Find what is new about {subject}, with two sources for each claim\n\n"
        "Backstory: You have checked facts for a daily paper for twenty years."
    )
    assert effects(draft) == {
        "crewai-tools/SerperDevTool": "read",
        "crewai-tools/ScrapeWebsiteTool": "send",
    }
    assert draft.spec["rights"]["alone"] == ["crewai-tools/SerperDevTool"]  # type: ignore
    assert "braces" in why(draft, "/purpose")
    assert draft.ignored == ("llm", "verbose")
    assert effects(drafted("crewai", NEWSROOM, "editor")) == {}


@pytest.mark.parametrize("agent", [None, "writer", ""])
def test_of_several_agents_one_must_be_named_and_the_answer_names_them(agent: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        drafted("crewai", NEWSROOM, agent)
    (error,) = refusal.value.errors
    assert error.field == "agent"
    assert error.message == "must name one agent of the definition: editor or fact_finder"


def test_connectors_are_found_by_their_exact_names_and_delegation_is_unknown() -> None:
    draft = drafted("crewai", COMMERCE)
    assert effects(draft) == {
        "crm/customers.read": "read",
        "payments/payments.refund": "pay",
        "tools/lookup_order": UNKNOWN,
        "coworkers/delegate-work": UNKNOWN,
        "coworkers/ask-question": UNKNOWN,
    }
    assert "connector payments" in why(draft, "/systems/1/operations/0/effect")


def test_an_agent_without_a_name_of_its_own_and_servers_without_their_keys() -> None:
    draft = drafted("crewai", ENGINEER)
    assert draft.spec["name"] == "data-engineer"
    assert effects(draft) == {
        "tools.example.com/any-tool": UNKNOWN,
        "warehouse/run_query": UNKNOWN,
        "store.example.com-mcp/any-tool": UNKNOWN,
        "crewai-tools/CodeInterpreterTool": "deploy",
    }
    assert "abc123" not in draft.model_dump_json()
    assert "s3cr3t" not in draft.model_dump_json()
    assert draft.ignored == ("max_iter",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("just a sentence", "must be an object"),
        ("a: 1\nb: [2]", "must name agents"),
        ("tasks:\n  first: {description: x}", "must name agents"),
        ("a: &x {role: r}\nb: *x", "anchor or alias"),
        ("a: {role: [r]}", "must be text"),
        ("a: {role: r, mcps: [{url: x}]}", "must be text"),
        ("", "is empty"),
    ],
)
def test_what_is_no_definition_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told.replace("(", r"\(")):
        drafted("crewai", text)


def test_many_names_are_counted_instead_of_listed() -> None:
    text = "\n".join(f"agent_{n:04}: {{role: {'r' * 20}}}" for n in range(500))
    with pytest.raises(Invalid) as refusal:
        drafted("crewai", text)
    assert "(and 480 more)" in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_apps_are_systems() -> None:
    text = "a:\n  role: r\n  apps: [gmail/send_email, slack]\n"
    draft = drafted("crewai", text)
    assert effects(draft) == {"gmail/send_email": UNKNOWN, "slack/any-tool": UNKNOWN}


def test_the_field_of_a_refusal_is_short() -> None:
    with pytest.raises(Invalid) as refusal:
        drafted("crewai", f"{'a' * 50_000}: {{role: r, goal: [x]}}")
    assert len(refusal.value.errors[0].field) < 100
