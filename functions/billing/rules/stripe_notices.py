"""Notices of Stripe, which its webhooks send: what each is about, and the check of its signature.
Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, RootModel, StringConstraints, ValidationError

from shared.kit.bookkeeping import RefusalReason
from shared.kit.digests import is_same, mac_of
from shared.kit.errors import AssentError, Invalid, RecordedRefusal
from shared.kit.models import Data
from shared.kit.wording import field_errors

# How old a signature may be, and how far ahead Stripe's clock.
TOLERANCE_SECONDS = 300
MOST_SIGNATURES = 10
# Stripe sends a notice within seconds, and repeats one that failed after minutes or hours.
LATE_SECONDS = 600
StripeId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,255}$")]
INVOICES = "invoice."
_NOT_KEPT = ("invoice.upcoming", "invoice.deleted")
_SECONDS = re.compile(r"[0-9]{1,12}")


class About(Data):
    """The object of a notice, of which only the ids are read: the rest is read from Stripe. An
    object that is not made yet has no id."""

    id: StripeId | None = None
    customer: StripeId | None = None


class AboutData(Data):
    """The part of a notice that holds its object."""

    about: Annotated[About, Field(alias="object")]


class StripeNotice(Data):
    """A notice: something happened to an object at Stripe, at `created` in seconds since 1970."""

    id: StripeId
    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,100}$")]
    data: AboutData
    created: Annotated[int, Field(ge=0, lt=1 << 53, strict=True)] | None = None

    @property
    def invoice_id(self) -> str | None:
        """The id at Stripe of the invoice that the notice is about; None where it is about none, or
        about one that is not made yet or was deleted."""
        is_kept = self.type.startswith(INVOICES) and self.type not in _NOT_KEPT
        return self.data.about.id if is_kept else None


class SentNotice(RootModel[Any]):
    """A notice as it was sent, of any shape, or why it is no JSON: it is read once its signature is
    checked."""

    def read(self) -> StripeNotice:
        """The notice. Raises Invalid naming each field that is missing or wrong."""
        if isinstance(self.root, AssentError):
            raise Invalid(*self.root.errors) from self.root
        try:
            return StripeNotice.model_validate(self.root)
        except ValidationError as error:
            raise Invalid(*field_errors(error)) from error


def is_late(notice: StripeNotice, at: datetime) -> bool:
    """Whether Stripe made the notice more than ten minutes before `at`, and so had to repeat it."""
    return notice.created is not None and at.timestamp() - notice.created > LATE_SECONDS


class NoticeRefused(RecordedRefusal):
    """A notice that Stripe did not sign, or signed too long ago."""

    code = "notice_refused"
    title = "The notice is not accepted"
    http_status = 400


def check_signature(header: str, body: bytes, secret: str, now: float) -> None:
    """Raises NoticeRefused unless the header `t=<seconds>,v1=<hex>` signs the body with the secret,
    not more than five minutes before or after `now`, in seconds of the wall clock since 1970."""
    parts = _parts(header)
    seconds = parts.get("t", [""])[0]
    if not _SECONDS.fullmatch(seconds):
        raise _refused("unverified", "the header Stripe-Signature has no time t=")
    signed = f"{seconds}.".encode() + body
    expected = mac_of(secret.encode(), signed).hex()
    signatures = parts.get("v1", [])[:MOST_SIGNATURES]
    if not any(is_same(expected, each) for each in signatures):
        raise _refused("unverified", "the signature is not of this body by our secret")
    age = now - int(seconds)
    if age > TOLERANCE_SECONDS:
        raise _refused("expired", "it was signed more than five minutes ago")
    if age < -TOLERANCE_SECONDS:
        raise _refused("not_valid_yet", "it is signed for a later time")


def _parts(header: str) -> Mapping[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        parts.setdefault(name, []).append(value)
    return parts


def _refused(reason: RefusalReason, detail: str) -> NoticeRefused:
    return NoticeRefused(reason, detail)
