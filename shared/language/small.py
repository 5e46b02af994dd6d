"""The small language model: whether it can answer here, and its process."""

import hashlib
import importlib.util
from functools import cache, partial
from pathlib import Path

from shared.inference.loading import ModelAbsentError
from shared.language.files import FOLDER, MODEL, NAME, SHA256
from shared.language.process import LanguageModel


def check_model(folder: Path = FOLDER) -> None:
    """Raises ModelAbsentError where the model cannot answer here; its file is read once in a
    process."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise ModelAbsentError(f"xllamacpp is not installed: nothing runs {NAME} here.")
    if not (folder / MODEL).is_file():
        raise ModelAbsentError(f"The model {NAME} is not there: make language fetches it.")
    if _sha256(folder / MODEL) != SHA256:
        raise ModelAbsentError(
            f"The file of {NAME} is another one: remove it and say make language."
        )


@cache
def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def small_model(folder: Path = FOLDER) -> LanguageModel:
    """The model whose file is in the folder; some seconds pass until it answers first."""
    return LanguageModel(NAME, partial(_command, folder))


def _command(folder: Path) -> tuple[str, ...]:
    check_model(folder)
    return "-m", "shared.language", str(folder / MODEL)


SMALL_MODEL = small_model()
