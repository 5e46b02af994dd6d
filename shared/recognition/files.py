"""The files of the model, as `make setup` fetches them and images have them."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "recognition"
MODEL, TOKENIZER, LABELS = "model.onnx", "tokenizer.json", "config.json"
