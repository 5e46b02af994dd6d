"""For how many days something of a tenant is kept. A longer time holds at once, a shorter one a
week later, so that the tenant can take along what would go. Pure."""

from datetime import datetime, timedelta
from typing import Any, Self

from shared.kit.instants import Instant
from shared.kit.models import Data

SHORTER_AFTER = timedelta(days=7)


class KeptDays(Data):
    """For how many `days`; until `longer_until` it is `longer_days`, which were set before."""

    days: int
    longer_days: int = 0
    longer_until: Instant | None = None

    def days_at(self, at: datetime) -> int:
        """For how many days, as of that moment."""
        is_longer = self.longer_until is not None and at < self.longer_until
        return max(self.days, self.longer_days) if is_longer else self.days

    def set_to(self, days: int, at: datetime) -> dict[str, Any]:
        """The fields that change where it is so many days from now on or, where that is shorter,
        from a week later."""
        longer = self.days_at(at)
        if longer <= days:
            return {"days": days, "longer_days": 0, "longer_until": None}
        return {"days": days, "longer_days": longer, "longer_until": at + SHORTER_AFTER}


class RetentionView(Data):
    """For how many days something is kept; where that was made shorter lately, the longer time that
    still holds, and until when."""

    days: int
    set_by: str | None = None
    longer_days: int | None = None
    longer_until: Instant | None = None

    @classmethod
    def of(cls, kept: KeptDays, set_by: str | None, at: datetime) -> Self:
        """The time as it is shown."""
        now = kept.days_at(at)
        if now == kept.days:
            return cls(days=kept.days, set_by=set_by)
        longer = {"longer_days": now, "longer_until": kept.longer_until}
        return cls(days=kept.days, set_by=set_by, **longer)
