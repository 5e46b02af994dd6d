"""What a case asks of approvals: whether a precedent may assent, and what its conditions may speak
of."""

from typing import Any

import pytest

from events.precedents import Condition
from functions.agents.rules.case import Judged
from functions.agents.rules.certification import certify
from functions.agents.rules.creation import conclude, open_case
from functions.agents.rules.review import concern, with_concerns
from functions.approvals.rules.conditions import is_satisfied
from shared.kit.contents import Content
from tests.functions.agents.cases import AGENTS_KEY, START, TENANT, judged, stepped, submission
from tests.functions.agents.specs import ESCALATES, normal, spec

TAGS = [
    {"name": "articles.tag", "effect": "change", "undo": "articles.untag"},
    {"name": "articles.untag", "effect": "change"},
]
# A change of the first spec, and whether a precedent may still assent to it.
CHANGES: dict[str, tuple[dict[str, Any], bool]] = {
    "as it is": ({}, True),
    "an operation that nobody confirms, alone": (
        {"systems__0__connector": None},
        False,
    ),
    "an operation that nobody confirms, with approval": (
        {
            "systems__1": {"name": "mailer", "operations": [{"name": "mail", "effect": "publish"}]},
            "rights__with_approval": ["clinic-cms/articles.publish", "mailer/mail"],
        },
        True,
    ),
    "what nothing undoes, alone": (
        {
            "skills": ["draft", "publish"],
            "rights__alone": [
                *("clinic-cms/articles.read", "clinic-cms/drafts.write"),
                "clinic-cms/articles.unpublish",
            ],
        },
        False,
    ),
}


@pytest.mark.parametrize(("change", "may"), CHANGES.values(), ids=CHANGES.keys())
def test_a_precedent_assents_only_to_what_is_confirmed_and_undone(
    change: dict[str, Any], may: bool
) -> None:
    assert submission(spec(**change)).request.precedents_allowed is may


def test_an_escalation_is_left_to_no_precedent() -> None:
    request = submission(spec(**ESCALATES)).request
    assert (request.purpose, request.precedents_allowed) == ("ethics_escalation", False)


def test_a_concern_raises_the_risk_keeps_precedents_away_and_is_the_evidence() -> None:
    plain = submission()
    waiting = judged(spec(), case_id=plain.case.case_id)
    waiting = Judged(**{**waiting.__dict__, "awaits_review": True})
    agent = plain.agent.model_copy(update={"case_id": None})
    opened = stepped(
        agent,
        open_case(agent, kind="creation", why=(), judged=waiting, by="amira", at=START),
    )
    doubt = concern('"Draft": which?', "/purpose")
    after = with_concerns(opened.case.stages, waiting.judgement.findings, (doubt,))
    told = certify(
        waiting.spec,
        Content.of(waiting.contents.spec.value),
        after,
        tenant_id=TENANT,
        key=AGENTS_KEY,
        at=START,
    )
    asked = stepped(opened.agent, conclude(*opened.both, told, START))
    assert asked.case.status == "ethics_cleared"
    assert (plain.request.risk, asked.request.risk) == ("low", "medium")
    assert (plain.request.precedents_allowed, asked.request.precedents_allowed) == (True, False)
    assert asked.content(asked.request.evidence_hash) == [doubt.model_dump(mode="json")]


@pytest.mark.parametrize(
    ("change", "matches"),
    [
        ({}, True),
        ({"rights__alone": [], "rights__with_approval": ["clinic-cms/*"]}, True),
        (
            {
                "systems__0__operations__5": TAGS[0],
                "systems__0__operations__6": TAGS[1],
                "rights__alone": ["clinic-cms/articles.tag"],
            },
            False,
        ),
    ],
)
def test_conditions_speak_of_what_is_done_alone(change: dict[str, Any], matches: bool) -> None:
    wanted = Condition(field="content.alone_effects", op="subset_of", value=["read", "draft"])
    assert is_satisfied(wanted, normal(spec(**change))) is matches
