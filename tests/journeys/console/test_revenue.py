"""The platform's admin sees what tenants bring in and cost."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder

pytestmark = pytest.mark.platform

ORDER = {"plan": "pro", "interval": "month", "seats": 3}
WITHIN_SECONDS = 60


@pytest.fixture
def customer(founder: Founder) -> str:
    """The founder's tenant, which is on trial of Pro."""
    page = founder.post("/v1/billing/checkout", ORDER)
    said = {"card": "pm_card_visa", "email": "ada@acme.example"}
    assert httpx.post(page["url"], data=said, timeout=30).status_code == 303
    until = time.monotonic() + WITHIN_SECONDS
    while (bought := founder.get("/v1/subscription"))["plan"] != "pro":
        assert time.monotonic() < until, bought
        time.sleep(0.5)
    return founder.tenant


@pytest.mark.nightly
def test_a_platform_admin_sees_what_a_tenant_brings_in(
    customer: str, platform_admin: Founder, phone: Phone
) -> None:
    phone.page.goto(f"{phone.url}/console/revenue")
    tenants = phone.text.get_by_role("region", name="By tenant, the lowest margin first")
    expect(tenants).to_contain_text(customer)
    phone.page.get_by_label("Cost of winning a tenant").fill("a lot")
    phone.presses("Show")
    expect(phone.page.get_by_role("alert")).to_contain_text("Write an amount in dollars")
    phone.page.get_by_label("Cost of winning a tenant").fill("250")
    phone.page.get_by_label("Month", exact=True).fill("2020-02")
    phone.presses("Show")
    expect(phone.page.get_by_role("heading", name="2020-02")).to_be_visible()
    expect(phone.text.get_by_role("region", name="How recurring revenue moved")).to_contain_text(
        "2019-03"
    )
    phone.is_for_everybody()
    phone.sees_instead("/v1/kpis", **_a_year(customer))
    phone.page.reload()
    expect(tenants).to_contain_text("low")
    expect(phone.text).to_contain_text("Its invoices were not paid")
    phone.is_for_everybody()
    _pictured(phone)


def _a_year(tenant: str) -> dict[str, Any]:
    """A year in which something moved each month."""
    months, start = [], 0
    for number in range(1, 13):
        gained, lost = 14_700 * (number % 3), 4_900 * (number % 2) * (number > 1)
        end = start + gained + 9_800 - lost
        moved = {"new_cents": gained, "expansion_cents": 9_800, "reactivation_cents": 0}
        months.append(
            {
                "month": f"2026-{number:02}",
                "start_cents": start,
                "end_cents": end,
                "contraction_cents": 0,
                "churn_cents": lost,
                **moved,
            }
        )
        start = end
    row = {"revenue_cents": 14_700, "cost_usd_micros": 96_040_000, "gross_basis_points": 3_466}
    used = {"executions": 4_120, "api_calls": None, "stored_bytes": 10**8}
    return {
        "months": months,
        "mrr_cents": start,
        "arr_cents": 12 * start,
        "nrr_basis_points": 10_412,
        "churn_basis_points": 250,
        "ltv_cents": 1_234_500,
        "arpa_cents": 14_700,
        "paying": 9,
        "paying_at_start": 8,
        "upgrades": 2,
        "churned": [{"reason": "not_paid", "tenants": 1, "cents": 4_900}],
        "plans": [{"plan": "pro", "tenants": 1, **row}],
        "tenants": [
            {
                "tenant_id": tenant,
                "plan": "pro",
                "tenants": 1,
                "mrr_cents": 14_700,
                **row,
                "models_usd_micros": 95_500_000,
                "is_low": True,
                **used,
            }
        ],
    }


def _pictured(phone: Phone) -> None:
    """Pictures for who looks at the page, where the environment says into which folder."""
    into = os.environ.get("ASSENT_PICTURES")
    if into is None:
        return
    for width in (320, 390, 1280):
        phone.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            phone.page.emulate_media(color_scheme=scheme)
            file = Path(into) / f"revenue-{width}-{scheme}.png"
            phone.page.screenshot(path=file, full_page=True)
