"""Changing the keys of the digests in a function's log. One secret holds the whole ring, because
the function itself verifies what it committed."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from infra.keys.making import KNOWN_AFTER_SECONDS, LOG
from infra.keys.values import Values
from infra.refusals import Refused
from shared.kit.signing import new_key


def rotate_log(
    owner: str, values: Values, *, wait: Callable[[float], None] = time.sleep
) -> Iterator[str]:
    """Adds a new key to the ring of `owner`, then makes digests with it. Entries of older keys
    still verify. Raises Refused where there is no ring."""
    ring, key = _ring(owner, values), new_key(owner)
    ring["keys"].append(key)
    values.add(f"{owner}{LOG}", json.dumps(ring))
    yield f"{key['kid']}: known; it makes digests in {KNOWN_AFTER_SECONDS} seconds"
    wait(KNOWN_AFTER_SECONDS)
    values.add(f"{owner}{LOG}", json.dumps({**ring, "maker": key["kid"]}))
    yield f"{key['kid']}: makes digests, within ten minutes everywhere; retire the older keys then"


def retire_log(owner: str, values: Values) -> Iterator[str]:
    """Ends the older keys of `owner`: no entry of theirs is published any more, and only a rebuild
    still reads them. Raises Refused where there is no ring."""
    ring = _ring(owner, values)
    older = [key for key in ring["keys"] if key["kid"] != ring["maker"]]
    kept = [key for key in ring["keys"] if key["kid"] == ring["maker"]]
    retired = [*ring["retired"], *older]
    values.add(f"{owner}{LOG}", json.dumps({**ring, "keys": kept, "retired": retired}))
    values.destroy_older(f"{owner}{LOG}")
    yield f"{ring['maker']}: the only key, within ten minutes everywhere; {len(older)} retired"


def _ring(owner: str, values: Values) -> dict[str, Any]:
    held = values.latest(f"{owner}{LOG}")
    if held is None:
        raise Refused(f"{owner}{LOG}: has no value yet; create it first")
    ring: dict[str, Any] = json.loads(held)
    return ring
