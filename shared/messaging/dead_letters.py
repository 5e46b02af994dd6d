"""Dead-letters a delivery that can never succeed, with all that a redelivery needs."""

from collections.abc import Mapping

from shared.messaging.pubsub import publish

DEAD_LETTERS = "dead-letters"
# An attribute of redelivered messages: `<function>/<delivery>` names the dead letter.
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
    """Publishes the delivery to the dead-letter topic: its body, its `ce-*` attributes, its
    function and path, the reason, and the `mark` by which the function recognises a redelivery.
    Raises Unavailable: then the delivery must not be acknowledged. Text too long for an attribute
    is cut."""
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
    """The text, cut to the length of an attribute."""
    return text.encode(errors="replace")[:LONGEST_VALUE].decode(errors="ignore")
