"""Known vulnerabilities of what is locked, as the vulnerability database tells them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tests.compliance.area import Area
from tests.compliance.policy import Policy

NAME = "dependency vulnerabilities"
PATIENCE_SECONDS = 300


def audit_dependencies(root: Path, policy: Policy, today: date) -> Area:
    """Asks about every locked package. One the service could not tell about is not checked: the
    tool itself calls that "no known vulnerabilities"."""
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
    command += ["--disable-pip", "--require-hashes", "--requirement=requirements/dev.txt"]
    try:
        answer = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Area(NAME, unchecked=(f"the service did not answer in {PATIENCE_SECONDS} s",))
    try:
        report = json.loads(answer.stdout)
    except ValueError:
        return Area(NAME, unchecked=(_last_line(answer.stderr),))
    return judge(report, policy, today)


def judge(report: Mapping[str, Any], policy: Policy, today: date) -> Area:
    """What a report of pip-audit says, under the accepted exceptions that have not ended."""
    asked = [each for each in report["dependencies"] if "skip_reason" not in each]
    skipped = [each["name"] for each in report["dependencies"] if "skip_reason" in each]
    accepted = {each.id for each in policy.vulnerabilities if today <= each.until}
    wrong: list[str] = []
    unmet: list[str] = []
    for package in asked:
        for found in package["vulns"]:
            ids = {found["id"], *found.get("aliases", ())}
            fixed = ", ".join(found.get("fix_versions", ())) or "no version yet"
            line = f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}"
            (unmet if ids & accepted else wrong).append(line)
    unchecked = []
    if skipped or not asked:
        shown = ", ".join(skipped[:3])
        unchecked = [f"the service knows nothing of {len(skipped)} packages ({shown}, ...)"]
    clean = sum(not package["vulns"] for package in asked)
    return Area(NAME, clean, tuple(wrong), tuple(unmet), tuple(unchecked))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "pip-audit said nothing"
