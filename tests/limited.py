"""A function whose tenants are limited by their plans, as a deployed one is."""

from datetime import datetime, timedelta

import pytest

from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT, budget_id
from shared.kit import clock
from shared.kit.control import COLLECTION, ID, Control
from shared.kit.months import month_of
from shared.kit.per_loop import PerLoop
from shared.runtime import control, entitlements
from shared.runtime.settings import LimitSettings
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore


def limit_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans limit from now on; requests a minute do not."""
    limited = LimitSettings(environment="prod")
    monkeypatch.setattr(entitlements, "limit_settings", lambda: limited)
    forget_controls(monkeypatch)


def forget_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process knows of tenants is read again, as after twenty seconds."""
    monkeypatch.setattr(control, "_controls", PerLoop(control.Controls))


async def has_control(store: TenantStore, said: Control) -> None:
    """The tenant's control document is this one."""
    batch = Batch()
    batch.put(COLLECTION, ID, {"state": said.model_dump_json()})
    await store.commit(batch)


async def has_used(store: TenantStore, at: datetime | None = None, **used: int) -> None:
    """So much is used in the month of `at`, which is now where it is None."""
    moments = (at,) if at is not None else (clock.now(), clock.now() + timedelta(minutes=10))
    for month in {month_of(each) for each in moments}:
        state = Budget(scope=TENANT, period=month, limit_usd_micros=0, **used)
        batch = Batch()
        batch.put(BUDGETS.collection, budget_id(TENANT, month), BUDGETS.fields(state, 0, None))
        await store.commit(batch)


async def budgets_in(store: TenantStore) -> list[Budget]:
    """The tenant's months."""
    found = [BUDGETS.state_in(each.data) async for each in store.find_all(BUDGETS.collection)]
    return [each for each in found if each.scope == TENANT]
