"""Finds the emulators of the Google Cloud CLI, or names the commands that install them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emulators.failures import MissingTool

JAVA_AT_LEAST = 11
_USUAL_PLACES = (
    "/usr/lib/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
    "~/google-cloud-sdk",
)
_FIRESTORE_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_PUBSUB_JARS = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"


@dataclass(frozen=True)
class Tools:
    """The programs that Google's emulators need."""

    java: str
    firestore_jar: Path
    pubsub_jar: Path


def find_tools() -> Tools:
    """Raises MissingTool with the exact command that installs the missing program."""
    roots = [root for root in _candidates() if root.is_dir()]
    if not roots:
        raise MissingTool(
            "The Google Cloud CLI was not found. Install it"
            " (https://cloud.google.com/sdk/docs/install), then its emulators:\n"
            "  gcloud components install cloud-firestore-emulator pubsub-emulator\n"
            "or set CLOUDSDK_ROOT to where it is installed."
        )
    return Tools(
        java=_java(),
        firestore_jar=_jar(roots, _FIRESTORE_JAR, "cloud-firestore-emulator", "firestore-emulator"),
        pubsub_jar=_jar(roots, _PUBSUB_JARS, "pubsub-emulator", "pubsub-emulator"),
    )


def _candidates() -> list[Path]:
    places = [os.environ.get("CLOUDSDK_ROOT", ""), os.environ.get("CLOUDSDK_ROOT_DIR", "")]
    gcloud = shutil.which("gcloud")
    if gcloud:
        places.append(str(Path(gcloud).resolve().parent.parent))
    found = [Path(place).expanduser() for place in (*places, *_USUAL_PLACES) if place]
    if gcloud and not any((root / "platform").is_dir() for root in found):
        found.append(_ask(gcloud))
    return found


def _ask(gcloud: str) -> Path:
    command = [gcloud, "info", "--format=value(installation.sdk_root)"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return Path(answer.stdout.strip() or "/nonexistent")


def _jar(roots: list[Path], pattern: str, component: str, package: str) -> Path:
    for root in roots:
        jars = sorted(root.glob(pattern))
        if jars:
            return jars[-1]
    raise MissingTool(
        f"Google's {component} is not installed. Install it with\n"
        f"  gcloud components install {component}\n"
        "or, where the CLI came from a Debian or Ubuntu package, with\n"
        f"  sudo apt-get install google-cloud-cli-{package}"
    )


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java")
    # macOS ships a `java` that only prints that there is no Java.
    if java is None or (sys.platform == "darwin" and not _runs(java)):
        raise MissingTool(
            f"Java {JAVA_AT_LEAST} or newer was not found; Google's emulators need it. Install it"
            " with\n  sudo apt-get install default-jre-headless\n"
            "or, on macOS, brew install openjdk"
        )
    return java


def _runs(java: str) -> bool:
    return subprocess.run([java, "-version"], capture_output=True, check=False).returncode == 0
