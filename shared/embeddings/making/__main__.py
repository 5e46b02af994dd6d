"""`python -m shared.embeddings.making FOLDER` makes the files that `Embedder` loads."""

from shared.embeddings.making.model import make_model
from shared.inference.making.replacing import main

if __name__ == "__main__":
    main(make_model, "The model of embeddings cannot be made")
