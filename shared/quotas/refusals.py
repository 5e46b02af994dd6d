"""What the plan does not let a tenant do."""

from datetime import datetime
from typing import Any

from shared.kit.errors import AssentError
from shared.kit.instants import format_instant


class FeatureNotInPlan(AssentError):
    """`upgrade_to` is the next plan that has the feature, if there is one."""

    code = "feature_not_in_plan"
    title = "The tenant's plan does not have this"
    http_status = 403

    def __init__(self, detail: str, *, feature: str, upgrade_to: str | None) -> None:
        super().__init__(detail)
        self.feature, self.upgrade_to = feature, upgrade_to

    def members(self) -> dict[str, Any]:
        return {"feature": self.feature, "upgrade_to": self.upgrade_to}


class QuotaExhausted(AssentError):
    """What the plan allows of a meter is used: until `resets_at`, in `retry_after` seconds, or for
    good where these are None. `upgrade_to` is the next plan that allows more, if there is one.
    Waiting a little does not help, so it is not retriable."""

    code = "quota_exhausted"
    title = "What the tenant's plan allows is used up"
    http_status = 429

    def __init__(
        self,
        detail: str,
        *,
        meter: str,
        limit: int,
        resets_at: datetime | None,
        retry_after: int | None,
        upgrade_to: str | None,
    ) -> None:
        super().__init__(detail)
        # Clients of OpenAI's wire would repeat a 429 at once.
        self.headers = {"x-should-retry": "false"}
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        self.meter, self.limit = meter, limit
        self.resets_at, self.upgrade_to = resets_at, upgrade_to

    def members(self) -> dict[str, Any]:
        resets_at = format_instant(self.resets_at) if self.resets_at is not None else None
        return {
            "meter": self.meter,
            "limit": self.limit,
            "resets_at": resets_at,
            "upgrade_to": self.upgrade_to,
        }


class StorageLimitReached(AssentError):
    """`upgrade_to` is the next tier that keeps more, if there is one."""

    code = "storage_limit_reached"
    title = "The tenant's tier keeps no more"
    http_status = 413

    def __init__(self, detail: str, *, upgrade_to: str | None) -> None:
        super().__init__(detail)
        self.upgrade_to = upgrade_to

    def members(self) -> dict[str, Any]:
        return {"upgrade_to": self.upgrade_to}
