"""What the counted operations cost."""

from emulators.operations import Operations
from shared.manifest import Manifests


def priced(operations: Operations, manifests: Manifests) -> dict[str, object]:
    """Counts by function and in total."""
    return {"functions": operations.by_function(), "totals": operations.totals()}
