"""The files of the model, as `make setup` makes them and images have them."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "embeddings"
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
# A property of the model.
TOKENIZER_SHA256 = "tokenizer_sha256"
