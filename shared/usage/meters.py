"""The meters that every tenant has, and the ways to group sums of usage."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

GroupBy = Literal["total", "subject", "hour", "day", "month"]

# Counted from the requests that tenants lease: the one meter that is not in the audit log.
API_CALLS = "api_calls"
# Counted by Assent alone: no caller writes them.
BUILT_IN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "executions": ("runs", "Runs that somebody or a schedule started; no replay, no sub-run."),
        "tokens_in": ("tokens", "Tokens that models were sent, those that caches had among them."),
        "tokens_out": ("tokens", "Tokens that models answered."),
        "tokens_cached_read": ("tokens", "Of those sent by programs, what a cache gave."),
        "tokens_cached_write": ("tokens", "Of those sent by programs, what a cache took."),
        API_CALLS: (
            "calls",
            "Calls of programs, by a key or a session outside of a browser; in the hour under way"
            " also what is set aside for them. They have no lines.",
        ),
        "tool_calls": ("calls", "Calls of runs and of agents elsewhere that were confirmed."),
        "approvals": ("approvals", "Approvals that were decided, also by a precedent or silence."),
        "storage_byte_hours": ("byte hours", "Bytes of files at the end of each hour."),
    }
)
