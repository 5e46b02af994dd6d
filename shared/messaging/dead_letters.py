"""Where goes what can never succeed, with all it takes to try again."""

from collections.abc import Mapping

from shared.messaging.pubsub import publish

DEAD_LETTERS = "dead-letters"
# Pub/Sub refuses longer attributes, in bytes.
LONGEST_NAME = 256
LONGEST_VALUE = 1024


async def bury(
    body: bytes, headers: Mapping[str, str], *, function: str, path: str, reason: str
) -> None:
    """Publishes the delivery to the dead-letter topic: its body, its `ce-*` attributes, the
    function and path it was for, and why. Raises Unavailable: then the delivery must not be
    acknowledged. What is too long for an attribute is cut."""
    kept = {
        name: _fitting(value)
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
                    "dead-letter-function": function,
                    "dead-letter-path": _fitting(path),
                    "dead-letter-reason": _fitting(reason),
                },
            )
        ],
    )


def _fitting(text: str) -> str:
    return text.encode(errors="replace")[:LONGEST_VALUE].decode(errors="ignore")
