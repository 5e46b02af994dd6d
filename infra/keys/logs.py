"""Changing the keys of a ring: of the digests in a function's log, or those that wrap the keys of
tenants. One secret holds the whole ring, because who makes something with a key verifies or opens
it too."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from infra.keys.making import KNOWN_AFTER_SECONDS, LOG
from infra.keys.values import Values
from infra.refusals import Refused
from shared.kit.signing import new_key


def rotate_log(
    owner: str,
    values: Values,
    *,
    kind: str = LOG,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Adds a new key to the ring of `owner`, then uses it. What older keys made still verifies and
    opens. Raises Refused where there is no ring."""
    ring, key = _ring(owner, values, kind), new_key(owner)
    ring["keys"].append(key)
    values.add(f"{owner}{kind}", json.dumps(ring))
    yield f"{key['kid']}: known; it is used in {KNOWN_AFTER_SECONDS} seconds"
    wait(KNOWN_AFTER_SECONDS)
    values.add(f"{owner}{kind}", json.dumps({**ring, "maker": key["kid"]}))
    yield f"{key['kid']}: used, within ten minutes everywhere; retire the older keys then"


def retire_log(owner: str, values: Values, *, kind: str = LOG) -> Iterator[str]:
    """Ends the older keys of `owner`: no entry of theirs is published any more, and only a rebuild
    still reads them; the keys of tenants that they wrapped are wrapped anew when they are read.
    Raises Refused where there is no ring."""
    ring = _ring(owner, values, kind)
    older = [key for key in ring["keys"] if key["kid"] != ring["maker"]]
    kept = [key for key in ring["keys"] if key["kid"] == ring["maker"]]
    retired = [*ring["retired"], *older]
    values.add(f"{owner}{kind}", json.dumps({**ring, "keys": kept, "retired": retired}))
    values.destroy_older(f"{owner}{kind}")
    yield f"{ring['maker']}: the only key, within ten minutes everywhere; {len(older)} retired"


def _ring(owner: str, values: Values, kind: str) -> dict[str, Any]:
    held = values.latest(f"{owner}{kind}")
    if held is None:
        raise Refused(f"{owner}{kind}: has no value yet; create it first")
    ring: dict[str, Any] = json.loads(held)
    return ring
