"""What a tenant pays for, as its control document says it to every function."""

from events.subscriptions import SubscriptionState
from functions.identity.rules.tenant import Tenant
from shared.kit.control import Control
from shared.kit.transitions import Transition
from shared.quotas.plans import tier_of_plan


def follow_subscription(
    control: Control, tenant: Tenant | None, said: SubscriptionState, sequence: int
) -> tuple[Transition[Control] | Transition[Tenant], ...]:
    """What the tenant pays for, as the event with that sequence says, and its tier; no change by
    one that comes again, or after a later one."""
    known = control.subscription
    if known is not None and sequence <= known.sequence:
        return ()
    tier = tier_of_plan(said.entitled_to)
    changed = Transition(control.but(subscription=said.subscribed(sequence), tier=tier))
    if tenant is None or tenant.tier == tier:
        return (changed,)
    return (changed, Transition(tenant.but(tier=tier)))
