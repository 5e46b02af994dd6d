"""When a subscription may be paused and go on, and what Stripe is asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.billing.rules import change_approval, pause
from functions.billing.rules import subscription as rules
from functions.billing.rules.order import ChangeRequest, Order, Pause, Resume
from functions.billing.rules.subscription import IN_FLIGHT
from shared.kit.errors import VersionConflict
from tests.functions.billing.rules.test_subscription_rules import AT, after, bought, known

PAUSE, RESUME = Pause(pauses=True), Resume(resumes=True)
FREE = Order(plan="free")
WAITS = {"invoice": None, "parent": {"subscription_details": {"subscription": "sub_1"}}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "trialing"}, "a trial costs nothing"),
        ({"status": "past_due"}, "what is open is paid first"),
        ({"status": "paused"}, "what is open is paid first"),
        ({"status": "canceled"}, "nothing was bought yet"),
        ({"cancel_at_period_end": True}, "it ends with its period"),
    ],
)
def test_only_what_is_paid_for_and_goes_on_is_paused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(VersionConflict, match=said):
        pause.check_pausable(known(**fields), [], [])
    pause.check_pausable(known(), [], [])


def test_nothing_is_paused_while_something_waits_for_the_next_invoice() -> None:
    other = {"invoice": None, "parent": {"subscription_details": {"subscription": "sub_0"}}}
    asked = {**WAITS, "invoice": "in_1"}
    pause.check_pausable(known(), [other, asked], [])
    for waiting in (WAITS, {"invoice": None, "parent": None}):
        with pytest.raises(VersionConflict, match="pause it after 2026-12-27"):
            pause.check_pausable(known(), [other, waiting], [])


def drawn_up(stripe_id: str = "sub_1", **fields: Any) -> dict[str, Any]:
    of = {"subscription_details": {"subscription": stripe_id}}
    return {"id": "in_1", "status": "draft", "auto_advance": True, "parent": of, **fields}


def test_a_pause_waits_for_the_draft_of_its_period_and_for_no_other() -> None:
    held, another = drawn_up(auto_advance=False), drawn_up("sub_0")
    pause.check_pausable(known(), [], [held, another, drawn_up(parent=None)])
    with pytest.raises(VersionConflict, match="pause it once that is paid"):
        pause.check_pausable(known(), [], [another, drawn_up()])


def test_only_drafts_of_its_own_that_stripe_kept_are_left_by_a_pause() -> None:
    drafts = [drawn_up(), drawn_up("sub_0", auto_advance=False), drawn_up(auto_advance=False)]
    drafts[-1]["id"] = "in_2"
    assert pause.leftover_drafts(known(), drafts) == ("in_2",)
    by = {each: {"pause_collection": {"behavior": each}} for each in ("void", "keep_as_draft")}
    assert [pause.pauses_by_voiding(each) for each in by.values()] == [True, False]
    assert not pause.pauses_by_voiding({"pause_collection": None})


def test_what_is_paused_is_resumed_or_ended_and_not_changed() -> None:
    paused = known(status="paused", collects=False)
    assert paused.is_paused
    pause.check_resumable(paused)
    pause.check_changeable(paused, FREE)
    team = Order.model_validate({"plan": "team", "interval": "month", "seats": 2})
    with pytest.raises(VersionConflict, match="resume it first"):
        pause.check_changeable(paused, team)
    pause.check_changeable(known(), team)


def test_what_stripe_gave_up_is_paid_and_not_resumed() -> None:
    pause.check_resumable(known())
    for status in ("paused", "past_due"):
        with pytest.raises(VersionConflict, match="nobody paused it"):
            pause.check_resumable(known(status=status))
    with pytest.raises(VersionConflict, match="nothing is paused"):
        pause.check_resumable(known(status="canceled"))


@pytest.mark.parametrize(
    ("status", "begins"),
    [("paid", False), ("open", False), ("void", True), ("uncollectible", True)],
)
def test_a_new_period_begins_where_nobody_was_asked_for_the_one_that_runs(
    status: str, begins: bool
) -> None:
    asked = pause.resume_params({"status": status})
    anew = {"billing_cycle_anchor": "now", "proration_behavior": "none"} if begins else {}
    assert asked == {"pause_collection": "", **anew}
    assert pause.resume_params(None) == {"pause_collection": ""}


def test_a_pause_loses_what_free_lacks_and_an_approval_of_an_end_is_none_of_it() -> None:
    alive = known()
    lost = rules.lost_features(alive, PAUSE, AT)
    assert lost == rules.lost_features(alive, FREE, AT)
    assert lost
    assert rules.lost_features(alive, RESUME, AT) == ()
    wishes: tuple[ChangeRequest, ...] = (PAUSE, FREE)
    for one, other in (wishes, wishes[::-1]):
        waiting = after(alive, change_approval.request_approval(alive, one, lost, "ada", AT))
        assert change_approval.approval_of(waiting, one, AT) is not None
        assert change_approval.approval_of(waiting, other, AT) is None
    [step] = change_approval.request_approval(alive, PAUSE, lost, "ada", AT)
    assert str(step.fields["summary"]).startswith("Pause the subscription, without")


def test_what_was_used_before_a_pause_is_asked_for_and_a_resumed_one_is_asked_by_renewals() -> None:
    alive = known()
    paused = after(alive, rules.adopt(alive, bought(status="paused", collects=False), AT))
    assert paused.usage_invoice is not None
    assert paused.usage_invoice.due_at == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert after(paused, rules.adopt(paused, bought(), AT)).usage_invoice is None
    # One that Stripe gave up may still be paid, and goes on then.
    given_up = after(alive, rules.adopt(alive, bought(status="paused", is_unpaid=True), AT))
    assert given_up.usage_invoice is None


def test_what_was_asked_last_waits_for_what_may_still_arrive_and_takes_it_back() -> None:
    for wish, opposite in ((PAUSE, Resume), (RESUME, Pause)):
        asked = after(known(), rules.begin_change(known(), wish, "chg_1", AT))
        assert pause.withdraw(asked, opposite, AT) == ()
        early = AT + IN_FLIGHT / 2
        with pytest.raises(VersionConflict, match="may still arrive: send yours again"):
            pause.withdraw(asked, type(wish), early)
        gone = after(asked, pause.withdraw(asked, type(wish), AT + IN_FLIGHT))
        assert gone == asked.but(change=None)
    assert pause.withdraw(known(), Pause, AT) == ()
    changing = after(known(), rules.begin_change(known(), FREE, "chg_1", AT))
    assert pause.withdraw(changing, Pause, AT + IN_FLIGHT) == ()


def test_a_wish_is_judged_again_by_what_is_known_as_it_is_committed() -> None:
    paused = known(status="paused", collects=False)
    for now, wish, said in (
        (paused, Order(plan="pro", interval="month", seats=4), "resume it first"),
        (paused, PAUSE, "it is paused by now"),
        (known(), RESUME, "it is not paused any more"),
        (known(cancel_at_period_end=True), PAUSE, "it ends with its period"),
    ):
        with pytest.raises(VersionConflict, match=said):
            pause.check_request(now, wish)
    for now, wish in ((paused, FREE), (paused, RESUME), (known(), PAUSE), (known(), FREE)):
        pause.check_request(now, wish)
