"""The last chapter of the demo: Pro is bought, a run uses more than Pro includes, and the line of
the next invoice is proved down to the receipt of the call that it charges for."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

import httpx

from emulators.client import PlatformClient
from emulators.demo.narrator import Narrator
from emulators.demo.person import Person
from emulators.demo.run import at_rest, expect
from emulators.failures import PlatformError

ORDER = {"plan": "pro", "interval": "month", "seats": 2}
# The trial ends after 14 days, and the month of the use with them or later.
RENEWED_AFTER_SECONDS = 46 * 24 * 60 * 60
# The draft of an invoice is final after an hour, and a checkpoint is signed each hour.
COVERED_AFTER_SECONDS = 3_700
SETTLED_WITHIN_SECONDS = 60
GOAL = "Summarise the year's visits."
CAPSULE = f"""\
capsule: year-of-visits
version: 1.0.0
agent: clinic-visit-counter
steps:
  - id: summary
    agent:
      goal: {GOAL}
      tools: [assent/counter.add]
      arguments: {{assent/counter.add: {{counter: [visits-*]}}}}
      calls: 1
      turns: 1
      spend_usd: 5
outputs: {{said: "${{{{ steps.summary.output.text }}}}"}}
"""
USED = {"prompt_tokens": 600_000, "completion_tokens": 50_000}


class Asking(Protocol):
    """Somebody who calls the public API."""

    def get(self, path: str) -> Any:
        """The answer to a GET."""

    def post(self, path: str, body: Any = None) -> Any:
        """The answer to a POST."""


def invoiced(
    author: Person,
    founder: Person,
    platform: PlatformClient,
    narrator: Narrator,
) -> None:
    """Buys Pro at the stand-in for Stripe, uses more than it includes, moves the clock to the
    renewal, and verifies the line of the invoice. Raises PlatformError for any other behaviour."""
    narrator.chapter("Pro is bought; what is used beyond it is charged, and proved")
    buy(founder, platform, narrator)
    run = use_beyond(author, platform, narrator)
    platform.advance(RENEWED_AFTER_SECONDS)
    narrator.step("The clock moves on to the renewal", platform.now())
    founder.sign_in_anew()
    platform.wait_until_idle(SETTLED_WITHIN_SECONDS)
    platform.advance(COVERED_AFTER_SECONDS)
    platform.wait_until_idle(SETTLED_WITHIN_SECONDS)
    founder.sign_in()
    invoice, line = _charged(founder)
    narrator.step("An invoice of the renewal has a line", line["description"])
    narrator.step("  what it charges", f"{line['cents']} cents of {invoice['total_cents']}")
    receipts = founder.get("/v1/receipts", run_id=run["run_id"])["items"]
    [receipt] = [each for each in receipts if each["model"] is not None]
    narrator.step("The run has a receipt of its model's answer", receipt["receipt_id"])
    path = f"/v1/invoices/{invoice['invoice_id']}/lines/{line['line_id']}/proof"
    _verified(founder.get(path, event=receipt["receipt_id"]), line, narrator)


def buy(founder: Asking, platform: PlatformClient, narrator: Narrator) -> None:
    """Buys Pro, and pays on the stand-in's page. Raises PlatformError where the tenant has another
    plan then."""
    page = founder.post("/v1/billing/checkout", ORDER)
    said = {"card": "pm_card_visa", "email": "gala@clinic.example"}
    paid = httpx.post(page["url"], data=said)
    if paid.status_code != httpx.codes.SEE_OTHER:
        raise PlatformError(f"the checkout answered {paid.status_code}: {paid.text[:300]}")
    platform.wait_until_idle(SETTLED_WITHIN_SECONDS)
    held = founder.get("/v1/subscription")
    if held["plan"] != ORDER["plan"]:
        raise PlatformError(f"the tenant bought Pro, and has {held['plan']}")
    limit = f"{held['entitlements']['limits']['tokens']:,} tokens a month"
    narrator.step("Gala buys Pro at Stripe's stand-in", f"{held['status']}, with {limit}")


def use_beyond(author: Person, platform: PlatformClient, narrator: Narrator) -> Any:
    """A run whose model says that it used more tokens than Pro includes. Raises PlatformError for
    any refusal."""
    script = {"goal": GOAL, "answers": [{"text": "A good year.", "usage": USED}]}
    httpx.post(f"{platform.health()['model']}/scripts", json=script).raise_for_status()
    author.submit("/v1/capsules", CAPSULE)
    author.post("/v1/capsules/year-of-visits/versions/1.0.0/publish")
    run = at_rest(author, author.post("/v1/jobs", {"capsule": "year-of-visits"}))
    expect(run, "completed", narrator)
    narrator.step("Its model used", f"{sum(USED.values()):,} tokens")
    platform.wait_until_idle()
    return run


def _charged(founder: Person) -> tuple[Any, Any]:
    """The invoice with a line of usage, and that line."""
    invoices = founder.get("/v1/invoices")["items"]
    lines = [(each, line) for each in invoices for line in each["lines"] if line["usage"]]
    if len(lines) != 1 or not lines[0][1]["agrees"]:
        raise PlatformError(f"the use is not charged once, as it was counted: {invoices}")
    return lines[0]


def _verified(proof: Any, line: Any, narrator: Narrator) -> None:
    """Lets another program verify the proof, which has nothing of the platform in it and opens no
    connection."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "line.json"
        file.write_text(json.dumps(proof))
        command = [sys.executable, "-m", "shared.verify", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    shown = (f"{line['cents']} cents", "as the audit log says", "closed by entry")
    if done.returncode != 0 or any(each not in done.stdout for each in shown):
        raise PlatformError(f"the line does not verify: {done.stdout}{done.stderr}")
    for said in done.stdout.splitlines():
        if any(each in said for each in shown):
            narrator.step("assent-verify", said.rpartition("line.json: ")[2].strip())
