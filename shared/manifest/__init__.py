"""The model of every `function.toml`, and what follows from all of them together."""

from shared.manifest.filters import Clause, Filter, narrowest_filter
from shared.manifest.model import Handles, Manifest, seconds
from shared.manifest.reading import (
    HANDLES,
    ManifestError,
    function_folders,
    load_manifests,
    read_topics,
    sweeps_itself,
)
from shared.manifest.routes import RouteTable, covers
from shared.manifest.whole import Deployable, Manifests, Queue, Schedule, Subscription

__all__ = [
    "Clause",
    "Deployable",
    "Filter",
    "HANDLES",
    "Handles",
    "Manifest",
    "ManifestError",
    "Manifests",
    "Queue",
    "RouteTable",
    "Schedule",
    "Subscription",
    "covers",
    "function_folders",
    "load_manifests",
    "narrowest_filter",
    "read_topics",
    "seconds",
    "sweeps_itself",
]
