"""Our side, in a process of its own. It is run as a file, so that it imports no benchmark."""

from side import tell  # type: ignore[import-not-found]

from shared.embeddings.embedder import Embedder

if __name__ == "__main__":
    embedder = Embedder.load()
    tell(embedder.embed, embedder.embed_all)
