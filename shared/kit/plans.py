"""The names of what is sold: `shared/catalogue` says what each costs and has."""

from typing import Literal

Plan = Literal["free", "pro", "team", "enterprise"]
Interval = Literal["month", "year"]
Meter = Literal["executions", "tokens", "api_calls", "storage"]
Feature = Literal[
    "two-person-approval",
    "own-policies",
    "workspaces",
    "single-sign-on",
    "directory",
    "audit-export",
]
SubscriptionStatus = Literal["trialing", "active", "past_due", "paused", "canceled"]
AddOn = Literal["executions", "tokens", "identity", "capacity"]
