"""Under which licences the locked packages come."""

import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from tests.compliance.area import Area
from tests.compliance.policy import Policy

NAME = "licences"
_LOCKED = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z0-9, -]+\])?==(\S+)(?:\s*;\s*(.+?))?\s*\\?$",
    re.MULTILINE,
)
# What older packages write, as the identifiers of SPDX.
_SAME = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_NO_LICENCE = ("DFSG approved", "OSI Approved")


def audit_licences(root: Path, policy: Policy) -> Area:
    """Every locked package, by what is installed of it. One that this platform does not install
    counts as checked only by a written exception."""
    text = (root / "requirements" / "dev.txt").read_text(encoding="utf-8")
    return judge({name: licence_of(name) for name in locked_packages(text)}, policy)


def locked_packages(text: str) -> tuple[str, ...]:
    """The names in a lock file."""
    return tuple(sorted({match[1] for match in _LOCKED.finditer(text)}))


def licence_of(package: str) -> str:
    """The SPDX expression a package declares; empty where it declares none or is not installed."""
    try:
        declared = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return ""
    if "License-Expression" in declared:
        return str(declared["License-Expression"])
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in declared.get_all("Classifier") or ()
        if text.startswith("License ::")
    ]
    names = [name for name in classifiers if name not in _NO_LICENCE]
    if not names and "License" in declared and "\n" not in declared["License"].strip():
        names = [declared["License"].strip()]
    return " AND ".join(_SAME.get(name, name) for name in names)


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether the list lets one of the choices through, with all it asks for."""
    choices = expression.replace("(", "").replace(")", "").split(" OR ")
    return any(all(part in allowed for part in choice.split(" AND ")) for choice in choices)


def judge(found: Mapping[str, str], policy: Policy) -> Area:
    """What is allowed, what an exception covers word for word, and what is wrong. An exception
    that nothing needs is wrong too."""
    allowed = frozenset(policy.licences)
    exceptions = {each.package: each for each in policy.licence_exceptions}
    wrong, passed = [], 0
    for package, expression in found.items():
        exception = exceptions.get(package)
        if expression and is_allowed(expression, allowed):
            passed += 1
            if exception is not None:
                wrong.append(f"{package}: its exception is not needed, {expression} is allowed")
        elif exception is not None and expression in ("", exception.licence):
            passed += 1
        else:
            wrong.append(f"{package}: {expression or 'declares no licence we can read'}")
    wrong += [f"{name}: has an exception and is not locked" for name in exceptions - found.keys()]
    return Area(NAME, passed, tuple(wrong))
