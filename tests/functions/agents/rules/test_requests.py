"""What a case asks of approvals: whether a precedent may assent, and what its conditions may speak
of."""

from dataclasses import replace
from typing import Any

import pytest

from events.agents import AgentApprovalNeeded
from events.precedents import Condition
from events.specs import Spec
from functions.agents.reviewer import MOST_CONCERNS
from functions.agents.rules.approval_request import ask, refuse_what_no_approval_takes
from functions.agents.rules.case import WAITING, CaseContents
from functions.agents.rules.certification import certify
from functions.agents.rules.creation import conclude, open_case
from functions.agents.rules.review import LARGEST_ANSWER_BYTES, concern, with_concerns
from functions.approvals.rules.questions import request_of_question
from functions.approvals.rules.requests import refuse_out_of_bounds
from shared.kit.contents import Content, Contents
from shared.kit.errors import Invalid
from shared.kit.transitions import payload
from shared.precedents.conditions import is_satisfied
from tests.functions.agents.cases import (
    AGENTS_KEY,
    START,
    TENANT,
    Stepped,
    judged,
    stepped,
    submission,
)
from tests.functions.agents.rules.largest import LARGEST
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
    waiting = replace(judged(spec(), case_id=plain.case.case_id), awaits_review=True)
    agent = plain.agent.but(case_id=None)
    opened = stepped(
        agent,
        open_case(agent, kind="creation", why=(), judged=waiting, by="amira", at=START),
    )
    doubt = concern('"Draft": which?', "/purpose")
    after = with_concerns(opened.case.stages, waiting.judgement.findings, (doubt,))
    told = certify(
        waiting.version,
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


def taken(shape: str) -> Stepped:
    """The submission of one of the largest specs. Raises Invalid where it is refused."""
    of = Spec.model_validate(LARGEST[shape])
    refuse_what_no_approval_takes(judged(of, case_id="cas_01KAGQ0000000000000000000A"), ())
    return submission(of)


@pytest.mark.by_day(3)
@pytest.mark.parametrize("shape", sorted(LARGEST.keys() - {"expanded"}))
def test_approvals_take_whatever_is_asked_about_the_largest_specs(shape: str) -> None:
    of = Spec.model_validate(LARGEST[shape])
    plain = taken(shape)
    if plain.case.status not in WAITING:
        assert shape in ("sends beside unknown data", "patterns", "entries for nothing")
        return
    reason = "\N{GRINNING FACE}" * (LARGEST_ANSWER_BYTES // MOST_CONCERNS // 4)
    doubts = [concern(f'"x": {reason}', "/purpose")] * MOST_CONCERNS
    findings = plain.content(plain.case.findings_hash)
    most = Content.of([*findings, *(each.model_dump(mode="json") for each in doubts)])
    contents = CaseContents(Content.of(normal(of)), most)
    needed, _ = ask(plain.agent, plain.case, "creation", contents, START)
    asked = AgentApprovalNeeded.model_validate_json(payload(needed).model_dump_json())
    stored = Contents({each.hash: each for each in needed.contents})
    refuse_out_of_bounds(request_of_question(asked, "apr_01", stored))


def test_what_no_approval_takes_is_refused_and_what_fits_is_asked() -> None:
    with pytest.raises(Invalid, match="declare fewer operations"):
        taken("expanded")
    assert taken("fitting").request
    assert taken("sends beside restricted data").request


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
