"""Reads and sets the serving revisions, through the gcloud command."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Percent by revision.
Traffic = Mapping[str, int]


@dataclass(frozen=True)
class CloudRun:
    """The services of one project and region."""

    project: str
    region: str

    def traffic(self, service: str) -> Traffic:
        """The current traffic by revision; empty for a service that does not exist. Raises
        subprocess.CalledProcessError if gcloud fails."""
        listed = self._gcloud("list", f"--filter=metadata.name={service}", "--format=json")
        return next((_traffic(each) for each in json.loads(listed)), {})

    def send_to(self, service: str, traffic: Traffic) -> None:
        """Sends requests to these revisions from now on, also after newer ones are deployed. Raises
        subprocess.CalledProcessError if gcloud fails."""
        shares = ",".join(f"{revision}={percent}" for revision, percent in traffic.items())
        self._gcloud("update-traffic", service, f"--to-revisions={shares}", "--quiet")

    def send_to_newest(self, service: str) -> None:
        """Sends requests to the newest revision from now on, and to each newer one. Raises
        subprocess.CalledProcessError if gcloud fails."""
        self._gcloud("update-traffic", service, "--to-latest", "--quiet")

    def _gcloud(self, *arguments: str) -> str:
        command = ["gcloud", "run", "services", *arguments]
        where = [f"--project={self.project}", f"--region={self.region}"]
        return _run([*command, *where])


def access_token() -> str:
    """A short-lived token of the account that gcloud uses."""
    return _run(["gcloud", "auth", "print-access-token"]).strip()


def _traffic(service: dict[str, Any]) -> Traffic:
    targets = service.get("status", {}).get("traffic", [])
    return {each["revisionName"]: each["percent"] for each in targets if each.get("percent")}


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
