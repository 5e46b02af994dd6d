"""Who decides follows from the policy: a requester may ask for more people, never for fewer."""

from typing import Any

import pytest

from events.approvals import CaseBinding
from events.quorum import Right
from functions.approvals.rules.approval import Approval, Step
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.entity_types import APPROVAL
from functions.approvals.rules.late import MOST_LATE, note_late, note_overtaken
from functions.approvals.rules.reversals import cancel, end_with_case
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, ApprovalExpired, Forbidden, SeparationOfDuties
from tests.functions.approvals.builders import (
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    OTHER_DEPUTY,
    OTHER_GOVERNOR,
    REQUESTER,
    SECOND,
    START,
    active,
    command,
    matches_of,
    opened,
    rule,
    stepped,
    veto_command,
)
from tests.shared.policy.asked import ask

ACCOMPLICE = Actor("aldo", frozenset())
THEIRS = rule("any", "principal:aldo")
UPHELD = ReviewBody(verdict="upheld", note="It was right.")
OVERTURNED = ReviewBody(verdict="overturned", note="It was wrong.")


def decided(verb: str, approval: Approval, actor: Actor, **fields: Any) -> Approval:
    return stepped(decide(approval, command(verb, approval, **fields), actor, START))


@pytest.mark.parametrize("lies_in", ["wsp_surgery", None])
def test_the_policies_let_a_token_for_another_workspace_decide_nothing(lies_in: str | None) -> None:
    approval = opened().but(workspace_id=lies_in)
    for verb in ("approve", "reject", "veto"):
        ask(GOVERNOR, f"approvals.{verb}", APPROVAL, approval)
        with pytest.raises(Forbidden, match="does not belong to the workspace of your token"):
            ask(GOVERNOR, f"approvals.{verb}", APPROVAL, approval, workspace_id="wsp_ward")
    own = opened().but(workspace_id="wsp_ward")
    ask(GOVERNOR, "approvals.approve", APPROVAL, own, workspace_id="wsp_ward")


def test_an_accomplice_whom_the_requester_names_does_not_replace_the_governor() -> None:
    approval = opened(added_rule=THEIRS)
    voted = decided("approve", approval, ACCOMPLICE)
    assert (voted.status, voted.missing) == ("pending", ("role:governor",))
    assert decided("approve", voted, GOVERNOR).status == "approved"


def test_who_the_requester_adds_is_asked_too() -> None:
    approval = opened(added_rule=rule("all", "role:legal"))
    assert approval.missing == ("role:governor", "role:legal")
    voted = decided("approve", approval, GOVERNOR)
    assert (voted.status, voted.missing) == ("pending", ("role:legal",))
    assert decided("approve", voted, LEGAL).status == "approved"


def test_one_person_with_both_roles_counts_once_in_each_rule() -> None:
    both = Actor("bo", frozenset({"governor", "legal"}))
    approval = opened(added_rule=rule("all", "role:legal"))
    assert decided("approve", approval, both).status == "approved"


def test_the_policys_own_rule_is_not_added_again() -> None:
    assert opened(added_rule=rule("any", "role:governor")).added_rule is None


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("defer", {"until": START + HOUR}),
        ("escalate", {}),
        ("delegate", {"to": "dina"}),
    ],
)
def test_who_was_only_added_may_vote_and_refuse_and_nothing_else(
    verb: str, fields: dict[str, Any]
) -> None:
    approval = opened(added_rule=THEIRS)
    with pytest.raises(Forbidden, match="the requester added you"):
        decide(approval, command(verb, approval, **fields), ACCOMPLICE, START)
    assert decided("reject", approval, ACCOMPLICE).status == "rejected"


@pytest.mark.parametrize("kind", ["constitutional", "financial"])
def test_only_governors_and_deputies_break_the_glass(kind: Any) -> None:
    both = rule("all", "role:governor", "role:legal")
    approval = opened(kind=kind, rule=both, added_rule=THEIRS)
    for actor in (LEGAL, ACCOMPLICE):
        with pytest.raises(Forbidden, match="only a governor or a deputy"):
            decide(approval, command("break_glass", approval, grounds="legal"), actor, START)
    assert decided("break_glass", approval, GOVERNOR, grounds="legal").status == "approved"


def test_only_a_governor_overturns_what_an_accomplice_upheld() -> None:
    broken = decided("break_glass", opened(), DEPUTY, grounds="outage")
    upheld, overturned = (ReviewBody(verdict=v, note="why") for v in ("upheld", "overturned"))
    by_accomplice = stepped(review(broken, upheld, OTHER_DEPUTY, START))
    with pytest.raises(AlreadyDecided):
        review(by_accomplice, overturned, Actor("dora", DEPUTY.roles), START)
    state = stepped(review(by_accomplice, overturned, GOVERNOR, START))
    assert state.review is not None
    assert (state.review.status, state.review.reviewed_by) == ("overturned", "gala")


@pytest.mark.parametrize("added", [None, THEIRS])
def test_a_governor_whom_no_rule_names_may_refuse_and_break_the_glass_but_not_vote(
    added: Any,
) -> None:
    approval = opened(rule=rule("any", "role:legal"), added_rule=added)
    assert decided("reject", approval, GOVERNOR).capacity == "governor"
    assert decided("request_changes", approval, GOVERNOR).status == "changes_requested"
    vetoed = stepped(veto(approval, veto_command(approval), GOVERNOR, START))
    assert vetoed.status == "rejected"
    assert decided("break_glass", approval, GOVERNOR, grounds="outage").status == "approved"
    with pytest.raises(Forbidden, match=r"role:legal.* must say yes"):
        decide(approval, command("approve", approval), GOVERNOR, START)


def test_a_governor_vetoes_what_a_precedent_approved_whatever_the_rule() -> None:
    approval = opened(active(), rule=rule("any", "role:legal"))
    assert approval.status == "auto_approved"
    assert stepped(veto(approval, veto_command(approval), GOVERNOR, START)).status == "vetoed"


def test_no_precedent_approves_what_the_requester_wants_others_asked_about() -> None:
    approval = opened(active(), added_rule=THEIRS)
    assert approval.status == "pending"
    (match,) = matches_of(active(), added_rule=THEIRS)
    assert "the requester asks for nobody: somebody was added" in match.unsatisfied


def test_an_author_assents_to_nothing_whatever_their_role() -> None:
    reviser = Actor("rui", frozenset({"governor", "legal"}))
    approval = opened(authors=(REQUESTER, "rui"), rule=rule("any", "role:governor", "role:legal"))
    for verb, fields in (
        ("approve", {}),
        ("break_glass", {"grounds": "outage"}),
        ("escalate", {}),
        ("delegate", {"to": "dina"}),
        ("defer", {"until": START + HOUR}),
    ):
        with pytest.raises(SeparationOfDuties):
            decide(approval, command(verb, approval, **fields), reviser, START, took_over=True)
    broken = decided("break_glass", approval, GOVERNOR, grounds="outage")
    with pytest.raises(SeparationOfDuties):
        review(broken, UPHELD, reviser, START)


@pytest.mark.parametrize("name", [REQUESTER, "rui"])
@pytest.mark.parametrize("role", ["governor", "legal"])
def test_an_author_whose_word_counts_refuses_as_anybody_does(name: str, role: str) -> None:
    author = Actor(name, frozenset({role}))
    fields: dict[str, Any] = {
        "authors": (REQUESTER, "rui"),
        "rule": rule("any", "role:governor", "role:legal"),
    }
    approval = opened(**fields)
    approved_before = opened(active(), **{**fields, "rule": None})
    assert approved_before.status == "auto_approved"
    broken = decided("break_glass", approval, GOVERNOR, grounds="outage")
    refusals = [
        decided("reject", approval, author),
        decided("request_changes", approval, author),
        stepped(veto(approval, veto_command(approval), author, START)),
        stepped(review(broken, OVERTURNED, author, START)),
    ]
    if role == "governor":
        refusals.append(
            stepped(veto(approved_before, veto_command(approved_before), author, START))
        )
    for refused in refusals:
        assert (refused.refused_at, refused.is_open) == (START, False)


def test_who_upholds_the_refusal_of_their_own_text_refuses_and_who_overturns_it_assents() -> None:
    reviser = Actor("rui", frozenset({"governor"}))
    approval = opened(authors=(REQUESTER, "rui"))
    refused = stepped(decide(approval, command("reject", approval), DEPUTY, START, took_over=True))
    assert stepped(review(refused, UPHELD, reviser, START)).refused_at == START
    with pytest.raises(SeparationOfDuties):
        review(refused, OVERTURNED, reviser, START)


def test_an_author_without_a_right_to_decide_refuses_nothing() -> None:
    approval = opened(authors=(REQUESTER, "rui"))
    for name in (REQUESTER, "rui"):
        with pytest.raises(Forbidden):
            decided("reject", approval, Actor(name, frozenset()))


def test_no_precedent_approves_what_its_author_or_activator_wrote_a_part_of() -> None:
    for name in ("gala", "goran"):
        assert opened(active(), authors=(REQUESTER, name)).status == "pending"


def test_a_place_is_not_delegated_to_somebody_whose_text_is_in_the_content() -> None:
    approval = opened(authors=(REQUESTER, "dina"))
    with pytest.raises(Exception, match="whose text is in the content"):
        decide(approval, command("delegate", approval, to="dina"), GOVERNOR, START)


def test_a_late_decision_leaves_a_trace_and_changes_nothing_else() -> None:
    approval = opened(kind="artifact", risk="low", silence_approves=True)
    late = approval.deadline_at + SECOND
    with pytest.raises(ApprovalExpired):
        decide(approval, command("reject", approval, note="no"), GOVERNOR, late)
    noted = stepped(note_late(approval, "reject", "no", GOVERNOR, late))
    approved = stepped(time_passed(noted, approval.deadline_at + MINUTE))
    assert (approved.status, approved.capacity) == ("approved", "silence")
    (trace,) = approved.late
    assert (trace.principal, trace.decision, trace.note, trace.at) == ("gala", "reject", "no", late)
    assert note_late(approved, "reject", "again", GOVERNOR, late) == ()


def test_late_decisions_are_bounded() -> None:
    approval = opened(
        rule=rule("any", "role:governor", "role:legal"), added_rule=rule("any", "role:friend")
    )
    # Those whom the requester added come first, and take nobody else's room.
    roles: dict[Right, str] = {"requester": "friend", "policy": "legal", "governor": "governor"}
    for right, role in roles.items():
        for number in range(MOST_LATE[right]):
            actor = Actor(f"{role}-{number}", frozenset({role}))
            approval = stepped(note_late(approval, "approve", "x" * 4_000, actor, START))
            assert approval.late[-1].right == right
        one_more = Actor("one-more", frozenset({role}))
        assert note_late(approval, "approve", "", one_more, START) == ()
    assert len(approval.late) == sum(MOST_LATE.values()) == 16
    assert len(approval.late[0].note) == 500


def test_one_accomplice_fills_one_place_and_leaves_room_for_the_refusals_of_others() -> None:
    approval, late = opened(), START + 3 * HOUR
    for verb in ("approve", "defer", "escalate", "request_changes", "delegate", "break_glass"):
        approval = stepped(note_late(approval, verb, "", OTHER_GOVERNOR, late) or (same(approval),))
    assert [(each.principal, each.decision) for each in approval.late] == [("goran", "approve")]
    approval = stepped(note_late(approval, "reject", "", OTHER_GOVERNOR, late))
    assert [(each.principal, each.decision) for each in approval.late] == [("goran", "reject")]
    assert note_late(approval, "approve", "", OTHER_GOVERNOR, late) == ()


@pytest.mark.parametrize("right", ["governor", "policy"])
def test_a_refusal_that_counts_always_counts_where_others_have_filled_the_room(right: Any) -> None:
    role = "governor" if right == "governor" else "legal"
    approval, late = opened(rule=rule("any", "role:legal")), START + 3 * HOUR
    for number in range(MOST_LATE[right]):
        actor = Actor(f"a{number}", frozenset({role}))
        approval = stepped(note_late(approval, "approve", "", actor, late))
    assert approval.refused_at is None
    for number in range(MOST_LATE[right]):
        actor = Actor(f"b{number}", frozenset({role}))
        approval = stepped(note_late(approval, "reject", "", actor, late))
        assert (approval.refused_at, len(approval.late)) == (late, MOST_LATE[right])
        assert approval.late[-1].principal == actor.principal
    assert note_late(approval, "veto", "", Actor("c", frozenset({role})), late) == ()


def same(approval: Approval) -> Step:
    return Step(approval)


@pytest.mark.parametrize(
    "ended",
    [
        decided("reject", opened(added_rule=THEIRS), ACCOMPLICE),
        decided("request_changes", opened(added_rule=THEIRS), ACCOMPLICE),
        decided("request_changes", opened(), GOVERNOR),
        stepped(cancel(opened(), REQUESTER, START)),
        stepped(end_with_case(decided("approve", opened(), GOVERNOR), REQUESTER, START)),
        stepped(end_with_case(opened(active()), REQUESTER, START)),
    ],
)
def test_a_refusal_counts_though_another_end_came_first(ended: Approval) -> None:
    assert ended.refused_kind is None
    for verb in ("reject", "veto"):
        refused = stepped(note_overtaken(ended, verb, "no", OTHER_GOVERNOR, START + HOUR))
        assert (refused.status, refused.decided_by) == (ended.status, ended.decided_by)
        assert (refused.refused_at, refused.refused_kind) == (START + HOUR, "execution")
        assert refused.late[-1].principal == "goran"
        assert note_overtaken(refused, verb, "no", GOVERNOR, START + HOUR) == ()
    for verb, actor in (("approve", OTHER_GOVERNOR), ("reject", ACCOMPLICE), ("reject", DEPUTY)):
        assert note_overtaken(ended, verb, "", actor, START + HOUR) == ()


def test_a_refusal_after_a_deputys_outlives_the_review_that_overturns_it() -> None:
    approval = opened()
    by_deputy = stepped(
        decide(approval, command("reject", approval), DEPUTY, START, took_over=True)
    )
    both = stepped(note_overtaken(by_deputy, "reject", "no", GOVERNOR, START + MINUTE))
    overturned = stepped(review(both, OVERTURNED, OTHER_GOVERNOR, START + HOUR))
    assert overturned.refused_at == START + MINUTE
    alone = stepped(review(by_deputy, OVERTURNED, OTHER_DEPUTY, START + HOUR))
    assert stepped(note_overtaken(alone, "veto", "", GOVERNOR, START + 2 * HOUR)).refused_kind


def test_what_was_approved_or_is_refused_for_good_takes_no_later_refusal() -> None:
    for approval in (
        opened(),
        opened(active()),
        decided("approve", opened(), GOVERNOR),
        decided("reject", opened(), GOVERNOR),
        decided("reject", opened(rule=rule("any", "role:legal")), LEGAL),
    ):
        assert note_overtaken(approval, "reject", "", OTHER_GOVERNOR, START) == ()


def test_who_cancels_what_others_wrote_refuses_it() -> None:
    case = CaseBinding(case_id="cas_1", revision=1, purpose="creation")
    asked = opened(kind="constitutional", case=case, authors=(REQUESTER, "goran"))
    for by, counts in (("gala", True), ("goran", False), (REQUESTER, False)):
        assert (stepped(cancel(asked, by, START)).refused_at is not None) == counts
    assert stepped(cancel(asked, "service:agents", START)).refused_at is None


def test_a_governors_late_decision_shows_that_they_are_there_and_refuses_what_it_rejects() -> None:
    added = opened(added_rule=rule("any", "role:legal"))
    late = added.deadline_at + SECOND
    rejected = stepped(note_late(added, "reject", "no", GOVERNOR, late))
    assert (rejected.governed_at, rejected.refused_at) == (late, late)
    approved = stepped(note_late(added, "approve", "", GOVERNOR, late))
    assert (approved.governed_at, approved.refused_at) == (late, None)
    by_added = stepped(note_late(added, "reject", "no", LEGAL, late))
    assert (by_added.governed_at, by_added.refused_at) == (None, None)
