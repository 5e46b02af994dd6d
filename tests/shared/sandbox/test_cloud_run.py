"""Cloud Run's sandboxes in place of bubblewrap: nothing runs in one that leaves a program more than
nothing. Google's command is not here, so a script of that name runs what it is given: with our
environment, or without."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.variables import SANDBOXES
from shared.sandbox import cloud_run
from shared.sandbox.full_python import why_not_there

BARE = 'shift 2\nexec env -i "$@"\n'
LEAKS = 'shift 2\nexec "$@"\n'
BROKEN = "echo no such flag >&2\nexit 1\n"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The script that stands on the path as Google's command; no metadata server answers."""
    monkeypatch.setenv(SANDBOXES, "true")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(cloud_run, "METADATA_SERVER", ("127.0.0.1", 9))
    why_not_there.cache_clear()
    yield tmp_path / "sandbox"
    why_not_there.cache_clear()


def _is(command: Path, lines: str) -> None:
    command.write_text(f"#!/bin/sh\n{lines}")
    command.chmod(0o755)


def test_without_the_command_nothing_runs(command: Path) -> None:
    told = why_not_there()
    assert told is not None
    assert "second generation" in told


def test_a_sandbox_that_runs_nothing_says_so(command: Path) -> None:
    _is(command, BROKEN)
    told = why_not_there()
    assert told is not None
    assert "no such flag" in told


def test_our_environment_is_reached_by_no_program(command: Path) -> None:
    # The process that launches is given none, so the script puts it back.
    _is(command, f"export ASSENT_X=1\n{LEAKS}")
    told = why_not_there()
    assert told is not None
    assert "reaches ASSENT_X" in told


def test_a_metadata_server_is_reached_by_no_program(
    command: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _is(command, BARE)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(cloud_run, "METADATA_SERVER", server.getsockname())
        told = why_not_there()
    assert told is not None
    assert "the metadata server" in told


def test_what_is_launched_is_the_program_and_nothing_that_it_says() -> None:
    launched = cloud_run.launching(["python", "--allow-egress"])
    assert launched[1:] == ["do", "--", "python", "--allow-egress"]
