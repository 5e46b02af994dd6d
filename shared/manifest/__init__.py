"""What every `function.toml` says, read by one model, and what follows from all of them."""

from shared.manifest.model import Access, Http, Manifest, Publishes, Reactions
from shared.manifest.whole import (
    Deployable,
    ManifestError,
    Manifests,
    Queue,
    Schedule,
    Subscription,
    load_manifests,
)

__all__ = [
    "Access",
    "Deployable",
    "Http",
    "Manifest",
    "ManifestError",
    "Manifests",
    "Publishes",
    "Queue",
    "Reactions",
    "Schedule",
    "Subscription",
    "load_manifests",
]
