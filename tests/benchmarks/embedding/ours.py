"""Our side, in a process of its own."""

from shared.embeddings.embedder import Embedder
from tests.benchmarks.embedding.side import tell

if __name__ == "__main__":
    embedder = Embedder.load()
    tell(embedder.embed, embedder.embed_all)
