"""What Stripe is asked for, and what waits for somebody. Pure."""

from functions.billing.rules.order import Order, Wish
from shared.kit.instants import Instant
from shared.kit.models import Data


class Waiting(Data):
    """A change that loosens governance, and the approval of exactly that change."""

    approval_id: str
    content_hash: str
    order: Wish


class Change(Data):
    """A change of the subscription that Stripe is asked for. It carries its id, so that a later
    reading shows whether it arrived, and the approval by which it is made: whoever asks Stripe
    again reads that again."""

    change_id: str
    order: Wish
    asked_at: Instant
    approved: Waiting | None = None


class Checkout(Data):
    """A page at Stripe where the tenant's owner buys what was ordered, until it expires. Its number
    makes the key under which Stripe makes it once. `referral` is the code of whoever referred the
    tenant, for whose sake it pays less at first."""

    number: int
    order: Order
    trial_days: int
    expires_at: Instant
    session_id: str = ""
    url: str = ""
    referral: str = ""


class Discount(Data):
    """So much is taken off the plan until `ends_at`, in hundredths of a percent."""

    basis_points: int
    ends_at: Instant
