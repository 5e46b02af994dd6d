"""How long we wait for a service of Google's before we say that it did not answer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grpc.aio import AioRpcError

TIMEOUT_SECONDS = 5.0
RETRIED_FOR_SECONDS = 8.0


def may_pass(error: "AioRpcError") -> bool:
    """Whether the same call may succeed a moment later. A connection that ends under a call is
    reported as any of these, by whoever noticed first; a proxy may cancel a call that we did
    not."""
    from grpc import StatusCode

    return error.code() in (
        StatusCode.UNAVAILABLE,
        StatusCode.INTERNAL,
        StatusCode.CANCELLED,
        StatusCode.UNKNOWN,
    )


def is_no_answer(error: "AioRpcError") -> bool:
    """Whether the service did not answer in time, however often it was called."""
    from grpc import StatusCode

    gave_up = (StatusCode.DEADLINE_EXCEEDED, StatusCode.RESOURCE_EXHAUSTED)
    return may_pass(error) or error.code() in gave_up
