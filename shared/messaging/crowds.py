"""Tells a tenant's crowd of timers, many of which are due in the same minute, from the others."""

from collections import OrderedDict
from datetime import datetime

# The most timers that one process sets for the same tenant, function and minute.
MOST_TOGETHER = 20
MINUTES_REMEMBERED = 4096

_Minute = tuple[str, str, datetime]


class Crowds:
    """Counts the timers that this process sets. Each process has its own, so n processes take
    n times as many before they are a crowd."""

    def __init__(self) -> None:
        self._set: OrderedDict[_Minute, int] = OrderedDict()

    def count(self, noun: str, tenant_id: str, at: datetime) -> bool:
        """Counts one more timer of the tenant, due `at` that moment; whether it is in a crowd."""
        minute = noun, tenant_id, at.replace(second=0, microsecond=0)
        many = self._set.pop(minute, 0) + 1
        self._set[minute] = many
        if len(self._set) > MINUTES_REMEMBERED:
            self._set.popitem(last=False)
        return many > MOST_TOGETHER
