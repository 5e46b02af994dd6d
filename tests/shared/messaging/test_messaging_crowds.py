"""A tenant's crowd of timers is told from its others, and from those of other tenants."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.kit.queues import CROWD_QUEUES, crowd_queue, crowd_queues
from shared.messaging import crowds
from shared.messaging.crowds import MOST_TOGETHER, Crowds

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _are_crowded(counted: Crowds, tenant_id: str, many: int, noun: str = "approvals") -> int:
    return sum(counted.count(noun, tenant_id, NOON) for _ in range(many))


def test_what_is_due_in_one_minute_beyond_a_number_is_a_crowd() -> None:
    counted = Crowds()
    assert _are_crowded(counted, "acme", MOST_TOGETHER) == 0
    assert counted.count("approvals", "acme", NOON + timedelta(seconds=59))
    assert not counted.count("approvals", "acme", NOON + timedelta(seconds=60))


def test_tenants_and_functions_are_counted_apart() -> None:
    counted = Crowds()
    assert _are_crowded(counted, "acme", 1_000) == 1_000 - MOST_TOGETHER
    assert _are_crowded(counted, "other", MOST_TOGETHER) == 0
    assert _are_crowded(counted, "acme", MOST_TOGETHER, "agents") == 0


def test_only_so_many_minutes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "MINUTES_REMEMBERED", 10)
    counted = Crowds()
    for minute in range(50):
        counted.count("approvals", "acme", NOON + timedelta(minutes=minute))
    assert len(counted._set) == 10


def test_a_tenants_crowds_have_one_of_the_functions_queues() -> None:
    chosen = [crowd_queue("approvals", f"tenant-{number}") for number in range(200)]
    assert set(chosen) == set(crowd_queues("approvals"))
    assert max(map(chosen.count, chosen)) < 200 / CROWD_QUEUES * 1.5
    assert crowd_queue("approvals", "acme") == crowd_queue("approvals", "acme")
