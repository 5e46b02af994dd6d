"""The clock, and that another process can move it."""

import struct
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.kit import clock

A_SECOND = timedelta(seconds=1)


def test_without_an_offset_file_it_is_the_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSENT_CLOCK_FILE", raising=False)
    moment = clock.now()
    assert abs(moment - datetime.now(UTC)) < A_SECOND
    assert moment.utcoffset() == timedelta()
    assert moment.microsecond % 1000 == 0


def test_another_process_moves_it_both_ways_and_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "clock"
    file.write_bytes(struct.pack("<d", 0.0))
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(file))
    assert abs(clock.now() - datetime.now(UTC)) < A_SECOND
    for hours in (24.0, 36.5, -1.0):
        _write_from_another_process(file, hours * 3600)
        expected = datetime.now(UTC) + timedelta(hours=hours)
        assert abs(clock.now() - expected) < A_SECOND


def test_a_missing_offset_file_is_said_and_not_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        clock.now()


def _write_from_another_process(file: Path, seconds: float) -> None:
    script = (
        "import os, struct, sys;"
        "file = os.open(sys.argv[1], os.O_WRONLY);"
        "os.pwrite(file, struct.pack('<d', float(sys.argv[2])), 0)"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", script, str(file), str(seconds)], check=True)
