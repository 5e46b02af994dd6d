"""The file of the model, as `make language` fetches it and one image has it."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "language"
MODEL = "model.gguf"
NAME = "smollm2"
# SmolLM2-135M-Instruct by Hugging Face, in whole numbers of four bits
# (https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct).
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# Tokens that it reads and writes in one call, together.
CONTEXT = 2_048
