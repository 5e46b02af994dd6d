"""Stripe's stand-in with a clock that a test moves, and its notices, which wait until a test sends
them: in any order, any number of times, or late."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from emulators.stripe.running import running_stripe
from tests.simulation.billing.ledger import datetime_of

# What the guide on selling has operators send.
_SENT = {
    *(f"customer.subscription.{each}" for each in ("created", "updated", "deleted")),
    "checkout.session.completed",
    *(f"invoice.{each}" for each in ("created", "updated", "finalized", "paid")),
    *(f"invoice.{each}" for each in ("payment_failed", "voided", "marked_uncollectible")),
}
# The plus keeps the database from its index by kinds, which it would walk from the first event on.
_NEWER = (
    "SELECT sequence, body FROM objects WHERE sequence > ? AND +kind = 'event' ORDER BY sequence"
)


@dataclass(frozen=True)
class Notice:
    """Something that happened at Stripe to the object `about`."""

    id: str
    type: str
    about: str
    body: Any = field(compare=False, repr=False)


@dataclass
class Post:
    """Its time is that of the account at Stripe and of the platform, in whole seconds since 1970,
    and only moves forward."""

    now: int
    http: httpx.Client
    database: sqlite3.Connection
    url: str = ""
    _read: int = 0
    _unclaimed: dict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))

    def clock(self) -> datetime:
        """As the platform reads it."""
        return datetime_of(self.now)

    def move(self, to: int) -> None:
        """What falls due until then has happened at Stripe when this returns."""
        assert to >= self.now
        self.now = to
        # Whoever calls the account lets all of it happen that is due; this list is empty.
        self.http.get(f"{self.url}/v1/test_helpers/test_clocks").raise_for_status()

    def choose(self, met: str) -> None:
        """What becomes of a draft that a pause meets, once its hour is over."""
        said = {"met_by_pause": met}
        self.http.post(f"{self.url}/_/settings", json=said).raise_for_status()

    def collect(self, customer: str) -> list[Notice]:
        """The notices about a customer that were not collected yet, in the order in which that
        happened."""
        for sequence, body in self.database.execute(_NEWER, (self._read,)).fetchall():
            self._read = sequence
            event = json.loads(body)
            if event["type"] not in _SENT:
                continue
            about = event["data"]["object"]
            notice = Notice(event["id"], event["type"], about.get("id", ""), event)
            self._unclaimed[about.get("customer") or ""].append(notice)
        return self._unclaimed.pop(customer, []) if customer else []


@contextmanager
def at_stripe(file: Path, begin: int) -> Iterator[Post]:
    """An account at Stripe in a new file, whose time begins there."""
    key = {"Authorization": "Bearer sk_test_one"}
    # One client for all calls: to read certificates takes longer than a call.
    http = httpx.Client(headers=key, trust_env=False, verify=False)
    # A state machine reads it from two threads, one after the other.
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    post = Post(begin, http, database)
    with http, closing(database), running_stripe(file, live=lambda: post.now) as url:
        post.url = url
        yield post
