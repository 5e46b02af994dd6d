"""Which answers are kept for the same call again, and under which name."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from functions.models.rules.model_request import ModelRequest
from functions.models.rules.route import ModelRoute
from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid

# Sealed, it is a quarter longer, and a document holds 1 MiB.
MOST_KEPT_BYTES = 512 * 1024


def kept_as(
    asked: ModelRequest, route: ModelRoute, asker: str, headers: Mapping[str, str]
) -> str | None:
    """The name of the answer to that call: equal for calls that one asker makes of one model by one
    account with an equal body (RFC 8785) and equal headers. None for a call whose answer is not
    kept: the route keeps none, the answer is streamed or drawn by chance, or the body has no
    canonical form."""
    if route.cache_seconds is None or asked.is_streamed:
        return None
    if _is_drawn(asked) and not route.caches_sampled:
        return None
    account = [route.provider, route.base_url, route.credential, route.model]
    said = [asker, asked.wire, account, route.most_tokens_out, dict(headers), dict(asked.body)]
    try:
        return hashlib.sha256(canonical_json(said)).hexdigest()
    except Invalid:
        return None


def is_current(kept_at: datetime, route: ModelRoute, at: datetime) -> bool:
    """Whether an answer that was kept then may be given now, as the route says now."""
    seconds = route.cache_seconds
    return seconds is not None and kept_at <= at < kept_at + timedelta(seconds=seconds)


def _is_drawn(asked: ModelRequest) -> bool:
    """Whether a repetition may get another answer: where the request has no temperature, providers
    draw by chance."""
    if asked.wire == "embeddings":
        return False
    temperature = asked.body.get("temperature")
    return type(temperature) not in (int, float) or temperature != 0
