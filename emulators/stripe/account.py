"""The account: its objects, the clock of each, and the events that it publishes."""

import json
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.stripe.failures import absent
from emulators.stripe.rendering import rendered
from emulators.stripe.store import LIVE, Delivery, Document, Store

VERSION = "2026-10-28.endive"
# An invoice is a draft only until the next step.
_PATIENT = 3
_LETTERS = string.ascii_letters + string.digits


@dataclass
class Account:
    """Belongs to one thread. `live` says the platform's time in whole seconds; `url` is where its
    own pages are."""

    store: Store
    live: Callable[[], int]
    url: str = ""
    # The instant of the step that is being made, or at which the live clock stands while steps wait
    # for the first sending of what was published; and the last instant that anything was done at.
    step: int | None = None
    last: int | None = None
    request: str | None = None
    key: str | None = None
    silent: bool = False

    def now(self, of: Document | str | None = None) -> int:
        """The time of an object's clock: that of its test clock, or the live one."""
        clock = of if isinstance(of, str | None) else clock_of(of)
        if clock:
            return int(self.get("test_helpers.test_clock", clock)["frozen_time"])
        if self.step is None:
            self.last = self.live()
            return self.last
        return self.step

    def get(self, kind: str, identifier: Any, param: str = "id") -> Document:
        """An object of that kind. Raises StripeFailure."""
        found = self.store.find(identifier) if isinstance(identifier, str) else None
        if found is None or found["object"] != kind:
            raise absent(kind, str(identifier), param)
        return found

    def of_customer(self, kind: str, identifier: Any, customer: str, param: str) -> Document:
        """An object that must belong to that customer. Raises StripeFailure."""
        found = self.get(kind, identifier, param)
        if found.get("customer") != customer:
            raise absent(kind, str(identifier), param)
        return found

    def save(self, document: Document) -> Document:
        return self.store.save(document)

    def emit(self, kind: str, document: Document, before: Document | None = None) -> None:
        """Publishes that something happened to an object, as it is now; `before` is what it was.
        Every endpoint that wants that kind of event is owed a delivery."""
        if self.silent:
            return
        clock = clock_of(document) or LIVE
        now = rendered(self.store, document)
        data: Document = {"object": now}
        if before is not None:
            data["previous_attributes"] = _changed(rendered(self.store, before), now)
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": VERSION,
            "created": self.now(clock or None),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request, "idempotency_key": self.key},
            "type": kind,
            "_clock": clock,
        }
        name = str(event["id"])
        self.store.save(event)
        for endpoint in self.endpoints(kind):
            due = self.live()
            patience = _PATIENT if kind == "invoice.created" else 1
            self.store.owe(Delivery(name, endpoint["id"], clock, 0, due, due, patience))

    def endpoints(self, kind: str) -> list[Document]:
        """The endpoints that want that kind of event."""
        return [
            each
            for each in self.store.all("webhook_endpoint")
            if each["status"] == "enabled" and {"*", kind} & {*each["enabled_events"]}
        ]


def clock_of(document: Document) -> str | None:
    """The test clock that an object lives on."""
    if document["object"] == "test_helpers.test_clock":
        return str(document["id"])
    clock: str | None = document.get("test_clock") or document.get("_clock")
    return clock


def new_id(prefix: str, length: int = 24) -> str:
    """An identifier that nobody guesses."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


def copy(document: Document) -> Document:
    """The object as it is now."""
    copied: Document = json.loads(json.dumps(document))
    return copied


def _changed(before: Document, now: Document) -> Document:
    return {key: each for key, each in before.items() if now.get(key) != each}
