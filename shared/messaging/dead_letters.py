"""Where goes what can never succeed, with all it takes to try again."""

from collections.abc import Mapping

from shared.messaging.pubsub import publish

DEAD_LETTERS = "dead-letters"
# The attribute that a redelivered message keeps: `<function>/<delivery>`, whose dead letter it was.
REDELIVERS = "assent-redelivers"
# Pub/Sub refuses longer attributes, in bytes.
LONGEST_NAME = 256
LONGEST_VALUE = 1024


async def bury(
    body: bytes,
    headers: Mapping[str, str],
    *,
    function: str,
    path: str,
    reason: str,
    mark: str | None = None,
) -> None:
    """Publishes the delivery to the dead-letter topic: its body, its `ce-*` attributes, the
    function and path it was for, why, and the `mark` by which that function will know it again.
    Raises Unavailable: then the delivery must not be acknowledged. What is too long for an
    attribute is cut."""
    kept = {
        name: fitting(value)
        for name, value in headers.items()
        if name.startswith("ce-") and len(name.encode()) <= LONGEST_NAME
    }
    await publish(
        DEAD_LETTERS,
        [
            (
                body,
                {
                    **kept,
                    **({REDELIVERS: mark} if mark is not None else {}),
                    "dead-letter-function": function,
                    "dead-letter-path": fitting(path),
                    "dead-letter-reason": fitting(reason),
                },
            )
        ],
    )


def fitting(text: str) -> str:
    """As much of the text as an attribute holds."""
    return text.encode(errors="replace")[:LONGEST_VALUE].decode(errors="ignore")
