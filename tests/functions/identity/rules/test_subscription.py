"""The control document follows what a tenant pays for."""

from datetime import UTC, datetime

from events.subscriptions import AddOnTaken, SubscriptionState
from functions.identity.rules.subscription import follow_subscription
from functions.identity.rules.tenant import Member, Tenant, TenantBody, found, join, remove
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
    assert isinstance(tenant, Tenant)
    control, record = (each.state for each in follow_subscription(Control(), tenant, PRO, 2))
    assert isinstance(control, Control)
    assert isinstance(record, Tenant)
    assert (control.tier, record.tier) == ("pro", "pro")
    assert control.subscription is not None
    assert control.subscription.seats == 3
    assert entitlements_at(control, NOON).limits["executions"] == 8_000


def test_people_are_counted_as_they_join_and_leave_and_services_are_not() -> None:
    body = TenantBody(name="Acme", slug="acme")
    tenant = found("ten_1", body, "ada", NOON)[0].state
    assert isinstance(tenant, Tenant)
    joined = [each.state for each in join(tenant, None, "grace", ("operator",), None, NOON)]
    tenant, grace = joined
    assert isinstance(tenant, Tenant)
    assert isinstance(grace, Member)
    assert tenant.people == 2
    service = Member(
        principal_id="svc_1", kind="service", roles=("service_runtime",), joined_at=NOON
    )
    kept = [each.state for each in remove(tenant, Control(), service, NOON)]
    assert not any(isinstance(each, Tenant) for each in kept)
    left = remove(tenant, Control(), grace, NOON)[0].state
    assert isinstance(left, Tenant)
    assert left.people == 1
    # Whoever left is not counted again.
    gone = next(
        each.state
        for each in remove(tenant, Control(), grace, NOON)
        if isinstance(each.state, Member)
    )
    assert remove(left, Control(), gone, NOON) == ()


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


def test_add_ons_end_with_the_plan_that_they_are_for() -> None:
    (step,) = follow_subscription(
        Control(), None, PRO.but(entitled_to="free", status="canceled"), 2
    )
    assert isinstance(step.state, Control)
    assert entitlements_at(step.state, NOON).limits["executions"] == 100
