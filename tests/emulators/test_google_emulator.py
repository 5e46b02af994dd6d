"""Which platform lets Java save an emulator's classes."""

from pathlib import Path

import pytest

from emulators import google_emulator
from emulators.google_emulator import ClassArchive


def _draft(archive: ClassArchive) -> Path:
    """Where Java writes at its exit."""
    option = archive.options[0]
    assert option.startswith("-XX:ArchiveClassesAtExit=")
    return Path(option.partition("=")[2])


def test_of_platforms_that_start_at_once_the_first_to_stop_saves_the_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_emulator, "_ARCHIVES", tmp_path / "jvm")
    java, jar = tmp_path / "java", tmp_path / "emulator.jar"
    for program in (java, jar):
        program.write_bytes(b"a program")
    first, second = ClassArchive(java, jar), ClassArchive(java, jar)
    assert first.is_missing
    assert second.is_missing
    _draft(first).write_bytes(b"classes")
    first.keep()
    assert not second.is_missing
    later = ClassArchive(java, jar)
    assert not later.is_missing
    assert later.options[0] == f"-XX:SharedArchiveFile={next((tmp_path / 'jvm').iterdir())}"
    jar.write_bytes(b"another program")
    assert ClassArchive(java, jar).is_missing
