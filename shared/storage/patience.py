"""How long we wait for a service of Google's before we say that it did not answer."""

from typing import Any

TIMEOUT_SECONDS = 5.0
RETRIED_FOR_SECONDS = 8.0


def patience(*, retried_for: float | None = None) -> dict[str, Any]:
    """The `retry` and `timeout` of one call. Google's clients have defaults of their own, of up to
    a minute and more: longer than any request of ours may take."""
    from google.api_core.retry import AsyncRetry, if_exception_type

    retry = AsyncRetry(
        if_exception_type(*passing_failures()),
        initial=0.05,
        maximum=1.0,
        timeout=RETRIED_FOR_SECONDS if retried_for is None else retried_for,
    )
    return {"retry": retry, "timeout": TIMEOUT_SECONDS}


def passing_failures() -> tuple[type[Exception], ...]:
    """What a service answers that may answer the same call a moment later. A connection that ends
    under a call is told as any of these, by whoever noticed first; who is on the way may cancel a
    call that we did not."""
    from google.api_core.exceptions import (
        Cancelled,
        InternalServerError,
        ServiceUnavailable,
        Unknown,
    )

    return ServiceUnavailable, InternalServerError, Cancelled, Unknown
