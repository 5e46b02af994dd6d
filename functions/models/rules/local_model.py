"""What a model that answers on this machine takes: texts, and one answer of some hundred tokens."""

from collections.abc import Collection, Mapping
from typing import Any

from events.models import Prices, Provider
from functions.models.rules.bounds import refuse

LOCAL: Provider = "local"
# The small model's context has 2,048 tokens, and a token takes up to a seventh of a second.
MOST_TOKENS_OUT = 512
# It costs the processor time of the instance, which is no provider's bill.
NOTHING = Prices(
    tokens_in_usd_micros=0,
    tokens_out_usd_micros=0,
    tokens_cached_read_usd_micros=0,
    tokens_cached_write_usd_micros=0,
)
_TAKEN = frozenset(
    {
        *("model", "messages", "max_tokens", "max_completion_tokens", "stream", "stream_options"),
        *("temperature", "top_p", "stop", "seed", "frequency_penalty", "presence_penalty"),
        *("n", "user", "metadata"),
    }
)


def check_route(given: Mapping[str, Any], names: Collection[str]) -> None:
    """Raises Invalid for a route to this machine that says what only providers elsewhere have;
    `given` are the fields that were sent, `names` what models here are called."""
    for field in ("base_url", "credential", "prices"):
        if given.get(field) is not None:
            refuse(field, "is of providers elsewhere: leave it out, a local model has none")
    if given["model"] not in names:
        refuse("model", f"is no local one: say {' or '.join(names)}")
    if given.get("privacy", "own") != "own":
        refuse("privacy", "is own: what a local model is told stays here")
    if given.get("most_tokens_out", 1) > MOST_TOKENS_OUT:
        refuse("most_tokens_out", f"is more than a local model writes: say {MOST_TOKENS_OUT}")


def check_call(body: Mapping[str, Any]) -> None:
    """Raises Invalid for a call that says what a local model does not take."""
    for field in body:
        if field not in _TAKEN:
            refuse(field, "is not taken by a local model: leave it out")
    if body.get("n") not in (None, 1):
        refuse("n", "must be 1: a local model gives one answer")
    for place, message in enumerate(body.get("messages") or ()):
        content = message.get("content") if isinstance(message, Mapping) else None
        parts = content if isinstance(content, list) else [content]
        if not all(isinstance(each, str) or _is_text(each) for each in parts):
            refuse(
                f"messages[{place}]",
                "must have a text as its content: a local model reads no other",
            )


def _is_text(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "text"
