"""sentence-transformers with the published weights, in a process of its own virtualenv. It takes
the texts in batches, as it does by default."""

import sys

from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]
from side import tell  # type: ignore[import-not-found]

if __name__ == "__main__":
    model = SentenceTransformer(sys.argv[1], device="cpu")
    tell(model.encode, lambda texts: model.encode(list(texts)))
