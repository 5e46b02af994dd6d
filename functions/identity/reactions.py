"""Events and timers in: what a tenant has published of policies and what it pays for, which its
control document says, and the end of a tenant that closes."""

from events.policies import PolicyPublished, PolicyRetired
from events.subscriptions import SubscriptionChanged
from functions.identity.aggregates import CONTROLS, RUN, TENANTS
from functions.identity.rules.control import follow_policies
from functions.identity.rules.suspension import CLOSING_DUE
from functions.identity.service.subscriptions import follow
from functions.identity.service.suspension import end_tenant
from shared.aggregates.runner import Handler
from shared.kit.control import ID

__all__ = ["HANDLERS", "RUN"]

HANDLERS: dict[str, Handler] = {
    **{
        each.event_type: RUN.event(CONTROLS, each, lambda _: ID, follow_policies)
        for each in (PolicyPublished, PolicyRetired)
    },
    SubscriptionChanged.event_type: follow,
    CLOSING_DUE: RUN.timed(TENANTS, end_tenant),
}
