"""The parts of a subscription: a change on its way to Stripe, the approval that one waits for, the
open checkout page, the discount. Pure."""

from functions.billing.rules.order import ChangeRequest, Order
from shared.kit.instants import Instant
from shared.kit.models import Data


class ChangeApproval(Data):
    """The approval of a change that loosens governance, of exactly that `order`."""

    approval_id: str
    content_hash: str
    order: ChangeRequest


class Change(Data):
    """A change of the subscription that Stripe was asked for at `asked_at`. Stripe keeps
    `change_id` in the subscription's metadata, so that a later reading shows whether the change
    arrived. Whoever asks Stripe again reads the approval again by which the change is made."""

    change_id: str
    order: ChangeRequest
    asked_at: Instant
    approved: ChangeApproval | None = None


class Checkout(Data):
    """A page at Stripe where the tenant's owner buys what was ordered, until it expires. Stripe
    makes it once under an idempotency key that contains `number`. `referral` is the code of the
    tenant that referred this one, which gives it a discount."""

    number: int
    order: Order
    trial_days: int
    expires_at: Instant
    session_id: str = ""
    url: str = ""
    referral: str = ""


class Discount(Data):
    """A discount on the plan until `ends_at`, in hundredths of a percent."""

    basis_points: int
    ends_at: Instant
