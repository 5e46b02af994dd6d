"""The indexes that the functions of this checkout declare, with the platform's."""

from infra.indexes import collections, composites, grouped, singles
from infra.preview.graph import ROOT
from shared.manifest import load_manifests

_MANIFESTS = load_manifests(ROOT)
COMPOSITES = composites(_MANIFESTS)
GROUPED = grouped(_MANIFESTS)
SINGLES = singles(_MANIFESTS)
COLLECTIONS = collections(_MANIFESTS)
