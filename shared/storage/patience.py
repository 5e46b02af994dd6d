"""How long a call of a Google service is retried before it counts as unanswered."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grpc.aio import AioRpcError

TIMEOUT_SECONDS = 5.0
RETRIED_FOR_SECONDS = 8.0
# How long a call takes that is answered at the last moment of its last try.
LONGEST_SECONDS = RETRIED_FOR_SECONDS + TIMEOUT_SECONDS


def may_pass(error: "AioRpcError") -> bool:
    """Whether the same call may succeed a moment later. A broken connection is reported as any of
    these codes, depending on which side notices first; a proxy may cancel a call too. The time of
    a process's first call also passes while it connects, and while the process loads its code."""
    from grpc import StatusCode

    return error.code() in (
        StatusCode.UNAVAILABLE,
        StatusCode.INTERNAL,
        StatusCode.CANCELLED,
        StatusCode.UNKNOWN,
        StatusCode.DEADLINE_EXCEEDED,
    )


def is_no_answer(error: "AioRpcError") -> bool:
    """Whether the service did not answer in time, in spite of retries."""
    from grpc import StatusCode

    return may_pass(error) or error.code() == StatusCode.RESOURCE_EXHAUSTED
