"""What a tenant may use where its platform limits that."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kit.control import Control, Subscribed
from shared.quotas.plans import seats_at
from shared.runtime import entitlements
from shared.runtime.settings import LimitSettings

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
BOUGHT = Control(tier="pro", subscription=Subscribed(plan="pro", seats=2))
OF_ALL: dict[str, Any] = {"environment": "local", "local_limits": True}


@pytest.mark.parametrize(
    ("settings", "plan", "seats"),
    [
        ({**OF_ALL, "local_tier": "team"}, "team", None),
        ({**OF_ALL, "local_tier": "free"}, "free", 5),
        (OF_ALL, "pro", 2),
        ({"environment": "prod", "local_tier": "team"}, "pro", 2),
    ],
)
def test_a_local_platform_may_give_all_tenants_one_tier(
    settings: dict[str, Any], plan: str, seats: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entitlements, "limit_settings", lambda: LimitSettings(**settings))
    held = entitlements.entitlements_of(BOUGHT, AT)
    assert held is not None
    assert held.plan == plan
    assert seats_at(entitlements.in_force(BOUGHT), AT) == seats


def test_a_local_platform_without_limits_limits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = LimitSettings(environment="local")
    monkeypatch.setattr(entitlements, "limit_settings", lambda: alone)
    assert entitlements.entitlements_of(BOUGHT, AT) is None
    assert entitlements.in_force(BOUGHT) is BOUGHT
