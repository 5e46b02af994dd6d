"""What an admin does with the lines of an invoice, in a browser."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import Invoice, read_invoice
from functions.billing.views import InvoiceView, LineProof
from shared.verify.__main__ import main
from tests.journeys.console.phone import Phone
from tests.shared.verify.lines import proof

pytestmark = pytest.mark.platform

SECONDS = int(datetime(2026, 11, 17, 12, tzinfo=UTC).timestamp())
PROOF = LineProof.model_validate(proof())


def charged() -> Invoice:
    """An invoice with the line that is proved, and one that no usage is behind."""
    period = {"start": SECONDS, "end": SECONDS + 60}
    seats = {"id": "il_0", "description": "3 seats", "amount": 14_700, "period": period}
    charge = UsageCharge.model_validate(PROOF.charge)
    line = {
        "id": PROOF.line_id,
        "description": charge.description,
        "amount": charge.cents,
        "period": period,
        "metadata": charge.metadata,
    }
    said = {
        "id": "in_1",
        "customer": "cus_1",
        "status": "open",
        "currency": "usd",
        "total": 14_703,
        "amount_remaining": 14_703,
        "amount_paid": 0,
        "attempt_count": 0,
        "period_start": SECONDS,
        "period_end": SECONDS + 60,
        "created": SECONDS,
        "lines": {"data": [seats, line]},
    }
    return read_invoice(said)


def test_the_button_of_a_line_saves_a_file_that_verifies(
    phone: Phone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the platform answers is given on the way to the phone; by night the platform gives it
    (`test_plan.py`)."""
    invoice = charged()
    answers = {
        f"/v1/invoices/{invoice.invoice_id}": InvoiceView.of(invoice),
        f"/v1/invoices/{invoice.invoice_id}/lines/{PROOF.line_id}/proof": PROOF,
    }

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(phone.url)
        route.fulfill(json=answers[path].model_dump(mode="json"))

    phone.page.route("**/v1/invoices/**", answer)
    phone.opens(f"invoices/{invoice.invoice_id}")
    expect(phone.text).to_contain_text("1,001 tokens beyond 500,000 (correction 1), $0.03")
    # Nothing is counted for seats.
    expect(phone.page.get_by_role("button", name="Save its proof")).to_have_count(1)
    with phone.page.expect_download() as saved:
        phone.presses("Save its proof: 2026-10: 1,001 tokens beyond 500,000 (correction 1)")
    phone.says(f"{PROOF.line_id}.json is saved.")
    file = tmp_path / saved.value.suggested_filename
    assert file.name == f"{PROOF.line_id}.json"
    saved.value.save_as(file)
    assert json.loads(file.read_text()) == PROOF.model_dump(mode="json")
    assert main([str(file)]) == 0
    assert "3 cents (usd), line il_1 of ivc_1" in capsys.readouterr().out
