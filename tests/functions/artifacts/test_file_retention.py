"""A tenant's files that no approval cites go once the time that the tenant set is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.artifacts import ArtifactRemoved, ArtifactRetentionChanged
from functions.artifacts.aggregates import RETENTION, RETENTION_ID
from functions.artifacts.reactions import HANDLERS
from functions.artifacts.rules import retention as rules
from functions.artifacts.rules.retention import A_DAY, MOST_TOGETHER, RETENTION_DUE, SOON
from shared.artifacts.artifact import Artifact
from shared.kit import clock
from shared.kit.retention import SHORTER_AFTER
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from tests.functions.artifacts.worlds import World

AT = datetime(2026, 11, 26, tzinfo=UTC)
DAY = timedelta(days=1)


def _set(known: rules.Retention | None, days: int, at: datetime = AT) -> rules.Retention:
    (step,) = rules.set_days(known, days, "ana", at)
    assert step.event is ArtifactRetentionChanged
    kept: rules.Retention = step.state
    return kept


def _file(**fields: Any) -> Artifact:
    known = {
        "artifact_id": "art_1",
        "file_name": "a.csv",
        "media_type": "text/csv",
        "bytes": 1,
        "sha256": "a" * 64,
        "status": "stored",
        "created_at": AT - 40 * DAY,
        "stored_at": AT - 40 * DAY,
    }
    return Artifact.model_validate(known | fields)


def test_a_shorter_time_holds_a_week_later_and_a_longer_one_at_once() -> None:
    short = _set(None, 30)
    assert short.days_at(AT) == 3_650
    assert short.days_at(AT + SHORTER_AFTER) == 30
    assert short.due_at <= AT + SHORTER_AFTER
    assert rules.set_days(short, 30, "ana", AT) == ()
    longer = _set(short, 400, AT + SHORTER_AFTER)
    assert (longer.days_at(AT + SHORTER_AFTER), longer.longer_until) == (400, None)
    # Shortened and made longer again within the week: nothing went meanwhile.
    assert _set(short, 3_650).days_at(AT + SHORTER_AFTER) == 3_650


@pytest.mark.parametrize("fields", [{"cited_by": "apr_1"}, {"status": "removed"}])
def test_what_is_cited_or_gone_is_not_looked_for(fields: dict[str, Any]) -> None:
    assert _file().uncited_since == AT - 40 * DAY
    assert _file(**fields).uncited_since is None
    assert rules.look(_set(None, 30), [_file(**fields)], None, AT)[:-1] == ()


def test_whoever_looks_ends_files_and_looks_again_when_the_next_one_is_over() -> None:
    kept = _set(None, 30).but(longer_until=None, longer_days=0)
    *gone, looked = rules.look(kept, [_file()], AT - 20 * DAY, AT)
    assert [(each.event, each.state.status) for each in gone] == [(ArtifactRemoved, "removed")]
    assert looked.state.due_at == AT + 10 * DAY
    many = [_file()] * MOST_TOGETHER
    assert rules.look(kept, many, AT, AT)[-1].state.due_at == AT + SOON
    assert rules.look(kept, [], AT - 30 * DAY, AT)[-1].state.due_at == AT + A_DAY


async def test_an_admin_sets_it_and_old_files_go(world: World) -> None:
    stored = await world.uploaded()
    by_admin: Any = {"by": "ana", "roles": ("tenant_admin",)}
    shown = await world.sent("GET", "/retention")
    assert shown == {"days": 3_650, "set_by": None, "longer_days": None, "longer_until": None}
    refused = await world.send("PUT", "/retention", {"days": 30})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await world.send("PUT", "/retention", {"days": 7}, **by_admin)).status_code == 422
    for _ in range(2):
        told = await world.sent("PUT", "/retention", {"days": 30}, **by_admin)
        assert (told["days"], told["set_by"], told["longer_days"]) == (30, "ana", 3_650)

    async def look(later: timedelta) -> str:
        at = clock.now() + later
        due = Timer(RETENTION_DUE, f"artifact_retention/{RETENTION_ID}", at)
        await HANDLERS[RETENTION_DUE](timer_event("artifacts", world.tenant, due, at))
        return str((await world.shown(stored))["status"])

    assert await look(SHORTER_AFTER + DAY) == "stored"
    assert await look(29 * DAY) == "stored"
    assert await look(31 * DAY) == "removed"
    await world.fire(stored, later=31 * DAY)
    assert await world.bytes_of(stored) is None
    document = await world.store.get(RETENTION.collection, RETENTION_ID)
    assert document is not None
    assert document.data["next_timer_type"] == RETENTION_DUE
