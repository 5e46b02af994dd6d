"""A stack whose function `models` has the small language model beside it."""

from dataclasses import replace

from shared.manifest import Manifests

FUNCTION, LOCK = "models", "language"
# The model's process takes 210 MiB beside the function's own and its requests.
MEMORY = "1Gi"


def with_language_model(manifests: Manifests) -> Manifests:
    """The manifests with the image of the lock `language`, and memory for it, for `models` alone:
    all others keep theirs."""
    models = manifests.by_noun[FUNCTION]
    assert models.http is not None
    larger = models.but(requirements=LOCK, http=models.http.but(memory=MEMORY))
    return replace(manifests, by_noun={**manifests.by_noun, FUNCTION: larger})
