"""The control document follows what a tenant pays for."""

from datetime import UTC, datetime

from events.subscriptions import AddOnTaken, SubscriptionState
from functions.identity.rules.subscription import follow_subscription
from functions.identity.rules.tenant import TenantBody, found
from shared.kit.control import Control
from shared.quotas.plans import entitlements_at

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PRO = SubscriptionState(
    tenant_id="ten_1",
    plan="pro",
    entitled_to="pro",
    seats=3,
    add_ons=(AddOnTaken(add_on="executions", quantity=2),),
)


def test_the_tenant_has_the_plan_that_it_pays_for_and_its_tier() -> None:
    body = TenantBody(name="Acme", slug="acme")
    tenant = found("ten_1", body, "ada", NOON)[0].state
    control, record = (each.state for each in follow_subscription(Control(), tenant, PRO, 2))
    assert (control.tier, record.tier) == ("pro", "pro")
    assert control.subscription.seats == 3
    assert entitlements_at(control, NOON).limits["executions"] == 8_000


def test_neither_an_event_that_comes_again_nor_an_earlier_one_changes_it() -> None:
    (step,) = follow_subscription(Control(), None, PRO, 2)
    control = step.state
    assert isinstance(control, Control)
    ended = PRO.but(entitled_to="free", status="canceled", add_ons=())
    for sequence in (1, 2):
        assert follow_subscription(control, None, ended, sequence) == ()
    (step,) = follow_subscription(control, None, ended, 3)
    assert isinstance(step.state, Control)
    assert (step.state.tier, entitlements_at(step.state, NOON).plan) == ("free", "free")
