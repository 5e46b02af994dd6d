"""What a caller's tenant may keep of files."""

from shared.artifacts.room import Keeping, keeping_of
from shared.kit.callers import Caller
from shared.kit.tier_limits import HIGHEST
from shared.runtime.entitlements import entitlements_of
from shared.runtime.tier_limits import tier_of


def keeping_of_caller(caller: Caller) -> Keeping:
    """What the caller's tenant may keep, by its tier, its plan and its add-ons; what the highest
    tier has on a local platform without limits."""
    entitled = entitlements_of(caller.control, caller.received_at)
    return keeping_of(HIGHEST if entitled is None else tier_of(caller), entitled)
