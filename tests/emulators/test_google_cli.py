"""Finding Google's emulators, and saying how to install them."""

from pathlib import Path

import pytest

from emulators import google_cli
from emulators.failures import MissingTool
from emulators.google_cli import find_tools


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("CLOUDSDK_ROOT", "CLOUDSDK_ROOT_DIR", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(google_cli, "_USUAL_PLACES", ())
    return tmp_path


def _install(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o755)


def test_a_missing_cli_is_named_with_the_command_that_brings_the_emulators(
    nothing_installed: Path,
) -> None:
    with pytest.raises(MissingTool) as missing:
        find_tools()
    command = "gcloud components install cloud-firestore-emulator pubsub-emulator"
    assert command in str(missing.value)


def test_missing_java_is_named_with_a_command(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDSDK_ROOT", str(nothing_installed))
    with pytest.raises(MissingTool, match="apt-get install default-jre-headless"):
        find_tools()


def test_each_missing_emulator_is_named_with_both_commands(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDSDK_ROOT", str(nothing_installed))
    _install(nothing_installed / "bin" / "java")
    with pytest.raises(MissingTool) as missing:
        find_tools()
    assert "gcloud components install cloud-firestore-emulator" in str(missing.value)
    assert "apt-get install google-cloud-cli-firestore-emulator" in str(missing.value)
    platform = nothing_installed / "platform"
    _install(platform / "cloud-firestore-emulator" / "cloud-firestore-emulator.jar")
    with pytest.raises(MissingTool, match="google-cloud-cli-pubsub-emulator"):
        find_tools()
    _install(platform / "pubsub-emulator" / "lib" / "cloud-pubsub-emulator-9.9-all.jar")
    assert find_tools().pubsub_jar.name == "cloud-pubsub-emulator-9.9-all.jar"
