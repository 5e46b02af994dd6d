"""What is raised where a call does not succeed."""

from collections.abc import Mapping
from typing import Any, ClassVar


class AssentError(Exception):
    """Base of everything that this package raises by itself."""


class Unreachable(AssentError):
    """No answer came. `may_have_happened`: the platform may have got the call."""

    def __init__(self, detail: str, *, may_have_happened: bool) -> None:
        super().__init__(detail)
        self.may_have_happened = may_have_happened


class Unreadable(AssentError):
    """An answer came that is not one of this API, of a proxy for example."""


class StillWaiting(AssentError):
    """The time to wait is over, and what was waited for is not. `last` is what was read last."""

    def __init__(self, detail: str, last: Any) -> None:
        super().__init__(detail)
        self.last = last


class Refused(AssentError):
    """The platform refused a call (RFC 9457). Each code has a class of its own; one that this
    version does not know is this one."""

    code: ClassVar[str] = ""
    status: int
    # What the code means, in the same words each time.
    title: str
    # The facts of this refusal.
    detail: str
    # What is wrong with each field, by its path.
    errors: dict[str, str]
    correlation_id: str
    retry_after: float | None
    upgrade_to: str | None

    def __init__(self, problem: Mapping[str, Any], after: float | None = None) -> None:
        self.status = int(problem.get("status", 0))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", self.title))
        self.errors = {each["field"]: each["message"] for each in problem.get("errors", ())}
        self.correlation_id = str(problem.get("correlation_id", ""))
        self.retry_after = after
        self.upgrade_to = problem.get("upgrade_to")
        self.problem = dict(problem)
        said = (f"{field}: {message}" for field, message in self.errors.items())
        # The detail may say what is wrong with a field already.
        more = [each for each in said if each not in self.detail]
        super().__init__("; ".join([self.detail, *more]))
