"""How long a call of a Google service is retried before it counts as unanswered."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grpc.aio import AioRpcError

TIMEOUT_SECONDS = 5.0
RETRIED_FOR_SECONDS = 8.0


def may_pass(error: "AioRpcError") -> bool:
    """Whether the same call may succeed a moment later. A broken connection is reported as any of
    these codes, depending on which side notices first; a proxy may cancel a call too."""
    from grpc import StatusCode

    return error.code() in (
        StatusCode.UNAVAILABLE,
        StatusCode.INTERNAL,
        StatusCode.CANCELLED,
        StatusCode.UNKNOWN,
    )


def is_no_answer(error: "AioRpcError") -> bool:
    """Whether the service did not answer in time, in spite of retries."""
    from grpc import StatusCode

    gave_up = (StatusCode.DEADLINE_EXCEEDED, StatusCode.RESOURCE_EXHAUSTED)
    return may_pass(error) or error.code() in gave_up
