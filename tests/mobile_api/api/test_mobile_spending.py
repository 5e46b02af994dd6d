"""What the phone shows of what `runs` keeps: money spent, and what approvals led to."""

from dataclasses import replace
from typing import Any

from events import approvals
from events.approvals import Subject
from functions.runs.aggregates import LED_TO, RUN
from mobile_api.service.dashboard import read_dashboard
from shared.aggregates.aggregate import Aggregate
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.limits import ANY_AGENT, TENANT, BudgetLimit, Raised
from shared.kit import clock
from shared.kit.callers import Caller
from shared.receipts.approval_receipts import RECEIPT_ID
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.mobile_api.phones import Phone
from tests.mobile_api.stories import agent, approval, decided, id_of
from tests.mobile_api.worlds import happen

RECEIPT = "rct_01ARZ3NDEKTSV4RRFFQ69G5FAV"


async def _kept(phone: Phone, state: Budget | BudgetLimit) -> None:
    aggregate: Aggregate[Any] = BUDGETS if isinstance(state, Budget) else LIMITS
    batch = Batch()
    batch.put(aggregate.collection, aggregate.id(state), {"state": state.model_dump_json()})
    await TenantStore(phone.tenant).commit(batch)


async def test_an_agent_shows_what_it_spent_today_of_the_limit_of_now(phone: Phone) -> None:
    await happen(phone.tenant, agent(number=1), agent(number=2))
    first, today = id_of("agt", 1), f"{clock.now():%Y-%m-%d}"
    spent = Budget(scope=first, period=today, limit_usd_micros=1, spent_usd_micros=950)
    await _kept(phone, spent)
    await _kept(phone, spent.but(period="2020-01-01", spent_usd_micros=7))
    for limited in (first, ANY_AGENT):
        await _kept(phone, BudgetLimit(scope=limited, limit_usd_micros=1_000, set_by="gala"))
    month = Budget(scope=TENANT, period=today[:7], limit_usd_micros=1, spent_usd_micros=957)
    await _kept(phone, month)
    shown = {
        each["agent_id"]: each["spend"] for each in (await phone.get("/agents")).json()["items"]
    }
    assert shown == {
        first: {"spent_usd_micros": 950, "limit_usd_micros": 1_000, "state": "critical"},
        id_of("agt", 2): {"spent_usd_micros": 0, "limit_usd_micros": 7_000_000, "state": "active"},
    }
    one = (await phone.get(f"/agents/{first}")).json()
    assert one["spend"] == shown[first]


async def test_a_list_of_agents_that_spend_nothing_costs_two_reads_more(phone: Phone) -> None:
    await happen(phone.tenant, *(agent(number=number) for number in range(1, 6)))
    answer = await phone.get("/agents")
    assert answer.headers["assent-cost"] == "firestore-reads=7"


async def test_the_dashboard_shows_the_tenants_month_but_to_no_workspace(phone: Phone) -> None:
    raised = Raised(from_usd_micros=100_000_000, to_usd_micros=150_000_000, approval_id="apr_1")
    month = Budget(
        scope=TENANT, period=f"{clock.now():%Y-%m}", limit_usd_micros=1,
        spent_usd_micros=120_000_000, raised=raised,
    )  # fmt: skip
    await _kept(phone, month)
    seen = (await phone.get("/dashboard")).json()["budget"]
    expected = {"spent_usd_micros": 120_000_000, "limit_usd_micros": 150_000_000}
    assert seen == {**expected, "state": "warning"}
    roles = frozenset({"governor"})
    whole = Caller("gala", phone.tenant, frozenset(), roles, clock.now(), "")
    narrow = await read_dashboard(replace(whole, workspace_id="wsp_surgery"))
    assert narrow.budget is None


async def test_a_card_shows_the_receipt_of_what_its_approval_led_to(phone: Phone) -> None:
    run = Subject(type="run", id=id_of("run", 1), name="visits")
    later = clock.now()
    await happen(
        phone.tenant,
        approval(approvals.ApprovalApproved, 1, subject=run, **decided(later)),
        approval(approvals.ApprovalRejected, 2, subject=run, **decided(later)),
        approval(approvals.ApprovalApproved, 3, **decided(later)),
    )
    batch = Batch()
    # Of what no run asked for, nothing is read, whatever lies there.
    for number in (1, 2, 3):
        batch.put(LED_TO.name, id_of("apr", number), {RECEIPT_ID: RECEIPT})
    await TenantStore(phone.tenant).commit(batch)
    shown = {
        each["id"]: each["receipt_id"] for each in (await phone.get("/approvals")).json()["items"]
    }
    assert shown == {id_of("apr", 1): RECEIPT, id_of("apr", 2): None, id_of("apr", 3): None}
    one = (await phone.get(f"/approvals/{id_of('apr', 1)}")).json()
    assert one["receipt_id"] == RECEIPT


def test_the_readers_know_the_names_of_the_collections() -> None:
    assert {"budgets", "budget_limits", "approval_receipts"} <= {
        each.name for each in RUN.collections
    }
