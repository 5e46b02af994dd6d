"""The five checks of a precedent, each failing alone and saying why."""

from typing import Any

import pytest

from events.precedents import Condition
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.genesis import Facts, covers_request, review
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.reviews import review as give_review
from functions.approvals.rules.veto import veto
from tests.functions.approvals.builders import (
    CONTENT,
    DEPUTY,
    GOVERNOR,
    HOUR,
    START,
    active,
    command,
    opened,
    precedent,
    stepped,
    veto_command,
)


def decided(verb: str = "approve", at: Any = START, **fields: Any) -> Approval:
    approval = opened(**fields)
    return stepped(decide(approval, command(verb, approval), GOVERNOR, at))


EXAMPLE: dict[str, Any] = {"example_content": CONTENT}


def failed(candidate: Precedent, **facts: Any) -> dict[str, str]:
    """The checks that fail, with their evidence."""
    findings = review(candidate, Facts(**{"example": decided(), **EXAMPLE, **facts}))
    checks = ["consistency", "specificity", "justification", "scope", "weakening"]
    assert [finding.check for finding in findings] == checks
    return {finding.check: finding.evidence for finding in findings if finding.verdict == "fail"}


def where(*conditions: tuple[str, str, Any], **fields: Any) -> Precedent:
    asked = tuple(Condition(field=field, op=op, value=value) for field, op, value in conditions)
    return precedent(conditions=asked, **fields)


EQ = ("content.action", "eq", "reindex")


def test_a_sound_precedent_passes_every_check() -> None:
    assert failed(precedent()) == {}


def test_contradicting_conditions_are_inconsistent() -> None:
    assert "consistency" in failed(where(EQ, ("content.action", "eq", "drop")))


def test_the_ground_of_an_active_precedent_is_not_covered_twice() -> None:
    rival = active(precedent_id="pre_other", reference="GOV-OTHER1")
    assert "GOV-OTHER1" in failed(precedent(), active=[rival])["consistency"]
    wider = active(precedent_id="pre_other", conditions=())
    assert failed(precedent(), active=[wider]) == {}
    assert failed(precedent(), active=[active()]) == {}, "a precedent is no rival of itself"


def test_what_a_human_rejected_since_the_example_is_not_covered() -> None:
    rejected = decided("reject", START + HOUR)
    assert rejected.approval_id in failed(precedent(), refused=[rejected])["consistency"]


def test_vetoes_of_its_own_approvals_are_counted_and_those_of_others_speak_against_it() -> None:
    def vetoed(by: Precedent) -> Approval:
        approval = opened(active(precedent_id=by.precedent_id))
        return stepped(veto(approval, veto_command(approval), GOVERNOR, START + HOUR))

    other = precedent(precedent_id="pre_01KAGQ0000000000000000000R")
    assert failed(precedent(), refused=[vetoed(precedent())]) == {}
    assert "a person refused since" in failed(precedent(), refused=[vetoed(other)])["consistency"]


@pytest.mark.parametrize(
    ("unread", "check", "remedy"),
    [
        ("refused", "consistency", "over 50 requests since: post it again with a newer example"),
        ("suspended", "consistency", "over 50 precedents are suspended: activate some"),
        ("deprecated", "weakening", "over 50 precedents since: post it again with a newer"),
    ],
)
def test_a_review_that_cannot_read_all_fails_and_says_what_to_do(
    unread: Any, check: str, remedy: str
) -> None:
    assert remedy in failed(precedent(), unread=frozenset({unread}))[check]


def test_older_rejections_do_not_count() -> None:
    assert failed(precedent(), refused=[decided("reject", START)]) == {}


def test_unlike_riskier_or_erased_requests_are_not_covered() -> None:
    rejected, riskier = decided("reject", START + HOUR), decided("reject", START, risk="high")
    assert covers_request(precedent(), rejected, CONTENT)
    assert not covers_request(precedent(), rejected, {"action": "drop"})
    assert not covers_request(precedent(), riskier, CONTENT)
    assert not covers_request(where(("content.x", "exists", False)), rejected, None)


@pytest.mark.parametrize(
    "candidate",
    [
        precedent(conditions=()),
        precedent(title=" "),
        where(("risk", "eq", "low")),
        where(("content..action", "eq", "reindex")),
        where(("content.action", "ne", "drop")),
        where(("content.action", "exists", True)),
        where(("content.action", "contains", "")),
        where(("content.action", "in", "reindex")),
        where(EQ, ("content.rows", "not_in", 5)),
    ],
)
def test_what_does_not_say_what_the_content_is_is_not_specific(candidate: Precedent) -> None:
    assert "specificity" in failed(candidate)


@pytest.mark.parametrize(
    ("candidate", "facts"),
    [
        (precedent(rationale="It is fine."), {}),
        (precedent(rationale="fine " * 40), {}),
        (precedent(), {"example": None}),
        (precedent(), {"example": opened()}),
        (precedent(), {"example": decided("reject")}),
        (precedent(), {"example": opened(active())}),
        (precedent(), {"example": decided(kind="artifact")}),
        (precedent(), {"example_content": {"action": "drop"}}),
        (precedent(), {"example_content": None}),
    ],
)
def test_a_precedent_needs_reasons_and_a_humans_example(
    candidate: Precedent, facts: dict[str, Any]
) -> None:
    assert "justification" in failed(candidate, **facts)


def test_without_naming_an_example_the_rationale_stands_alone() -> None:
    assert failed(precedent(example_approval_id=None), example=None) == {}
    rejected = decided("reject")
    written = precedent(example_approval_id=None)
    assert "consistency" in failed(written, example=None, refused=[rejected])


def test_a_deputys_assent_is_a_humans_until_it_is_overturned() -> None:
    approval = opened()
    done = stepped(decide(approval, command("approve", approval), DEPUTY, START, took_over=True))
    assert failed(precedent(), example=done) == {}
    assert done.review is not None
    verdict = ReviewBody(verdict="overturned", note="It was wrong.")
    overturned = stepped(give_review(done, verdict, GOVERNOR, START + HOUR))
    assert "justification" in failed(precedent(), example=overturned)


@pytest.mark.parametrize(
    ("candidate", "facts"),
    [
        (precedent(kind="communication"), {"example": decided(kind="communication")}),
        (precedent(kind="financial"), {"example": decided(kind="financial")}),
        (precedent(max_risk="high"), {}),
        (precedent(max_risk="low"), {}),
        (precedent(), {"example": decided(rollback_plan="")}),
        (precedent(), {"example": decided(precedents_allowed=False)}),
        (precedent(), {"example": decided(content={**CONTENT, "irreversible": True})}),
    ],
)
def test_only_what_is_reversible_and_permitted_before_is_in_scope(
    candidate: Precedent, facts: dict[str, Any]
) -> None:
    assert list(failed(candidate, **facts)) == ["scope"]


@pytest.mark.parametrize(
    "condition",
    [
        ("content.data_access.classification", "subset_of", ["public", "restricted"]),
        ("content.data_access.classification", "ne", "restricted"),
        ("content.containment.blast_radius", "eq", "platform"),
        ("content.containment.blast_radius", "not_in", ["platform"]),
        ("content.systems.reversible", "contains", False),
        ("content.alone_effects", "subset_of", ["read", "draft", "pay"]),
        ("content.alone_effects", "not_in", [["pay"]]),
        ("content.alone_effects", "in", [["read"], ["read", "pay"]]),
        ("content.alone_effects", "contains", "read"),
        ("content.alone_effects", "exists", True),
        ("content.rights.alone.effect", "contains", "read"),
        ("content.rights.alone.effect", "subset_of", ["read", "pay"]),
        ("content.data_access.classification", "contains", "public"),
        ("content.findings.verdict", "contains", "concern"),
        ("content.findings.verdict", "contains", "escalate"),
        ("content.rights.with_approval", "eq", []),
        ("content.containment.rollback", "exists", False),
        ("content.rows", "ge", 100),
    ],
)
def test_a_precedent_that_loosens_a_rule_is_refused(condition: tuple[str, str, Any]) -> None:
    assert "weakening" in failed(where(EQ, condition))


def test_a_lower_bound_with_an_upper_one_loosens_nothing() -> None:
    assert failed(where(EQ, ("content.rows", "ge", 1), ("content.rows", "le", 5000))) == {}


def test_one_effect_of_a_list_that_is_bounded_loosens_nothing() -> None:
    bounded = ("content.alone_effects", "subset_of", ["read", "draft"])
    found = failed(where(EQ, bounded, ("content.alone_effects", "contains", "draft")))
    assert "weakening" not in found


def deprecated(**fields: Any) -> Precedent:
    return precedent(
        precedent_id="pre_old",
        reference="GOV-OLD001",
        status="deprecated",
        ended_at=START + HOUR,
        **fields,
    )


def test_what_vetoes_deprecated_is_not_revived_in_the_same_or_wider_words() -> None:
    narrow = deprecated(
        conditions=(
            Condition(field="content.action", op="eq", value="reindex"),
            Condition(field="content.rows", op="le", value=5000),
        )
    )
    for candidate in (precedent(), where(("content.action", "in", ["reindex", "compact"]))):
        assert "GOV-OLD001" in failed(candidate, ended=[narrow])["weakening"]


def test_a_newer_human_assent_allows_a_new_start_and_so_does_narrower_ground() -> None:
    newer = decided(at=START + HOUR + HOUR / 2)
    assert failed(precedent(), example=newer, ended=[deprecated()]) == {}
    narrower = where(EQ, ("content.rows", "le", 5000))
    assert failed(narrower, ended=[deprecated()]) == {}
