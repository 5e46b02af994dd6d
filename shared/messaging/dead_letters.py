"""Where goes what can never succeed, with all it takes to try again."""

from collections.abc import Mapping

from shared.messaging.pubsub import publish

DEAD_LETTERS = "dead-letters"
LONGEST_REASON = 500


async def bury(
    body: bytes, headers: Mapping[str, str], *, function: str, path: str, reason: str
) -> None:
    """Publishes the delivery to the dead-letter topic: its body, its `ce-*` attributes, the
    function and path it was for, and why. Raises Unavailable: then the delivery must not be
    acknowledged."""
    kept = {name: value for name, value in headers.items() if name.startswith("ce-")}
    await publish(
        DEAD_LETTERS,
        [
            (
                body,
                {
                    **kept,
                    "dead-letter-function": function,
                    "dead-letter-path": path,
                    "dead-letter-reason": reason[:LONGEST_REASON],
                },
            )
        ],
    )
