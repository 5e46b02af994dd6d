"""A process whose operator brings models."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.models.service.redaction import recognition
from functions.models.settings import settings


@contextmanager
def bringing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Within it, the operator's models are in the folder."""
    with monkeypatch.context() as changed:
        changed.setenv("ASSENT_MODELS_FOLDER", str(folder))
        settings.cache_clear()
        recognition.cache_clear()
        try:
            yield
        finally:
            changed.undo()
            settings.cache_clear()
            recognition.cache_clear()
