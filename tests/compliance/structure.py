"""The shape of the code and of the cloud: who may import whom, who is public, who may do what."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.compliance.area import Area
from tests.compliance.policy import Policy

NAME = "structure"


def audit_structure(root: Path, policy: Policy, missing: list[str]) -> Area:
    """The import contracts are kept, the tests that hold the other claims exist and are run, and
    the licence of the whole is one."""
    wrong = [*missing, *_broken_contracts(root), *_licence_troubles(root)]
    unmet = [f"{each.claim}: {each.unmet}" for each in policy.structure if each.unmet]
    passed = 2 + len(policy.structure) - len(unmet) - len(wrong)
    return Area(NAME, max(0, passed), tuple(wrong), tuple(unmet))


def _broken_contracts(root: Path) -> list[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return []
    broken = [line.strip() for line in answer.stdout.splitlines() if line.endswith("BROKEN")]
    return broken or [f"the import contracts cannot be read: {answer.stderr[-200:]}"]


def _licence_troubles(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (root / "LICENSE").read_text(encoding="utf-8")
    if project.get("license") == "Apache-2.0" and "Apache License" in text:
        return []
    return ["LICENSE and pyproject.toml do not name the same licence"]
