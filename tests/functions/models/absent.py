"""A process whose image has no model of recognition."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.models.service.redaction import recognition
from shared.recognition import recogniser


@contextmanager
def without_recognition(monkeypatch: pytest.MonkeyPatch, empty: Path) -> Iterator[None]:
    """Within it, the model is looked for in an empty folder."""
    with monkeypatch.context() as changed:
        changed.setattr(recogniser, "FOLDER", empty)
        recognition.cache_clear()
        try:
            yield
        finally:
            recognition.cache_clear()
