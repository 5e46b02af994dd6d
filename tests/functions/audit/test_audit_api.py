"""Reading the log: found by what is searched, newest first, proved, and by nobody else's tenant."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from functions.audit.api import get_checkpoint, get_proofs, list_entries
from functions.audit.appender import append
from functions.audit.views import AuditEntry, AuditEntryPage
from shared.audit_log.entries import link_hash
from shared.audit_log.opening import ChainBroken, log_of
from shared.audit_log.tree import leaf_hash, root_with
from shared.kit.callers import Caller
from shared.kit.errors import Invalid, NotFound, VersionConflict
from shared.kit.instants import format_instant
from shared.verify.notes import open_note, read_checkpoint, read_key
from tests.functions.audit.chains import AT, Chain, entries_of, event
from tests.functions.audit.test_audit_tree import consistent_roots

platform = pytest.mark.platform
# Minutes after AT, actor, action and subject of each entry.
STORY = [
    (0, "mara", "assent.agent.suspended.v1", "agent/agt_1"),
    (5, "gala", "assent.approval.approved.v1", "approval/apr_1"),
    (5, "gala", "assent.approval.vetoed.v1", "approval/apr_2"),
    (3, "mara", "assent.approval.approved.v1", "approval/apr_2"),
    (9, "", "assent.agent.suspended.v1", "agent/agt_1"),
]


def _caller(tenant: str, *roles: str, workspace_id: str | None = None) -> Caller:
    scopes = frozenset({"audit:read"})
    return Caller(
        "auditor", tenant, scopes, frozenset(roles), AT, token="", workspace_id=workspace_id
    )


@pytest.fixture
async def auditor(chain: Chain) -> AsyncIterator[Caller]:
    """Of a tenant in which STORY happened, beside another tenant with the same."""
    for tenant in (chain.tenant, f"{chain.tenant}-other"):
        for number, (minutes, actor, action, subject) in enumerate(STORY):
            at = AT + timedelta(minutes=minutes)
            told = event(tenant, number, type=action, subject=subject, actorid=actor, time=at)
            await append(told)
    yield _caller(chain.tenant, "analyst")
    await Chain(f"{chain.tenant}-other", chain.owner).tamper(
        "DELETE FROM audit_heads WHERE {tenant}"
    )


def _numbers(page: AuditEntryPage) -> list[int]:
    return [each.number for each in page.items]


@platform
async def test_entries_are_listed_newest_first_with_what_was_hashed(auditor: Caller) -> None:
    page = await list_entries(auditor)
    assert _numbers(page) == [5, 3, 2, 4, 1]
    assert page.next_cursor is None
    for each in page.items:
        assert each.hash == link_hash(
            previous=each.previous_hash,
            tenant_id=auditor.tenant_id,
            number=each.number,
            event_id=each.event_id,
            body=each.body,
        )
        body = json.loads(each.body)
        filed = (body.get("actorid", ""), body["type"], body["subject"], body["time"])
        assert filed == (each.actor, each.action, each.subject, format_instant(each.at))


@platform
@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"actor": "mara"}, [4, 1]),
        ({"actor": ""}, [5]),
        ({"action": "assent.approval.approved.v1"}, [2, 4]),
        ({"subject": "approval/apr_2"}, [3, 4]),
        ({"actor": "gala", "subject": "approval/apr_2"}, [3]),
        ({"actor": "nobody"}, []),
        ({"actor": "' OR true --"}, []),
        ({"since": "2026-11-20T12:05:00Z"}, [5, 3, 2]),
        ({"before": "2026-11-20T12:05:00.000Z"}, [4, 1]),
        ({"since": "2026-11-20T13:03:00+01:00", "before": "2026-11-20T12:09:00Z"}, [3, 2, 4]),
    ],
)
async def test_entries_are_found_by_actor_action_subject_and_time(
    auditor: Caller, sought: dict[str, Any], found: list[int]
) -> None:
    assert _numbers(await list_entries(auditor, **sought)) == found


@platform
async def test_pages_follow_each_other_without_a_gap_or_a_repetition(auditor: Caller) -> None:
    for limit in (1, 2, 3, 5):
        listed: list[AuditEntry] = []
        cursor = None
        while True:
            page = await list_entries(auditor, limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            listed += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert [each.number for each in listed] == [5, 3, 2, 4, 1]


@platform
async def test_a_page_of_long_entries_is_shorter_and_leads_on(chain: Chain) -> None:
    long = json.dumps({f"field{n}": "x" * 1_900 for n in range(8)})
    for number in range(50):
        await append(event(chain.tenant, number, data=long))
    auditor = _caller(chain.tenant, "governor")
    first = await list_entries(auditor, limit=100)
    assert 0 < len(first.items) < 50
    assert len(first.model_dump_json()) <= 1_000_000
    rest = await list_entries(auditor, limit=100, cursor=first.next_cursor)
    assert _numbers(first) + _numbers(rest) == list(range(50, 0, -1))


@platform
@pytest.mark.parametrize("time", ["yesterday", "2026-11-20", "2026-11-20T12:00:00", "", "12"])
async def test_a_time_that_is_none_is_refused(auditor: Caller, time: str) -> None:
    for name, field in (("since", "from"), ("before", "to")):
        with pytest.raises(Invalid, match=f"{field}: must be a time in UTC"):
            await list_entries(auditor, **dict[str, Any]({name: time}))


@platform
async def test_a_span_of_time_that_ends_before_it_begins_is_refused(auditor: Caller) -> None:
    with pytest.raises(Invalid, match="to: must not be before `from`"):
        await list_entries(auditor, since="2026-11-21T12:00:00Z", before="2026-11-20T12:00:00Z")


@platform
@pytest.mark.parametrize(
    "cursor", ["", "_", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z_x", "x_1"]
)
async def test_a_cursor_that_no_list_gave_is_refused(auditor: Caller, cursor: str) -> None:
    for odd in (cursor, f"2026-11-20T12:00:00Z_{1 << 63}"):
        with pytest.raises(Invalid, match="cursor"):
            await list_entries(auditor, cursor=odd)


@platform
async def test_a_checkpoint_is_read_by_independent_tools(chain: Chain, auditor: Caller) -> None:
    with pytest.raises(NotFound, match="no checkpoint yet"):
        await get_checkpoint(auditor)
    await chain.cover()
    shown = await get_checkpoint(auditor)
    text, _ = open_note(shown.note.encode(), [read_key(each) for each in shown.keys])
    checkpoint = read_checkpoint(text)
    assert checkpoint == (shown.log, shown.size, base64.b64decode(shown.root))
    assert (shown.log, shown.size) == (log_of(chain.tenant), 5)


@platform
async def test_each_entry_and_each_earlier_size_is_proved(chain: Chain) -> None:
    roots: dict[int, bytes] = {}
    auditor = _caller(chain.tenant, "guardian")
    for size in (1, 3, 16, 17, 40):
        await chain.append(*range(len(await entries_of(chain.tenant)), size))
        await chain.cover()
        roots[size] = base64.b64decode((await get_checkpoint(auditor)).root)
    entries = await entries_of(chain.tenant)
    for number in range(1, 41):
        proofs = await get_proofs(auditor, entry=number)
        found = proofs.inclusion
        assert found is not None
        assert proofs.consistency is None
        leaf, path = base64.b64decode(found.leaf), [base64.b64decode(each) for each in found.path]
        assert leaf == leaf_hash(entries[number - 1].hash)
        assert root_with(leaf, found.index, 40, path) == roots[40]
    for size, root in roots.items():
        proofs = await get_proofs(auditor, entry=1, from_size=size)
        assert proofs.inclusion is not None
        assert proofs.consistency is not None
        path = [base64.b64decode(each) for each in proofs.consistency.path]
        assert consistent_roots(size, 40, root, roots[40], path)
        if size != 40:
            assert not consistent_roots(size, 40, bytes(32), roots[40], path)


@platform
async def test_what_cannot_be_proved_is_refused_with_the_reason(chain: Chain) -> None:
    auditor = _caller(chain.tenant, "tenant_admin")
    await chain.append(1, 2)
    with pytest.raises(NotFound):
        await get_proofs(auditor, entry=1)
    await chain.cover()
    await chain.append(3)
    with pytest.raises(Invalid, match="name an entry"):
        await get_proofs(auditor)
    with pytest.raises(VersionConflict, match="entry 3 has no proof yet"):
        await get_proofs(auditor, entry=3)
    with pytest.raises(NotFound, match="no entry 4"):
        await get_proofs(auditor, entry=4)
    with pytest.raises(Invalid, match="from_size: may be at most 2"):
        await get_proofs(auditor, from_size=3)


@platform
async def test_a_token_for_a_workspace_proves_its_own_entries_and_learns_of_no_others(
    chain: Chain,
) -> None:
    await chain.append(1)
    await chain.append(2, workspaceid="wsp_1")
    await chain.append(3, workspaceid="wsp_2")
    await chain.cover()
    await chain.append(4, workspaceid="wsp_2")
    await chain.append(5, workspaceid="wsp_1")
    mine = _caller(chain.tenant, "analyst", workspace_id="wsp_1")
    whole = _caller(chain.tenant, "analyst")
    assert await get_proofs(mine, entry=2, from_size=1) == await get_proofs(
        whole, entry=2, from_size=1
    )
    assert await get_checkpoint(mine) == await get_checkpoint(whole)
    with pytest.raises(VersionConflict, match="entry 5 has no proof yet"):
        await get_proofs(mine, entry=5)
    for elsewhere in (1, 3, 4, 6):
        with pytest.raises(NotFound, match=f"^there is no entry {elsewhere}$"):
            await get_proofs(mine, entry=elsewhere, from_size=99)


@platform
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_nodes SET hash = sha256('x') WHERE {tenant}",
        "DELETE FROM audit_nodes WHERE {tenant}",
        "UPDATE audit_entries SET hash = repeat('a', 64) WHERE {tenant} AND number = 18",
    ],
)
async def test_rows_that_somebody_altered_give_no_proof(chain: Chain, statement: str) -> None:
    await chain.append(*range(18))
    await chain.cover()
    await chain.tamper(statement)
    for asked in ({"entry": 18}, {"entry": 1, "from_size": 2}):
        with pytest.raises(ChainBroken):
            await get_proofs(_caller(chain.tenant, "guardian"), **asked)
    assert len((await chain.check()).broken) == 1
    await chain.append(18)
    with pytest.raises(ChainBroken):
        await chain.cover()


@platform
async def test_another_tenant_sees_nothing_of_it(chain: Chain, auditor: Caller) -> None:
    await chain.cover()
    theirs = {each.event_id for each in (await list_entries(auditor)).items}
    other = _caller(f"{chain.tenant}-other", "platform_admin")
    ours = {each.event_id for each in (await list_entries(other)).items}
    assert len(ours) == len(theirs) == len(STORY)
    assert ours.isdisjoint(theirs)
    with pytest.raises(NotFound):
        await get_checkpoint(other)
    stranger = _caller(f"{chain.tenant}-nobody", "platform_admin")
    assert (await list_entries(stranger)).items == ()
    cursor = (await list_entries(auditor, limit=1)).next_cursor
    assert (await list_entries(stranger, cursor=cursor)).items == ()
