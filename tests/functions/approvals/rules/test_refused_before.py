"""What a person refused comes back by no precedent, also rewritten; a person may approve it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.approvals import CaseBinding, Subject
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.gist import gist_of
from functions.approvals.rules.late import note_late
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.refusals import MOST_READ, SUBJECT_BARRED, take_back, why_refused
from functions.approvals.rules.reversals import end_with_case, undo
from functions.approvals.rules.reviews import review
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from tests.functions.approvals.builders import (
    CONTENT,
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    OTHER_GOVERNOR,
    REQUESTER,
    START,
    active,
    command,
    opened,
    request,
    rule,
    stepped,
    veto_command,
)

OVERTURNED = ReviewBody(verdict="overturned", note="There was no outage.")
FRIEND = Actor("fred", frozenset({"friend"}))
SPEC: dict[str, Any] = {
    "name": "writer",
    "skills": ["research", "draft"],
    "findings": [{"check": "scope", "verdict": "pass"}],
    "case": {"case_id": "cas_1", "revision": 1, "purpose": "creation"},
}


def decided(verb: str, approval: Approval, actor: Actor, **fields: Any) -> Approval:
    return stepped(
        decide(approval, command(verb, approval, **fields), actor, START, took_over=True)
    )


def vetoed(actor: Actor = GOVERNOR, **fields: Any) -> Approval:
    approval = opened(active(), **fields)
    return stepped(veto(approval, veto_command(approval), actor, START, took_over=True))


def rejected_in_a_friends_place() -> Approval:
    """By a governor, to whom the friend had passed their place on."""
    theirs = opened(rule=rule("any", "principal:fred"))
    passed_on = decided("delegate", theirs, FRIEND, to=GOVERNOR.principal)
    return decided("reject", passed_on, GOVERNOR)


def broken() -> Approval:
    return decided("break_glass", opened(), GOVERNOR, grounds="outage")


REFUSED = {
    "rejected": decided("reject", opened(), GOVERNOR),
    "rejected by a governor without a place": decided(
        "reject", opened(rule=rule("any", "role:legal")), GOVERNOR
    ),
    "rejected by a place of the policy": decided(
        "reject", opened(rule=rule("any", "role:legal")), LEGAL
    ),
    "rejected by the deputy": decided("reject", opened(), DEPUTY),
    "vetoed while it was pending": stepped(veto(opened(), veto_command(opened()), GOVERNOR, START)),
    "vetoed": vetoed(),
    "vetoed and reversed": stepped(undo(vetoed())),
    "overturned": stepped(review(broken(), OVERTURNED, OTHER_GOVERNOR, START)),
    "overturned and reversed": stepped(
        undo(stepped(review(broken(), OVERTURNED, OTHER_GOVERNOR, START)))
    ),
    "cancelled by others once it was approved": stepped(
        end_with_case(decided("approve", opened(), GOVERNOR), "goran", START)
    ),
    "rejected by a governor in a friend's place": rejected_in_a_friends_place(),
    "rejected too late": stepped(note_late(opened(), "reject", "no", GOVERNOR, START + 3 * HOUR)),
}
NOT_REFUSED = {
    "pending": opened(),
    "approved": decided("approve", opened(), GOVERNOR),
    "upheld": stepped(
        review(broken(), ReviewBody(verdict="upheld", note="It was."), OTHER_GOVERNOR, START)
    ),
    "rejected by whom the requester added": decided(
        "reject", opened(added_rule=rule("any", "role:friend")), FRIEND
    ),
    "rejected too late by whom the requester added": stepped(
        note_late(opened(added_rule=rule("any", "role:friend")), "reject", "", FRIEND, START)
    ),
    "a deputy's rejection that a review overturned": stepped(
        review(decided("reject", opened(), DEPUTY), OVERTURNED, GOVERNOR, START)
    ),
    "withdrawn by its author once it was approved": stepped(
        end_with_case(decided("approve", opened(), GOVERNOR), REQUESTER, START)
    ),
    "ended by its case's function": stepped(
        end_with_case(decided("approve", opened(), GOVERNOR), "service:agents", START)
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_people_refused_is_marked_by_its_content_and_its_subject(why: str) -> None:
    approval, like = REFUSED[why], opened()
    assert approval.refused_marks == (*like.content_marks, like.subject_mark)
    assert approval.refused_kind == "execution"


def test_a_governor_who_refuses_in_anothers_place_owes_no_review_that_takes_it_back() -> None:
    assert rejected_in_a_friends_place().review is None


@pytest.mark.parametrize("why", NOT_REFUSED)
def test_what_nobody_refused_whose_word_counts_has_no_marks(why: str) -> None:
    approval = NOT_REFUSED[why]
    assert (approval.refused_marks, approval.refused_kind) == ((), None)


def test_who_asks_for_changes_refuses_this_content_only() -> None:
    returned = decided("request_changes", opened(), GOVERNOR)
    assert returned.refused_marks == opened().content_marks
    assert returned.refused_kind is None


def test_the_same_content_is_barred_for_ever_and_the_subject_for_thirty_days() -> None:
    refused = [REFUSED["rejected"]]
    (same,) = why_refused(refused, [], START + timedelta(days=400))
    assert f"nobody refused the same content: {refused[0].approval_id} was refused at" in same
    last = START + SUBJECT_BARRED
    (about,) = why_refused([], refused, last - timedelta(seconds=1))
    assert "nobody refused its subject within 30 days" in about
    assert why_refused([], refused, last) == ()
    assert len(why_refused(refused, refused, START)) == 2


def test_a_refusal_elsewhere_bars_too_and_no_workspace_reads_anothers_id() -> None:
    words = "a request outside of the workspace was refused at"
    for whose in ("wsp_ward", None):
        refused = [REFUSED["rejected"].but(workspace_id=whose)]
        reasons = why_refused(refused, refused, START, "wsp_surgery")
        assert len(reasons) == 2
        assert all(words in each and refused[0].approval_id not in each for each in reasons)
    here = [REFUSED["rejected"].but(workspace_id="wsp_surgery")]
    for reader in ("wsp_surgery", None):
        assert all(here[0].approval_id in each for each in why_refused(here, here, START, reader))


def test_what_is_taken_back_in_another_workspace_quotes_nobody() -> None:
    refused = vetoed().but(workspace_id="wsp_ward")
    tacit = opened(active())
    for reader, is_told in (("wsp_surgery", False), ("wsp_ward", True), (None, True)):
        (step, *_) = take_back(refused, [tacit.but(workspace_id=reader)], START)
        assert refused.veto_reason is not None
        assert (step.state.veto_reason == refused.veto_reason) is is_told
        assert (refused.approval_id in step.state.note) is is_told
        assert step.state.status == "vetoed"


def test_more_refusals_than_are_read_bar_too_because_the_newest_may_be_unread() -> None:
    long_ago = [REFUSED["rejected"]] * MOST_READ
    assert why_refused([], long_ago, START + timedelta(days=400)) != ()
    assert why_refused([], long_ago[1:], START + timedelta(days=400)) == ()


def test_a_refused_request_stays_pending_and_its_matches_say_why() -> None:
    reasons = why_refused([REFUSED["rejected"]], [], START)
    step = open_request(request(), [active()], START, refused=reasons)
    assert (step.state.status, step.state.precedent_id) == ("pending", None)
    (match,) = step.contents[3].value
    assert match["unsatisfied"] == list(reasons)
    approved = decided("approve", step.state, GOVERNOR)
    assert approved.status == "approved", "a person may"


WRITTEN = {"action": "pay all", "to": "Müller", "sum": 1.5, "ids": [7, 500, -5]}


@pytest.mark.parametrize(
    ("content", "again"),
    [
        (CONTENT, {**CONTENT, "action": "Re-Index "}),
        (CONTENT, {**CONTENT, "action": "\uff52\uff45index"}),
        (CONTENT, {"verb": "reindex", **{n: CONTENT[n] for n in CONTENT if n != "action"}}),
        (CONTENT, {**CONTENT, "rows": 1200.0}),
        (CONTENT, {**CONTENT, "rows": "1200"}),
        (CONTENT, {**CONTENT, "rows": "1.2e3"}),
        (CONTENT, {**CONTENT, "rows": "1,200"}),
        (CONTENT, {**CONTENT, "nothing": None, "empty": "", "none": [], "blank": " -- "}),
        (CONTENT, {**CONTENT, "again": "patient articles"}),
        (CONTENT, {"all": [CONTENT, [CONTENT]]}),
        (CONTENT, {"reindex": True, **{n: CONTENT[n] for n in CONTENT if n != "action"}}),
        (CONTENT, {"reindex": None, **{n: CONTENT[n] for n in CONTENT if n != "action"}}),
        (WRITTEN, {**WRITTEN, "action": ["pay", "all"]}),
        (WRITTEN, {**WRITTEN, "action": "pay", "whom": {"x": "all"}}),
        (WRITTEN, {"text": "all: pay Müller 1.5; 7, 500, -5"}),
        (WRITTEN, {**WRITTEN, "to": "Muller"}),
        (WRITTEN, {**WRITTEN, "to": "Mu\u0308ller"}),
        (WRITTEN, {**WRITTEN, "to": "M\u03cdller"}),
        (WRITTEN, {**WRITTEN, "action": "\u0440\u0430\u0443 all"}),
        (WRITTEN, {**WRITTEN, "action": "\u03a1\u0391\u03a5 ALL"}),
        (WRITTEN, {**WRITTEN, "sum": "1.5"}),
        (WRITTEN, {**WRITTEN, "sum": "001.50"}),
        (WRITTEN, {**WRITTEN, "ids": ["007", "\u0665\u0660\u0660", "-5"]}),
        (WRITTEN, {**WRITTEN, "ids": "7 500 -5"}),
        ({"n": 5}, {"n": "5.0"}),
        ({"n": 10**16}, {"n": "1e16"}),
        ({"n": 1e21}, {"n": "1" + "0" * 21}),
    ],
)
def test_a_rewritten_content_shares_a_mark(content: dict[str, Any], again: dict[str, Any]) -> None:
    marks = [set(opened(content=each).content_marks) for each in (content, again)]
    assert marks[0] & marks[1]


@pytest.mark.parametrize(
    "content",
    [{**CONTENT, "action": "drop"}, {**CONTENT, "rows": 1201}, {**CONTENT, "also": "this"}, {}],
)
def test_another_content_shares_none(content: dict[str, Any]) -> None:
    marks = [set(opened(content=each).content_marks) for each in (content, CONTENT)]
    assert marks[0].isdisjoint(marks[1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(content=st.dictionaries(st.text(max_size=4), JSON, max_size=4), data=st.data())
def test_order_and_names_change_no_gist(content: dict[str, Any], data: st.DataObject) -> None:
    items = data.draw(st.permutations(list(content.values())))
    renamed = {f"field {number}": item for number, item in enumerate(items)}
    assert gist_of(renamed, is_case=False).values == gist_of(content, is_case=False).values


def test_the_next_case_of_the_same_spec_has_the_same_gist_under_any_name() -> None:
    again = {
        **SPEC,
        "name": "other-writer",
        "case": {"case_id": "cas_2", "revision": 3, "purpose": "creation"},
        "findings": [],
    }
    assert gist_of(again, is_case=True) == gist_of(SPEC, is_case=True)
    assert gist_of(again, is_case=False) != gist_of(SPEC, is_case=False)
    wider = {**again, "skills": ["research", "draft", "send"]}
    assert gist_of(wider, is_case=True) != gist_of(SPEC, is_case=True)


def test_an_agent_is_known_by_its_name_and_another_thing_by_its_id() -> None:
    def mark(kind: Any = "execution", is_case: bool = False, **subject: str) -> str:
        case = CaseBinding(case_id="cas_1", revision=1, purpose="creation") if is_case else None
        said = {"type": "job", "id": "job-7", "name": "reindex", **subject}
        return opened(kind=kind, subject=Subject(**said), case=case).subject_mark

    assert mark(name="other") == mark(id=" JOB 7") == mark(type="Job") == mark()
    assert len({mark(), mark(id="job-8"), mark(type="task"), mark("artifact")}) == 4
    assert mark(is_case=True, id="agt_2") == mark(is_case=True, id="agt_1")
    assert mark(is_case=True, name="other") != mark(is_case=True)
