"""Secrets in the tree: everything that looks like one was looked at, and says why it is none."""

import re
import subprocess
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.compliance.area import Area
from tests.compliance.policy import PATH, Policy

NAME = "secrets in the tree"
# Hashes of packages, and the hashes of what was reviewed.
_NOT_SCANNED = ("requirements/dev.txt", "requirements/runtime.txt", f"tests/compliance/{PATH.name}")


@dataclass(frozen=True, order=True)
class Suspect:
    """A place that looks like a secret, by the hash of what it holds."""

    file: str
    line: int
    kind: str
    hash: str


def audit_secrets(root: Path, policy: Policy) -> Area:
    """Scans every file that is tracked or would be added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return Area(NAME, unchecked=("only git knows which files would be published",))
    names = [name for name in listed.stdout.splitlines() if name not in _NOT_SCANNED]
    files = [name for name in names if (root / name).is_file()]
    with ProcessPoolExecutor(2) as pool:
        harmless = tuple(each.pattern for each in policy.harmless)
        halves = pool.map(scan, (root,) * 2, (files[::2], files[1::2]), (harmless,) * 2)
        found = [suspect for half in halves for suspect in half]
    return judge(found, policy, len(files))


def scan(root: Path, files: Iterable[str], harmless: Iterable[str] = ()) -> list[Suspect]:
    """What every detector says of some files under `root`, without what has a `harmless` shape."""
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    with default_settings():
        collection = SecretsCollection(root=str(root))
        for name in files:
            collection.scan_file(name)
    return [
        Suspect(name, secret.line_number, secret.type, secret.secret_hash)
        for name, secret in collection
        if not any(re.fullmatch(shape, secret.secret_value or "") for shape in harmless)
    ]


def judge(found: Iterable[Suspect], policy: Policy, files: int) -> Area:
    """What nobody has reviewed is wrong; so is a review of what is no longer there."""
    reviewed = {(each.file, hash) for each in policy.secrets for hash in each.hashes}
    seen = {(suspect.file, suspect.hash) for suspect in found}
    wrong = [
        f"{suspect.file}:{suspect.line}: {suspect.kind} ({suspect.hash})"
        for suspect in sorted(found)
        if (suspect.file, suspect.hash) not in reviewed
    ]
    wrong += [f"{file}: what was reviewed is gone ({hash})" for file, hash in reviewed - seen]
    spoiled = {line.partition(":")[0] for line in wrong}
    return Area(NAME, files - len(spoiled), tuple(wrong))
