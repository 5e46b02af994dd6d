"""A tenant is open, suspended by the platform, closing by its own admins, or closed for good."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.identity.rules import tenant as tenants
from functions.identity.rules.suspension import (
    CLOSING,
    CLOSING_DUE,
    MOST_SUSPENSIONS,
    check_platform_admin,
    close,
    closing_timer,
    end,
    lift,
    stay,
    suspend,
)
from functions.identity.rules.tenant import Tenant, TenantBody
from shared.kit.callers import Actor
from shared.kit.control import Control, Suspension
from shared.kit.errors import Forbidden, VersionConflict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Place = tuple[Tenant, Control]


def _founded() -> Place:
    body = TenantBody(name="Clinic", slug="clinic")
    tenant, _, control = tenants.found("ten_1", body, "user_1", NOON)
    assert isinstance(tenant.state, Tenant)
    assert isinstance(control.state, Control)
    return tenant.state, control.state


def _after(place: Place, steps: Any) -> Place:
    """Both, which say the same."""
    if not steps:
        return place
    tenant, control = steps
    assert tenant.state.status == control.state.status
    assert tenant.state.closes_at == control.state.closes_at
    assert tenant.event is not None
    return tenant.state, control.state


def _suspended(place: Place, at: datetime = NOON) -> Place:
    return _after(place, suspend(*place, "abuse", at))


def _closing(place: Place, at: datetime = NOON) -> Place:
    return _after(place, close(*place, at))


def test_a_suspended_tenant_is_open_again_once_the_platform_lifts_it() -> None:
    place = _suspended(_founded())
    assert place[0].status == "suspended"
    assert place[1].suspensions == (Suspension(at=NOON),)
    assert suspend(*place, "again", NOON) == ()
    open_again = _after(place, lift(*place, NOON + HOUR))
    assert open_again[0].status == "trial"
    assert open_again[1].suspensions == (Suspension(at=NOON, until=NOON + HOUR),)
    assert lift(*open_again, NOON) == ()


def test_no_admin_of_the_tenant_lifts_a_suspension_by_closing_it_first() -> None:
    place = _closing(_suspended(_founded()))
    stayed = _after(place, stay(*place, NOON + HOUR))
    assert stayed[0].status == "suspended"
    assert stayed[1].suspensions == (Suspension(at=NOON),)
    for suspended in (stayed, _suspended(_founded())):
        with pytest.raises(VersionConflict, match="only an admin of the platform"):
            stay(*suspended, NOON)


def test_lifting_a_suspension_leaves_a_closing_that_an_admin_wanted() -> None:
    place = _suspended(_closing(_founded()), NOON + HOUR)
    lifted = _after(place, lift(*place, NOON + 2 * HOUR))
    assert lifted[0].status == "closing"
    assert lifted[1].suspensions == (Suspension(at=NOON),)
    assert _after(lifted, lift(*lifted, NOON + 3 * HOUR))[0].status == "trial"


def test_a_closing_ends_after_thirty_days_and_for_good() -> None:
    place = _closing(_founded())
    due = NOON + CLOSING
    assert place[0].closes_at == due
    assert closing_timer(place[0]) == (CLOSING_DUE, due)
    assert close(*place, NOON + HOUR) == ()
    assert end(*place, due - HOUR) == ()
    with pytest.raises(VersionConflict, match="thirty days"):
        stay(*place, due)
    closed = _after(place, end(*place, due))
    assert closed[0].status == "closed"
    assert closing_timer(closed[0]) is None
    assert end(*closed, due) == ()
    for act in (lift, stay, close):
        with pytest.raises(VersionConflict, match="closed for good"):
            act(*closed, due)
    with pytest.raises(VersionConflict, match="closed for good"):
        suspend(*closed, "abuse", due)


def test_a_closing_that_an_admin_ends_never_fires() -> None:
    place = _closing(_founded())
    stayed = _after(place, stay(*place, NOON + CLOSING - HOUR))
    assert stayed[0].status == "trial"
    assert closing_timer(stayed[0]) is None
    assert end(*stayed, NOON + CLOSING) == ()


def test_of_many_suspensions_none_gives_back_less_than_it_took() -> None:
    place = _founded()
    for number in range(MOST_SUSPENSIONS + 5):
        at = NOON + 2 * number * HOUR
        place = _suspended(place, at)
        place = _after(place, lift(*place, at + HOUR))
    known = place[1].suspensions
    assert len(known) == MOST_SUSPENSIONS
    assert known[0].at == NOON
    lost = sum(((each.until or NOON) - each.at for each in known), timedelta(0))
    assert lost >= (MOST_SUSPENSIONS + 5) * HOUR


@pytest.mark.parametrize("roles", [(), ("tenant_admin", "governor"), ("service_runtime",)])
def test_only_a_platform_admin_suspends(roles: tuple[str, ...]) -> None:
    check_platform_admin(Actor("user_1", frozenset({"platform_admin"})))
    with pytest.raises(Forbidden, match="platform_admin"):
        check_platform_admin(Actor("user_1", frozenset(roles)))
